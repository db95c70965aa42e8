// The buttons beside a chosen element stand in a row above it, so that what follows it stays in reach.
const ROW = 34;

export function rowAbove(modeler) {
  const [pad, canvas] = [modeler.get('contextPad'), modeler.get('canvas')];
  const beside = pad._getPosition.bind(pad);
  pad._getPosition = (target) => {
    if (Array.isArray(target) || target.waypoints) return beside(target);
    const [box, holder] = [canvas.getGraphics(target).getBoundingClientRect(), canvas.getContainer().getBoundingClientRect()];
    const above = box.top - holder.top - ROW;
    return { left: Math.max(4, box.left - holder.left), top: above >= 0 ? above : box.bottom - holder.top + 6 };
  };
}
