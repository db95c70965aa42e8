// What may be drawn is what the product runs: menus and the context pad offer nothing that the check would refuse.
const LOW = 200;
const ON_PAD = ['delete', 'connect', 'replace', 'append.text-annotation', 'lane-insert-above', 'lane-insert-below'];
const INSTEAD = new Set(
  [
    ...['user-task', 'service-task', 'manual-task', 'receive-task', 'call-activity'],
    ...['exclusive-gateway', 'parallel-gateway', 'inclusive-gateway', 'event-based-gateway'],
    ...['none-start', 'message-start', 'timer-start', 'none-end', 'message-end', 'error-end', 'terminate-end'],
    ...['message-intermediate-catch', 'message-intermediate-throw', 'timer-intermediate-catch'],
    ...['message-boundary', 'timer-boundary', 'error-boundary'],
    ...['non-interrupting-message-boundary', 'non-interrupting-timer-boundary'],
    ...['sequence-flow', 'default-flow'],
  ].map((one) => `replace-with-${one}`),
);
const MARKS = ['toggle-parallel-mi', 'toggle-sequential-mi', 'toggle-non-interrupting'];

const only = (entries, names) => Object.fromEntries(Object.entries(entries).filter(([name]) => names(name)));

export function keepToProfile(modeler, { blocks, put }) {
  const popup = modeler.get('popupMenu');
  const pad = modeler.get('contextPad');
  popup.registerProvider('bpmn-replace', LOW, {
    getPopupMenuEntries: () => (entries) => only(entries, (name) => INSTEAD.has(name)),
    getPopupMenuHeaderEntries: (element) => (entries) => only(entries, (name) => MARKS.includes(name) && mayRepeat(name, element)),
  });
  popup.registerProvider('studio-blocks', {
    getPopupMenuEntries: () => Object.fromEntries(blocks.map((block) => [`block-${block.id}`, entry(block, put)])),
  });
  const open = (position) => popup.open(modeler.get('canvas').getRootElement(), 'studio-blocks', position, { title: 'Building blocks', width: 320, search: true });
  pad.registerProvider(LOW, {
    getContextPadEntries: (element) => (entries) => ({ ...append(element, entries, blocks, put, (event) => open({ x: event.x, y: event.y })), ...only(entries, (name) => ON_PAD.includes(name)) }),
  });
  keys(modeler, open);
}

// Only a step of people is done several times at once.
const mayRepeat = (name, { type }) => name === 'toggle-non-interrupting' || type === 'bpmn:UserTask';

function entry(block, put) {
  return { label: block.title, description: block.help, className: block.icon, action: () => put(block) };
}

function append(element, entries, blocks, put, open) {
  if (!('append.end-event' in entries) && !('append.receive-task' in entries)) return {};
  const named = (id, title) => {
    const block = blocks.find((one) => one.id === id);
    return { group: 'model', className: block.icon, title, action: { click: () => put(block) } };
  };
  return {
    'studio.step': named('step', 'Add a step after it'),
    'studio.decision': named('decision', 'Add a decision after it'),
    'studio.end': named('end', 'End here'),
    'studio.blocks': { group: 'model', className: 'studio-icon-more', title: 'Add a building block after it', action: { click: open } },
  };
}

// A and N, as in other BPMN modelers: what to add is chosen from the list of blocks.
function keys(modeler, open) {
  const keyboard = modeler.get('keyboard');
  keyboard.addListener(({ keyEvent }) => {
    if (keyboard.hasModifier(keyEvent) || !keyboard.isKey(['a', 'A', 'n', 'N'], keyEvent)) return undefined;
    const [chosen] = modeler.get('selection').get();
    if (keyboard.isKey(['n', 'N'], keyEvent)) modeler.get('selection').select(null);
    open(beside(modeler, chosen));
    return true;
  });
}

function beside(modeler, element) {
  const box = modeler.get('canvas').getContainer().getBoundingClientRect();
  if (!element?.width) return { x: box.left + 40, y: box.top + 40 };
  const { x, y, scale } = { ...modeler.get('canvas').viewbox(), scale: modeler.get('canvas').zoom() };
  return { x: box.left + (element.x + element.width - x) * scale + 10, y: box.top + (element.y - y) * scale };
}
