"""Changes to a drawing. Each gives a new one; the old one stays as it is."""

from collections.abc import Callable

from tests.workflows.diagrams.outside.drawing import LANES, Drawing

Change = Callable[[Drawing], Drawing]


def both(*changes: Change) -> Change:
    def change(drawn: Drawing) -> Drawing:
        for one in changes:
            drawn = one(drawn)
        return drawn

    return change


def changed(edit: Callable[[Drawing], object]) -> Change:
    def change(drawn: Drawing) -> Drawing:
        copy = drawn.copy()
        edit(copy)
        return copy

    return change


def without(step: str) -> Change:
    """The step is deleted, and what led to it leads to what followed."""

    def edit(drawn: Drawing) -> None:
        (after,) = drawn.out_of(step)
        for flow in drawn.into(step):
            flow.target = after.target
        drawn.flows.remove(after)
        for node in [one for one in drawn.nodes.values() if one.host == step]:
            drawn.flows = [f for f in drawn.flows if f.source != node.id]
            del drawn.nodes[node.id]
        del drawn.nodes[step]

    return changed(edit)


def before(step: str, line: str) -> Change:
    """A new element, told by its line, is put on the way into the step."""

    def edit(drawn: Drawing) -> None:
        scope = drawn.nodes[step].scope
        drawn.add(line + (f" in {scope}" if scope else ""))
        new = line.split()[1]
        for flow in drawn.into(step):
            flow.target = new
        drawn.connect(new, step)

    return changed(edit)


def after(step: str, line: str) -> Change:
    def edit(drawn: Drawing) -> None:
        scope = drawn.nodes[step].scope
        drawn.add(line + (f" in {scope}" if scope else ""))
        new = line.split()[1]
        for flow in drawn.out_of(step):
            flow.source = new
        drawn.connect(step, new)

    return changed(edit)


def moved(step: str, behind: str) -> Change:
    """The step is done after another one instead."""

    def edit(drawn: Drawing) -> None:
        (out,) = drawn.out_of(step)
        for flow in drawn.into(step):
            flow.target = out.target
        drawn.flows.remove(out)
        for flow in drawn.out_of(behind):
            flow.source = step
        drawn.connect(behind, step)

    return changed(edit)


def landing(drawn: Drawing, step: str, target: str) -> str:
    """Where a new way may come in: before a parallel gateway it first meets the way of the step."""
    if drawn.nodes[target].word != "and":
        return target
    old = [f for f in drawn.into(target) if f.source == step] or drawn.into(target)[:1]
    scope = drawn.nodes[target].scope
    drawn.add("xor Landing" + (f" in {scope}" if scope else ""))
    old[0].target = "Landing"
    drawn.connect("Landing", target)
    return "Landing"


def around(step: str, target: str = "", gateway: str = "xor") -> Change:
    """Before the step somebody may choose to leave it out (to `target`, or what follows it)."""

    def edit(drawn: Drawing) -> None:
        node = drawn.nodes[step]
        end = landing(drawn, step, target or drawn.out_of(step)[0].target)
        inside = f" in {node.scope}" if node.scope else ""
        lane = next(key for key, name in LANES.items() if name == (node.lane or "Communications"))
        if gateway == "events":
            drawn.add(
                f"events Shortcut{inside}\nreceive Usual usual{inside}\nwait Unusual P1D{inside}"
            )
            for flow in drawn.into(step):
                flow.target = "Shortcut"
            drawn.connect("Shortcut", "Usual")
            drawn.connect("Shortcut", "Unusual")
            drawn.connect("Usual", step)
            drawn.connect("Unusual", end)
            return
        drawn.add(f"task Hurried @{lane} hurry=yes|no{inside}\n{gateway} Shortcut{inside}")
        for flow in drawn.into(step):
            flow.target = "Hurried"
        drawn.connect("Hurried", "Shortcut")
        if gateway == "or":
            drawn.connect("Shortcut", step, 'Hurried.hurry = "no"')
            drawn.connect("Shortcut", end, "else")
        else:
            drawn.connect("Shortcut", end, 'Hurried.hurry = "yes"')
            drawn.connect("Shortcut", step, "else")

    return changed(edit)


