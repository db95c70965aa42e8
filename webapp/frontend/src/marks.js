// What is lit on a diagram: where a case has been, where it is, what goes wrong, counts and times.

// Gives a function that takes all marks away again.
export function mark(viewer, state) {
  const { live = [], liveWords = 'Waiting', passed = [], here = null, hereWords = 'This task', wrong = false, ends = false, notes = {}, late = {}, times = {}, heat = {}, changes = {} } = state;
  const canvas = viewer.get('canvas');
  const registry = viewer.get('elementRegistry');
  const overlays = viewer.get('overlays');
  const marked = [];
  const put = (id, html, position) => overlays.add(id, 'state', { html, position, show: { minZoom: 0.2 } });
  const light = (id, marker) => {
    canvas.addMarker(id, marker);
    marked.push([id, marker]);
  };

  const gone = ends ? withEnds(registry, passed, here).filter((id) => !live.includes(id)) : passed;
  for (const id of gone.filter((one) => registry.get(one))) {
    light(id, 'is-passed');
    if (!registry.get(id).waypoints && !live.includes(id)) put(id, badge('passed', ''), { top: -9, right: 11 });
  }
  for (const id of live.filter((one) => registry.get(one))) {
    light(id, id === here ? 'is-here' : 'is-live');
    put(id, badge(id === here ? 'here' : 'live', id === here ? hereWords : liveWords), { top: -13, left: -6 });
  }
  if (here && registry.get(here) && !live.includes(here)) {
    light(here, wrong ? 'is-wrong' : 'is-here');
    put(here, badge(wrong ? 'wrong' : 'here', hereWords), { top: -13, left: -6 });
  }
  const badges = (texts, kind, position) => {
    for (const [id, text] of Object.entries(texts)) {
      if (registry.get(id)) put(id, badge(kind, text), position);
    }
  };
  badges(notes, 'note', { top: -13, left: -6 });
  badges(late, 'late', { top: -34, left: -6 });
  badges(times, 'time', { top: -13, right: 46 });
  for (const [id, level] of Object.entries(heat)) {
    if (registry.get(id)) light(id, `heat-${level}`);
  }
  for (const [id, { kind, text }] of Object.entries(changes)) {
    if (!registry.get(id)) continue;
    light(id, `is-${kind}`);
    put(id, badge(kind, text), registry.get(id).waypoints ? { top: -22, left: 0 } : { top: -13, left: -6 });
  }
  return () => {
    overlays.remove({ type: 'state' });
    for (const [id, marker] of marked) canvas.removeMarker(id, marker);
  };
}

// What a flow leads from and to has been passed as well: gateways that only merge, and starts.
function withEnds(registry, passed, here) {
  const found = new Set(passed);
  for (const id of passed) {
    const { source, target } = registry.get(id) ?? {};
    for (const end of [source, target]) if (end) found.add(end.id);
  }
  found.delete(here);
  return [...found];
}

// A node, not an HTML string: the content security policy stands, and text stays text.
function badge(kind, text) {
  const node = document.createElement('div');
  node.className = `badge badge--${kind}`;
  node.append(Object.assign(document.createElement('span'), { className: 'badge__shape' }), text);
  return node;
}
