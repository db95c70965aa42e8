// Keeps the focus where somebody works: a line that moves or goes takes its buttons with it.
export function focusSoon(...selectors) {
  // The panel is drawn anew before this runs.
  setTimeout(() => {
    const found = selectors.map((one) => document.querySelector(one)).find((one) => one && !one.disabled);
    found?.focus();
  });
}

const button = (line, words) => `${line} > * > [aria-label^="${words}"]`;

// After a line has moved: the same button, or the other one where it can go no further.
export function followMove(line, step) {
  const [same, other] = step < 0 ? ['Move up', 'Move down'] : ['Move down', 'Move up'];
  focusSoon(button(line, same), button(line, other));
}

// After a line was taken out: that of the next one, of the last one, or where a new one is written.
export function followRemoval(lines, at, rest) {
  focusSoon(button(`${lines}:nth-child(${at + 1})`, 'Take out'), button(`${lines}:last-child`, 'Take out'), rest);
}
