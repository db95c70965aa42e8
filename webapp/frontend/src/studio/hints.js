// Hints on the drawing while it is drawn, by bpmnlint in the browser. What is allowed the server alone says.
import { Linter } from 'bpmnlint';
import StaticResolver from 'bpmnlint/lib/resolver/static-resolver';
import labelRequired from 'bpmnlint/rules/label-required';
import noDisconnected from 'bpmnlint/rules/no-disconnected';
import noDuplicateFlows from 'bpmnlint/rules/no-duplicate-sequence-flows';
import noImplicitSplit from 'bpmnlint/rules/no-implicit-split';
import noOverlap from 'bpmnlint/rules/no-overlapping-elements';
import superfluousGateway from 'bpmnlint/rules/superfluous-gateway';
import { is } from 'bpmn-js/lib/util/ModelUtil';
import { go } from './canvas.js';
import { counted, titleOf } from './names.js';

const PAUSE = 250;
const RULES = {
  'label-required': [labelRequired, 'It has no name. Say what it is.'],
  'no-disconnected': [noDisconnected, 'Nothing leads to it, and it leads nowhere. Connect it.'],
  'no-duplicate-sequence-flows': [noDuplicateFlows, 'Two flows say the same. Take one out.'],
  'no-implicit-split': [noImplicitSplit, 'Several ways leave it at once. Put a gateway behind it.'],
  'no-overlapping-elements': [noOverlap, 'It stands on another element. Move it, or tidy the diagram.'],
  'superfluous-gateway': [superfluousGateway, 'One way in, one way out: the gateway decides nothing.'],
};

const named = (change) => Object.fromEntries(Object.entries(RULES).map(([name, rule]) => change(name, rule)));

export function hinting({ root, modeler }) {
  const place = root.querySelector('[data-hints]');
  const registry = modeler.get('elementRegistry');
  const resolver = new StaticResolver(named((name, [rule]) => [`rule:bpmnlint/${name}`, rule]));
  const config = { rules: named((name) => [name, 'warn']) };
  let timer = null;

  async function lint() {
    // A linter remembers the flows that it has met, so each run has one of its own.
    const found = await new Linter({ resolver, config }).lint(modeler.getDefinitions());
    const told = Object.entries(found).flatMap(([rule, all]) => all.map(({ id }) => [registry.get(id), RULES[rule]?.[1]]));
    // An event on the edge of a step always stands on something.
    show(told.filter(([element, words]) => element && words && !is(element, 'bpmn:BoundaryEvent')));
  }

  function show(hints) {
    place.hidden = !hints.length;
    place.querySelector('summary').textContent = `${counted(hints.length, 'hint')} on the drawing`;
    place.querySelector('ol').replaceChildren(...hints.map(row));
  }

  function row([element, words]) {
    const item = Object.assign(document.createElement('li'), { className: 'problem' });
    const button = Object.assign(document.createElement('button'), { type: 'button', className: 'problem__go', textContent: `${titleOf(element)}: ${words}` });
    button.addEventListener('click', () => go(modeler, element.id));
    item.append(button);
    return item;
  }

  const plan = () => {
    clearTimeout(timer);
    timer = setTimeout(() => lint().catch(() => show([])), PAUSE);
  };
  modeler.on(['commandStack.changed', 'import.done'], plan);
  plan();
}
