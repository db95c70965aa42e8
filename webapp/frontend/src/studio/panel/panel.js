// The panel itself: asks its providers for groups of entries about the chosen element, and shows them.
// In the manner of the panels of bpmn.io (registerProvider, attachTo, propertiesPanel.showEntry), drawn in plain HTML.
import { html, render } from 'diagram-js/lib/ui';

const ORDINARY = 1000;

export class Panel {
  constructor(config, eventBus, injector) {
    Object.assign(this, { eventBus, injector, providers: [], element: null, holder: null });
    this.folds = new Map();
    this.isWaiting = false;
    eventBus.on('import.done', () => this.choose(null));
    eventBus.on('selection.changed', ({ newSelection }) => this.choose(newSelection));
    eventBus.on(['elements.changed', 'commandStack.changed', 'root.set'], () => this.update());
    eventBus.on('propertiesPanel.showEntry', ({ id }) => this.showEntry(id));
    eventBus.on('diagram.destroy', () => this.detach());
    if (config?.parent) eventBus.on('import.done', () => this.attachTo(config.parent));
  }

  registerProvider(priority, provider) {
    if (!provider) [priority, provider] = [ORDINARY, priority];
    this.providers.push({ priority, provider });
    this.providers.sort((a, b) => b.priority - a.priority);
    this.update();
  }

  attachTo(parent) {
    const holder = typeof parent === 'string' ? document.querySelector(parent) : parent;
    if (this.holder !== holder) this.detach();
    this.holder = holder;
    this.draw();
  }

  detach() {
    if (this.holder) render(null, this.holder);
    this.holder = null;
  }

  choose(selection) {
    const [first, ...more] = selection ?? [];
    this.isMany = more.length > 0;
    this.chosen = first ?? null;
    this.update();
  }

  // A change often comes as several events: one drawing for all of them.
  update() {
    if (this.isWaiting) return;
    this.isWaiting = true;
    queueMicrotask(() => {
      this.isWaiting = false;
      this.draw();
    });
  }

  draw() {
    if (!this.holder) return;
    const root = this.injector.get('canvas').getRootElement();
    const chosen = this.chosen?.labelTarget ?? this.chosen;
    const before = this.element;
    this.element = chosen?.parent ? chosen : root;
    if (this.element !== before) this.holder.scrollTop = 0;
    if (!this.element?.businessObject) return render(null, this.holder);
    render(html`<${Body} panel=${this} element=${this.element} isMany=${this.isMany} key=${this.element.id} />`, this.holder);
  }

  groups(element) {
    return this.providers.reduce((groups, { provider }) => provider.getGroups(element)(groups), []).filter(Boolean);
  }

  // Opens the group that an entry stands in, and gives it the focus. `question:ID` is a question of the form.
  showEntry(id) {
    this.draw();
    const [, question] = /^question:(.+)$/.exec(id) ?? [];
    const place = question ? `[data-question="${CSS.escape(question)}"]` : `[data-entry="${CSS.escape(id)}"]`;
    const entry = this.holder?.querySelector(place);
    if (question) entry?.querySelector('[aria-expanded="false"]')?.click();
    for (let fold = entry?.closest('details'); fold; fold = fold.parentElement.closest('details')) fold.open = true;
    entry?.scrollIntoView({ block: 'nearest' });
    (entry?.querySelector('input, select, textarea, button') ?? entry)?.focus({ preventScroll: true });
  }
}
Panel.$inject = ['config.propertiesPanel', 'eventBus', 'injector'];

function Body({ panel, element, isMany }) {
  if (isMany) return html`<p class="panel__note">Several elements are chosen. Choose one to see what it says.</p>`;
  const groups = panel.groups(element);
  return html`<div class="panel">
    ${groups.map((group) => html`<${Group} key=${group.id} panel=${panel} ...${group} />`)}
  </div>`;
}

function Group({ panel, id, label, note, isFolded = false, children }) {
  const open = panel.folds.get(id) ?? !isFolded;
  const keep = (event) => panel.folds.set(id, event.currentTarget.open);
  return html`<details class="panel-group" data-group=${id} open=${open} onToggle=${keep}>
    <summary><h3>${label}</h3>${note && html`<span class="panel-group__note">${note}</span>`}</summary>
    <div class="panel-group__body">${children}</div>
  </details>`;
}
