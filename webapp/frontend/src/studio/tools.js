// The buttons above the canvas, and the ways to an element and between two that need no mouse.
import { is } from 'bpmn-js/lib/util/ModelUtil';
import { go, whole } from './canvas.js';
import { inOrder, isStep, titleOf } from './names.js';
import { tidying } from './tidy.js';

const STEP = 1.25;

export function tools({ root, page, modeler, tell, say }) {
  const canvas = modeler.get('canvas');
  const stack = modeler.get('commandStack');
  const selection = modeler.get('selection');
  const keys = root.querySelector('[data-studio-keys]');
  const acts = {
    undo: () => stack.undo(),
    redo: () => stack.redo(),
    remove: () => modeler.get('editorActions').trigger('removeSelection'),
    tidy: tidying({ page, modeler, tell, say }),
    zoomIn: () => canvas.zoom(Math.min(4, canvas.zoom() * STEP), 'auto'),
    zoomOut: () => canvas.zoom(Math.max(0.15, canvas.zoom() / STEP), 'auto'),
    whole: () => whole(modeler),
    keys: () => keys.showModal(),
  };
  for (const button of root.querySelectorAll('[data-tool]')) {
    button.addEventListener('click', () => button.getAttribute('aria-disabled') !== 'true' && acts[button.dataset.tool]());
  }
  const keyboard = modeler.get('keyboard');
  // True keeps the key from all others, and so would false.
  keyboard.addListener(({ keyEvent }) => {
    if (keyEvent.key !== '?') return undefined;
    acts.keys();
    return true;
  });

  const able = () => {
    set(root, 'undo', stack.canUndo());
    set(root, 'redo', stack.canRedo());
    set(root, 'remove', selection.get().length > 0);
  };
  modeler.on(['commandStack.changed', 'import.done', 'selection.changed'], able);
  able();
  finding({ root, page, modeler, say });
}

// Not `disabled`: the focus stays on a button that has just undone the last change.
function set(root, name, able) {
  root.querySelector(`[data-tool="${name}"]`).setAttribute('aria-disabled', String(!able));
}

// To any element, and from the chosen one to any other, by lists.
function finding({ root, page, modeler, say }) {
  const [goTo, connectTo] = ['[data-go]', '[data-connect-to]'].map((one) => root.querySelector(one));
  const form = root.querySelector('[data-connect]');
  const remark = root.querySelector('[data-remark]');
  const registry = modeler.get('elementRegistry');
  const chosen = () => {
    const [one, ...others] = modeler.get('selection').get();
    const element = one?.labelTarget ?? one;
    return element && !others.length && isStep(element) ? element : null;
  };

  const list = () => {
    const steps = inOrder(registry.filter(isStep));
    fill(goTo, 'Choose an element', steps, chosen()?.id);
    reach();
  };
  const reach = () => {
    const from = chosen();
    const targets = from ? inOrder(registry.filter((one) => isStep(one) && allowed(modeler, from, one))) : [];
    fill(connectTo, from ? 'Choose an element' : 'Choose a step first', targets);
    goTo.value = from?.id ?? '';
    remark.hidden = !from;
    if (from) remark.querySelector('a').href = `${page.hub}/remarks?element=${encodeURIComponent(from.id)}`;
  };

  goTo.addEventListener('change', () => goTo.value && go(modeler, goTo.value));
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    const [from, to] = [chosen(), registry.get(connectTo.value)];
    if (!from || !to) return say('Choose the element that it is connected to.', true);
    modeler.get('modeling').connect(from, to, allowed(modeler, from, to));
    modeler.get('selection').select(from);
    return say(`“${titleOf(from)}” now leads to “${titleOf(to)}”.`);
  });
  modeler.on('selection.changed', reach);
  modeler.on(['commandStack.changed', 'import.done'], list);
  list();
}

function allowed(modeler, source, target) {
  if (source === target || source.outgoing.some((one) => one.target === target)) return false;
  const found = modeler.get('rules').allowed('connection.create', { source, target });
  return found && found.type === 'bpmn:SequenceFlow' && !is(target, 'bpmn:BoundaryEvent') ? found : false;
}

function fill(select, first, elements, value = '') {
  const option = (id, text) => Object.assign(document.createElement('option'), { value: id, textContent: text });
  select.replaceChildren(option('', first), ...elements.map((one) => option(one.id, titleOf(one))));
  select.value = value;
}
