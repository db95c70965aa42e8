// Tables in forms: add and remove rows. Indices are never used twice, so that nothing typed moves to another row.
const FIRST_CONTROL = 'input:not([type=hidden]), select, textarea';

export function tableRows(table, enhance) {
  if (table.rowsFollowed) return;
  table.rowsFollowed = true;
  const list = table.querySelector('[data-rows-list]');
  const template = table.querySelector('[data-rows-template]');
  const add = table.querySelector('[data-row-add]');
  const status = table.querySelector('[data-rows-status]');
  const most = Number(table.dataset.rowsMax ?? Infinity);
  let next = Number(table.dataset.rowsNext);

  const rows = () => [...list.querySelectorAll(':scope > [data-row]')];
  const renumber = () => {
    rows().forEach((row, index) => {
      for (const number of row.querySelectorAll('[data-row-number]')) number.textContent = index + 1;
      row.querySelector('[data-row-remove]').hidden = false;
    });
    add.hidden = rows().length >= most;
  };
  const tell = (text) => {
    status.textContent = text;
    table.dispatchEvent(new Event('rows:changed', { bubbles: true }));
  };

  add.addEventListener('click', () => {
    const holder = document.createElement('div');
    holder.innerHTML = template.innerHTML.replaceAll('__row__', next);
    next += 1;
    const row = holder.firstElementChild;
    list.append(row);
    renumber();
    enhance(table);
    row.querySelector(FIRST_CONTROL)?.focus();
    tell(`Row ${rows().length} added.`);
  });

  list.addEventListener('click', (event) => {
    const row = event.target.closest('[data-row-remove]')?.closest('[data-row]');
    if (!row) return;
    const index = rows().indexOf(row);
    row.remove();
    renumber();
    (rows()[Math.min(index, rows().length - 1)]?.querySelector(FIRST_CONTROL) ?? add).focus();
    tell(`Row ${index + 1} removed.`);
  });

  renumber();
}
