// The form as staff will see it, drawn by the server with the very code that draws it in a task.
import { html, useEffect, useRef, useState } from 'diagram-js/lib/ui';
import { followConditions } from '../../../conditions.js';
import { tableRows } from '../../../rows.js';

export function Preview({ element, server }) {
  const [isOpen, setOpen] = useState(false);
  const [fragment, setFragment] = useState(null);
  const [failed, setFailed] = useState(false);
  const holder = useRef();
  const query = { element: element.businessObject.id };
  const fail = () => setFailed(true);
  const take = (text) => (setFragment(text), setFailed(false));
  useEffect(() => (isOpen ? server.later('form', query, take, fail) : undefined), [isOpen, element.id, server.revision]);
  useEffect(() => {
    if (!holder.current || fragment === null) return;
    holder.current.innerHTML = fragment;
    for (const form of holder.current.querySelectorAll('form')) {
      form.addEventListener('submit', (event) => event.preventDefault());
      followConditions(form);
      for (const table of form.querySelectorAll('[data-rows]')) tableRows(table, () => {});
    }
  }, [fragment, isOpen]);
  return html`<details class="panel-preview" open=${isOpen} onToggle=${(event) => setOpen(event.currentTarget.open)} data-preview>
    <summary>As staff will see it</summary>
    ${failed && html`<p class="panel-entry__error">The form could not be drawn. It is tried again with the next change.</p>`}
    <div ref=${holder} class="panel-preview__form" role="group" aria-label="Preview of the form"></div>
  </details>`;
}
