// The palette: building blocks as buttons in the order of the page, found by a word, placed by a key, a click or a drag.
import { is } from 'bpmn-js/lib/util/ModelUtil';
import { PLAIN, ofPolicy, shapeOf } from './blocks.js';
import { carried, insideOf } from './groups.js';
import { titleOf } from './names.js';

export function palette({ root, modeler, vocabulary, placer, say }) {
  const place = root.querySelector('[data-blocks]');
  const blocks = vocabulary.blocks.map(ofPolicy);
  const types = vocabulary.field_types;

  function put(block) {
    const [chosen] = modeler.get('selection').get();
    const { placed, after, joins, refused } = placer.place(shapeOf(modeler, block, types), block, chosen);
    const party = joins ? ` ${joins} takes part from now on.` : '';
    say(refused ?? `“${titleOf(placed)}” is placed${after ? ` after “${titleOf(after)}”` : ''}.${party}`, Boolean(refused));
    return placed;
  }

  function drag(event, block) {
    event.preventDefault();
    const shape = shapeOf(modeler, block, types);
    const elements = block.isGroup ? carried(modeler, shape, insideOf(modeler, block)) : shape;
    modeler.get('create').start(event, elements, { hints: { autoSelect: [shape] } });
  }

  const button = (block) => {
    const made = Object.assign(document.createElement('button'), { type: 'button', className: 'block', draggable: true });
    made.dataset.block = block.id;
    const icon = Object.assign(document.createElement('span'), { className: `block__icon ${block.icon}` });
    icon.setAttribute('aria-hidden', 'true');
    const words = Object.assign(document.createElement('span'), { className: 'block__words', textContent: block.title });
    const help = Object.assign(document.createElement('span'), { className: 'block__help', textContent: block.help });
    words.append(help);
    made.append(icon, words);
    made.addEventListener('click', () => put(block));
    made.addEventListener('dragstart', (event) => drag(event, block));
    return made;
  };

  const groups = grouped(modeler, blocks).map(([title, own, open]) => group(title, own.map(button), open));
  place.replaceChildren(search(place, groups), ...groups);
  return { blocks: [...PLAIN, ...blocks], put };
}

// Plain ones, then the parties of this diagram, then the others: a block stands with the first party that may do it.
function grouped(modeler, blocks) {
  const lanes = modeler.get('elementRegistry').filter((one) => is(one, 'bpmn:Lane'));
  const here = lanes.map((one) => one.businessObject.name);
  const parties = new Map();
  for (const block of blocks) {
    const party = block.parties.find((one) => here.includes(one)) ?? block.parties[0] ?? 'The system';
    parties.set(party, [...(parties.get(party) ?? []), block]);
  }
  const rank = ([party]) => (here.includes(party) ? here.indexOf(party) : here.length + (party === 'The system' ? 0 : 1));
  const sorted = [...parties].sort((one, other) => rank(one) - rank(other) || one[0].localeCompare(other[0]));
  return [['Plain', PLAIN, true], ...sorted.map(([party, own]) => [party, own, false])];
}

function group(title, buttons, open) {
  const details = Object.assign(document.createElement('details'), { className: 'blocks', open });
  details.dataset.open = open;
  const summary = document.createElement('summary');
  summary.append(title, ' ', Object.assign(document.createElement('span'), { className: 'count', textContent: buttons.length }));
  details.append(summary, ...buttons);
  return details;
}

function search(place, groups) {
  const row = Object.assign(document.createElement('div'), { className: 'blocks__search' });
  const label = Object.assign(document.createElement('label'), { htmlFor: 'studio-search', textContent: 'Find a block' });
  const input = Object.assign(document.createElement('input'), { id: 'studio-search', type: 'search', className: 'usa-input', autocomplete: 'off' });
  const none = Object.assign(document.createElement('p'), { className: 'studio__quiet', hidden: true });
  none.setAttribute('role', 'status');
  input.addEventListener('input', () => {
    const wanted = input.value.trim().toLowerCase();
    let found = 0;
    for (const one of groups) {
      const buttons = [...one.querySelectorAll('.block')];
      for (const button of buttons) button.hidden = !button.textContent.toLowerCase().includes(wanted);
      const shown = buttons.filter((button) => !button.hidden).length;
      one.hidden = !shown;
      one.querySelector('.count').textContent = shown;
      one.open = wanted ? shown > 0 : one.dataset.open === 'true';
      found += shown;
    }
    none.hidden = found > 0;
    none.textContent = found ? '' : 'No block has this in its words. A plain step may become anything.';
  });
  row.append(label, input, none);
  return row;
}
