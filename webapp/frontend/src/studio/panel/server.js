// What the panel asks the server: the words of the policy once, and what only the server can tell of the diagram.
const ADDRESSES = {
  vocabulary: '/diagrams/studio/vocabulary.json',
  fieldsAt: '/diagrams/studio/fields-at',
  condition: '/diagrams/studio/condition',
  form: '/diagrams/studio/form',
};
const NOTHING = {
  acts: [], blocks: [], parties: [], roles: [], clauses: [], processes: [], operations: [],
  field_types: [], classifications: [], subjects: [], shown_to: [], reserved_ids: [],
};
const PAUSE = 350;

export class Server {
  constructor(config, bpmnjs, eventBus, propertiesPanel) {
    Object.assign(this, { bpmnjs, panel: propertiesPanel, words: NOTHING, isThere: false, revision: 0 });
    const given = Object.entries(config ?? {}).filter(([, value]) => value);
    this.addresses = { ...ADDRESSES, ...Object.fromEntries(given) };
    // A listener that gives something back would keep the event from all others.
    eventBus.on(['commandStack.changed', 'import.done'], () => void (this.revision += 1));
    this.load();
  }

  async load() {
    try {
      const response = await fetch(this.addresses.vocabulary, { headers: { Accept: 'application/json' } });
      if (!response.ok) throw new Error(response.statusText);
      this.words = { ...NOTHING, ...(await response.json()) };
      this.isThere = true;
    } catch {
      this.failed = 'The words of the policy could not be loaded. Reload the page to choose acts and clauses.';
    }
    this.panel.update();
  }

  title(kind, id, key = 'id') {
    return this.words[kind].find((one) => one[key] === id)?.title;
  }

  async ask(what, query) {
    const { xml } = await this.bpmnjs.saveXML({ format: false });
    const response = await fetch(`${this.addresses[what]}?${new URLSearchParams(query)}`, {
      method: 'POST',
      body: xml,
      headers: {
        'Content-Type': 'application/xml',
        Accept: what === 'form' ? 'text/html' : 'application/json',
        'X-CSRFToken': document.querySelector('meta[name="csrf-token"]')?.content ?? '',
      },
    });
    // What is wrong with a form is drawn as well; anything else that is no answer is none.
    if (!response.ok && !(what === 'form' && response.status === 422)) throw new Error(response.statusText);
    return what === 'form' ? response.text() : response.json();
  }

  // Asks after a pause, and tells only what is still wanted; gives a function that drops the question.
  later(what, query, tell, fail = () => {}, pause = PAUSE) {
    let isWanted = true;
    const timer = setTimeout(async () => {
      try {
        const answer = await this.ask(what, query);
        if (isWanted) tell(answer);
      } catch (error) {
        if (isWanted) fail(error);
      }
    }, pause);
    return () => {
      isWanted = false;
      clearTimeout(timer);
    };
  }
}
Server.$inject = ['config.siteward', 'bpmnjs', 'eventBus', 'propertiesPanel'];
