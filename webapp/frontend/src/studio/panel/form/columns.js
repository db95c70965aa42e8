// The columns of a table's rows.
import { html } from 'diagram-js/lib/ui';
import { AreaEntry, Button, ChoiceEntry, TextEntry, TickEntry } from '../entries.js';
import { followMove, followRemoval } from '../focus.js';
import { idFrom } from '../words.js';
import { columnsOf } from './model.js';
import { Added } from './options.js';

const NO_COLUMN = ['table', 'file'];

export function Columns({ field, questions, apply, words }) {
  const columns = columnsOf(field);
  const id = field.get('id');
  const lines = `[data-entry="question-${id}-columns"] li`;
  const remove = (at) => {
    put(columns.filter((_, index) => index !== at));
    followRemoval(lines, at, `#panel-question-${id}-new`);
  };
  const put = (next) => apply(questions.setColumns(field, next));
  const change = (at, properties) => put(columns.map((one, index) => (index === at ? { ...one, ...properties } : one)));
  const move = (at, step) => {
    const next = [...columns];
    next.splice(at + step, 0, ...next.splice(at, 1));
    put(next);
    followMove(`${lines}:nth-child(${at + step + 1})`, step);
  };
  const add = (label) => put([...columns, { id: newId(columns, label), label, type: 'string', required: false, options: [] }]);
  const choices = words.field_types.filter((one) => !NO_COLUMN.includes(one.id)).map((one) => ({ value: one.id, label: one.title }));
  return html`<fieldset class="panel-options" data-entry=${`question-${id}-columns`}>
    <legend class="panel-entry__label">Columns</legend>
    <ol>
      ${columns.map((column, at) => html`<li key=${column.id}>
        <div class="panel-options__line">
          <${TextEntry} id=${`question-${id}-column-${at}`} label=${`Column ${at + 1}`} value=${column.label} check=${(text) => (text ? null : 'Write what the column is called.')}
            write=${(label) => change(at, { label })} />
          <${Button} kind="icon" label=${`Move up: ${column.label}`} isDisabled=${at === 0} press=${() => move(at, -1)}>↑<//>
          <${Button} kind="icon" label=${`Move down: ${column.label}`} isDisabled=${at === columns.length - 1} press=${() => move(at, 1)}>↓<//>
          <${Button} kind="icon" label=${`Take out: ${column.label}`} press=${() => remove(at)}>×<//>
        </div>
        <${ChoiceEntry} id=${`question-${id}-column-${at}-type`} label="Kind of answer" value=${column.type} choices=${choices} write=${(type) => change(at, { type })} />
        ${column.type === 'enum' && html`<${AreaEntry} id=${`question-${id}-column-${at}-choices`} label="Choices, one on a line" value=${column.options.map((one) => one.label).join('\n')}
          write=${(text) => change(at, { options: optionsFrom(text, column.options) })} />`}
        <${TickEntry} id=${`question-${id}-column-${at}-required`} label="Required in each row" value=${column.required} write=${(required) => change(at, { required })} />
      </li>`)}
    </ol>
    <${Added} id=${id} add=${add} label="New column" action="Add the column" empty="Write what the column is called." />
  </fieldset>`;
}

const newId = (columns, label) => idFrom(label, { taken: columns.map((one) => one.id), joint: '_', fallback: 'column' });

// A line that is called as before keeps its id; so does one that is renamed where it stood.
function optionsFrom(text, before) {
  const labels = text.split('\n').map((line) => line.trim()).filter(Boolean);
  const same = labels.length === before.length;
  return labels.reduce((made, label, at) => {
    const old = before.find((one) => one.label === label) ?? (same ? before[at] : undefined);
    const taken = made.map((one) => one.id);
    const id = old && !taken.includes(old.id) ? old.id : idFrom(label, { taken: [...taken, ...before.map((one) => one.id)], joint: '-', fallback: 'choice' });
    return [...made, { id, label }];
  }, []);
}
