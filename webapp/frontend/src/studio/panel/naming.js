// What a choice is called after the answer that it comes to read, as long as nobody has named it.
import { rulesOf } from './condition/text.js';

export const UNNAMED_CHOICE = 'Which way?';

// Gives its new name, null where it has one of its own or several answers are read.
export function nameAfter(object, answer) {
  if (!answer || (object.name && object.name !== UNNAMED_CHOICE)) return null;
  const label = answer.field.label.trim();
  if (label.endsWith('?')) return label;
  // The label goes on in a sentence, if it does not begin with an abbreviation.
  const begins = label.slice(0, 2) === label.slice(0, 2).toUpperCase() ? label : label[0].toLowerCase() + label.slice(1);
  return `${answer.step_title}: ${begins}?`;
}

// The one answer that a condition reads.
export function answerOf(text, answers) {
  const rows = (text && rulesOf(text)?.rows) || [];
  const [first] = rows;
  const isOne = first && rows.every(({ step, field }) => step === first.step && field === first.field);
  return isOne ? answers?.find((one) => one.step === first.step && one.field.id === first.field) : undefined;
}