def event(line: str, target: str) -> Change:
    """A boundary event, told by its line, leads to the target."""

    def edit(drawn: Drawing) -> None:
        host = line.split()[line.split().index("on") + 1]
        scope = drawn.nodes[host].scope
        drawn.add(line + (f" in {scope}" if scope else ""))
        drawn.connect(line.split()[1], landing(drawn, host, target))

    return changed(edit)


def led(source: str, old: str, new: str) -> Change:
    """The flow leads to another element."""

    def edit(drawn: Drawing) -> None:
        drawn.way(source, old).target = new

    return changed(edit)


def past(source: str, old: str, then: str) -> Change:
    """The flow leads further on, and before a parallel gateway meets what comes there."""

    def edit(drawn: Drawing) -> None:
        if then != old:
            drawn.way(source, old).target = landing(drawn, source, then)

    return changed(edit)


def iff(source: str, target: str, condition: str) -> Change:
    def edit(drawn: Drawing) -> None:
        drawn.way(source, target).condition = condition

    return changed(edit)


def swapped(gateway: str) -> Change:
    """The first two flows of a gateway change their targets."""

    def edit(drawn: Drawing) -> None:
        first, second = drawn.out_of(gateway)[:2]
        first.target, second.target = second.target, first.target

    return changed(edit)


def lane(step: str, key: str) -> Change:
    def edit(drawn: Drawing) -> None:
        drawn.nodes[step].lane = LANES[key]

    return changed(edit)


def acts(step: str, act: str) -> Change:
    def edit(drawn: Drawing) -> None:
        drawn.nodes[step].act = act

    return changed(edit)


def word(step: str, new: str, **values: str) -> Change:
    """The element is of another kind."""

    def edit(drawn: Drawing) -> None:
        drawn.nodes[step].word = new
        for name, value in values.items():
            setattr(drawn.nodes[step], name, value)

    return changed(edit)


def form(step: str, **fields: str) -> Change:
    def edit(drawn: Drawing) -> None:
        drawn.nodes[step].fields = {name: tuple(text.split("|")) for name, text in fields.items()}

    return changed(edit)


def add(text: str) -> Change:
    return changed(lambda drawn: drawn.add(text))


def cut(source: str, target: str) -> Change:
    def edit(drawn: Drawing) -> None:
        drawn.flows.remove(drawn.way(source, target))

    return changed(edit)


def beside(step: str, later: str) -> Change:
    """The later step is taken from its place and done beside the step."""

    def edit(drawn: Drawing) -> None:
        (out,) = drawn.out_of(later)
        for flow in drawn.into(later):
            flow.target = out.target
        drawn.flows.remove(out)
        (on,) = drawn.out_of(step)
        scope = drawn.nodes[step].scope
        inside = f" in {scope}" if scope else ""
        drawn.add(f"and Parting{inside}\nand Meeting{inside}")
        for flow in drawn.into(step):
            flow.target = "Parting"
        on.source = "Meeting"
        for each in (step, later):
            drawn.connect("Parting", each)
            drawn.connect(each, "Meeting")

    return changed(edit)


def wrapped(*steps: str, name: str = "Part") -> Change:
    """Steps in a row are put into a subprocess."""

    def edit(drawn: Drawing) -> None:
        scope = drawn.nodes[steps[0]].scope
        drawn.add(f"sub {name}" + (f" in {scope}" if scope else ""))
        drawn.add(f"start {name}Begins in {name}\nend {name}Ends in {name}")
        for flow in drawn.into(steps[0]):
            flow.target = name
        for flow in drawn.out_of(steps[-1]):
            flow.source = name
        for step in steps:
            drawn.nodes[step].scope = name
        drawn.connect(f"{name}Begins", steps[0])
        drawn.connect(steps[-1], f"{name}Ends")

    return changed(edit)


def gone(*ids: str) -> Change:
    """Elements are deleted, and all flows at them."""

    def edit(drawn: Drawing) -> None:
        for identity in ids:
            del drawn.nodes[identity]
        drawn.flows = [f for f in drawn.flows if f.source not in ids and f.target not in ids]

    return changed(edit)


def put(step: str, **values: str) -> Change:
    """The element says something else."""

    def edit(drawn: Drawing) -> None:
        for name, value in values.items():
            setattr(drawn.nodes[step], name, value)

    return changed(edit)


def way(source: str, target: str, condition: str = "") -> Change:
    return changed(lambda drawn: drawn.connect(source, target, condition))


def otherwise(gateway: str, target: str) -> Change:
    return iff(gateway, target, "else")
