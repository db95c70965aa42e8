// The answers that may be read at a place, asked from the server again after each change; null until they are there.
import { useEffect, useState } from 'diagram-js/lib/ui';
import { asAnswer, fieldsOf } from '../form/model.js';
import { isOneOf, titleOf } from '../words.js';

export function useAnswers({ server, element, registry }, isWanted = true) {
  const [answers, setAnswers] = useState(null);
  const query = { element: element.businessObject.id };
  // Without the server all questions of the diagram are offered: the check says later what is asked too late.
  const fail = () => setAnswers((before) => before ?? allAsked(registry));
  const pause = answers === null ? 0 : undefined;
  useEffect(() => (isWanted ? server.later('fieldsAt', query, setAnswers, fail, pause) : undefined), [element.id, server.revision, isWanted]);
  return answers;
}

function allAsked(registry) {
  const steps = registry.filter((one) => isOneOf(one, 'bpmn:UserTask') && !one.labelTarget).map((one) => one.businessObject);
  return steps.flatMap((step) => fieldsOf(step).map((field) => asAnswer(field, step.id, titleOf(step))));
}
