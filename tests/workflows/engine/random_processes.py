"""Random processes and random plays, the same for the engine and for the token game."""

import random
from dataclasses import dataclass, field

from tests.workflows.engine.sketch import Given, bpmn
from tests.workflows.engine.token_game import Choices, Game, Place
from workflows.diagrams.conditions import Value

DECIDING = ("xor", "or")
_WRITTEN = {"many": "user"}


class Anywhere(Given):
    """Answers that are the same in every scope; element ids are unique over all diagrams."""

    def value(self, _scope: str, element: str, field: str) -> Value:
        """Give the answer."""
        return self.answers["", element, field]


@dataclass
class Process(Game):
    """A game that can be written as a diagram, and grown at random."""

    chance: random.Random = field(default_factory=random.Random)
    parent: str | None = None
    kinds: tuple[str, ...] = ()
    # Subprocesses that are written as diagrams of their own, which the outer one calls.
    called: list[str] = field(default_factory=list)

    def node(self, kind: str, **marks: object) -> str:
        """Add a node."""
        name = f"{kind}{len(self.nodes)}"
        self.nodes[name] = Place(kind, self.parent, **marks)  # type: ignore[arg-type]
        return name

    def flow(self, source: str, target: str) -> str:
        """Add a flow."""
        name = f"f{len(self.flows)}"
        self.flows[name] = (source, target)
        return name

    def block(self, before: str, size: int) -> str:
        """Grow something of about this many tasks behind a node; say where it ends."""
        if size <= 1:
            return self._step(before)
        grow = self.chance.choice([kind for kind in self.kinds if kind not in ("boundary", "many")])
        growing = {
            "sequence": self._sequence,
            "loop": self._loop,
            "sub": self._sub,
            "race": self._race,
        }
        if grow in growing:
            return growing[grow](before, size)
        return self._branches(before, grow, size)

    def _sequence(self, before: str, size: int) -> str:
        half = self.chance.randint(1, size - 1)
        return self.block(self.block(before, half), size - half)

    def _step(self, before: str) -> str:
        node = self._task()
        self.flow(before, node)
        if "boundary" in self.kinds and self.chance.random() < 0.3:
            return self._with_boundary(node)
        return node

    def _task(self) -> str:
        if "many" in self.kinds and self.chance.random() < 0.2:
            times, sequential = self.chance.randint(0, 3), self.chance.random() < 0.5
            return self.node("many", times=times, sequential=sequential)
        return self.node("user")

    def _with_boundary(self, host: str, *, error: bool = False) -> str:
        interrupting = error or self.chance.random() < 0.6
        event = self.node("on", host=host, interrupting=interrupting, error=error)
        handled = self.node("user")
        self.flow(event, handled)
        if not interrupting:
            self.flow(handled, self.node("end"))
            return host
        # The way out may meet the normal way, through a gateway that merges.
        merge = self.node(self.chance.choice(["xor", *self._of("or")]))
        self.flow(host, merge)
        self.flow(handled, merge)
        return merge

    def _branches(self, before: str, kind: str, size: int) -> str:
        split, join = self.node(kind), self.node(kind)
        self.flow(before, split)
        branches = self.chance.randint(2, 3)
        for _branch in range(branches):
            if self.chance.random() < 0.15:
                self.flow(split, join)
            else:
                self.flow(self.block(split, max(1, size // branches)), join)
        return join

    def _race(self, before: str, _size: int) -> str:
        race, merge = self.node("race"), self.node("xor")
        self.flow(before, race)
        for _event in range(2):
            event = self.node("catch")
            self.flow(race, event)
            self.flow(event, merge)
        return merge

    def _loop(self, before: str, size: int) -> str:
        merge, again = self.node("xor"), self.node("user")
        self.flow(before, merge)
        decision = self.node("xor")
        self.flow(self.block(merge, size - 1), decision)
        # A person stands in every way back, so that nothing runs for ever by itself.
        self.flow(decision, again)
        self.flow(again, merge)
        return decision

    def _sub(self, before: str, size: int) -> str:
        sub, outer = self.node("sub"), self.parent
        if self.chance.random() < 0.5:
            self.called.append(sub)
        self.flow(before, sub)
        self.parent = sub
        start = self.node("start")
        tail = self.block(start, size - 1)
        has_error = self.chance.random() < 0.3
        if has_error:
            decision = self.node("xor")
            self.flow(tail, decision)
            self.flow(decision, self.node("error"))
            tail = decision
        self.flow(tail, self.node(self.chance.choice(["end", "end", "terminate"])))
        self.parent = outer
        if has_error:
            return self._with_boundary(sub, error=True)
        return self._with_boundary(sub) if self.chance.random() < 0.4 else sub

    def jump(self) -> None:
        """Lead a way from the middle of one flow into another of the same scope."""
        flow = self.chance.choice([f for f in self.flows if self._may_be_entered(f)])
        scope = self.nodes[self.flows[flow][0]].parent
        beside = [f for f in self.flows if self._may_be_entered(f, scope)]
        other = self.chance.choice(beside)
        leaving = self.chance.choice(["xor", *self._of("and", "or")])
        joining = self.chance.choice(["xor", *self._of("and", "or")])
        self.parent = scope
        out = self._into(flow, self.node(leaving))
        back = self._into(other, self.node(joining))
        between = self.node("user")
        self.flow(out, between)
        self.flow(between, back)
        self.parent = None

    def _of(self, *kinds: str) -> list[str]:
        return [kind for kind in kinds if kind in self.kinds]

    def _may_be_entered(self, flow: str, *scope: str | None) -> bool:
        source = self.nodes[self.flows[flow][0]]
        return source.kind != "race" and (not scope or source.parent == scope[0])

    def _into(self, flow: str, node: str) -> str:
        source, target = self.flows[flow]
        self.flows[flow] = (source, node)
        self.flow(node, target)
        return node

    def choices(self) -> Choices:
        """Decide every gateway at random."""
        taken: dict[str, tuple[str, ...]] = {}
        for name, place in self.nodes.items():
            flows = self.out(name)
            if place.kind == "xor":
                taken[name] = (self.chance.choice(flows),)
            elif place.kind == "or":
                some = tuple(flow for flow in flows if self.chance.random() < 0.5)
                taken[name] = some or flows[-1:]
        return taken

    def answers(self, choices: Choices) -> "Anywhere":
        """Say the same as answers that the diagrams' conditions read."""
        return Anywhere(
            **{
                f"{name}__{flow}": flow in choices[name]
                for name in choices
                for flow in self.out(name)
            }
        )

    def diagrams(self) -> dict[str, bytes]:
        """Write it as BPMN; the last flow of an exclusive gateway is its default."""
        written = {name: bpmn("\n".join(self._written(name)), name) for name in self.called}
        return written | {"main": bpmn("\n".join(self._written(None)))}

    def _written(self, parent: str | None) -> list[str]:
        lines = []
        for name, place in self.nodes.items():
            if place.parent != parent:
                continue
            if name in self.called:
                lines.append(f"call {name} to={name}")
            elif place.kind == "sub":
                lines += [f"sub {name} {{", *self._written(name), "}"]
            else:
                lines.append(
                    f"{_WRITTEN.get(place.kind, place.kind)} {name} {self._marks(name, place)}"
                )
        for flow, (source, target) in self.flows.items():
            if self.nodes[source].parent == parent:
                lines.append(f"{source} -> {target} as {flow}{self._condition(flow, source)}")
        return lines

    def _marks(self, name: str, place: Place) -> str:
        if place.host is not None:
            what = "error=failed" if place.error else "duration=P1D"
            return f"host={place.host} {what} interrupting={str(place.interrupting).lower()}"
        if place.kind == "many":
            return f"times={place.times}" + " sequential=yes" * place.sequential
        if place.kind == "xor" and len(self.out(name)) > 1:
            return f"default={self.out(name)[-1]}"
        return {"catch": "message=news", "error": "error=failed"}.get(place.kind, "")

    def _condition(self, flow: str, source: str) -> str:
        flows = self.out(source)
        kind = self.nodes[source].kind
        if kind not in DECIDING or len(flows) == 1 or (kind == "xor" and flow == flows[-1]):
            return ""
        return f" : {source}.{flow} = true"


def random_process(seed: int, kinds: tuple[str, ...], jumps: int = 0) -> Process:
    """Grow a process of up to eight tasks."""
    process = Process(chance=random.Random(seed), kinds=kinds)
    start = process.node("start")
    process.flow(process.block(start, process.chance.randint(2, 8)), process.node("end"))
    for _jump in range(jumps):
        process.jump()
    return process
