// The buttons above the canvas, and the ways to an element and between two that need no mouse.
import { whole } from './canvas.js';

const STEP = 1.25;

export function tools(root, modeler, holder) {
  const canvas = modeler.get('canvas');
  const stack = modeler.get('commandStack');
  const acts = {
    undo: () => stack.undo(),
    redo: () => stack.redo(),
    zoomIn: () => canvas.zoom(Math.min(4, canvas.zoom() * STEP), 'auto'),
    zoomOut: () => canvas.zoom(Math.max(0.15, canvas.zoom() / STEP), 'auto'),
    whole: () => whole(modeler),
  };
  for (const button of root.querySelectorAll('[data-tool]')) {
    button.addEventListener('click', () => button.getAttribute('aria-disabled') !== 'true' && acts[button.dataset.tool]?.());
  }
  const able = () => {
    set(root, 'undo', stack.canUndo());
    set(root, 'redo', stack.canRedo());
  };
  modeler.on(['commandStack.changed', 'import.done'], able);
  able();
  return holder;
}

// Not `disabled`: the focus stays on a button that has just undone the last change.
function set(root, name, able) {
  root.querySelector(`[data-tool="${name}"]`)?.setAttribute('aria-disabled', String(!able));
}
