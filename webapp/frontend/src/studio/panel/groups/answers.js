// The answers that may be read at a place, asked from the server again after each change; null until they are there.
import { useEffect, useState } from 'diagram-js/lib/ui';

export function useAnswers(server, element, isWanted = true) {
  const [answers, setAnswers] = useState(null);
  const query = { element: element.businessObject.id };
  useEffect(() => (isWanted ? server.later('fieldsAt', query, setAnswers) : undefined), [element.id, server.revision, isWanted]);
  return answers;
}
