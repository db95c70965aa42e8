"""What a scenario expects: the end that is reached, the acts done and the operations met, in order."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from typing import Any

from workflows.policy.pack import Pack
from workflows.rehearsing.moves import Place
from workflows.rehearsing.playing import Played
from workflows.rehearsing.stage import Stage

Expected = Mapping[str, Any]


@dataclass(frozen=True)
class Difference:
    """Where a scenario goes otherwise first: in words, and at which element."""

    words: str
    place: Place | None = None


def expected_of(stage: Stage) -> dict[str, Any]:
    """Give what happened on the stage as a scenario expects it to happen again.

    {"end": {"element", "title"} or None while it runs, "acts": [{"act", "outcome", "diagram",
    "element"}], "operations": [{"topic", "title"}]}.
    """
    end = stage.end
    acts = [
        {"act": s.act, "outcome": s.outcome, "diagram": s.diagram, "element": s.element}
        for s in stage.history.steps
        if s.act is not None and s.performer is not None
    ]
    return {
        "end": {"element": end.id, "title": end.title} if end else None,
        "acts": acts,
        "operations": [{"topic": ran.topic, "title": ran.title} for ran in stage.operations],
    }


def expected_told(expected: Expected, pack: Pack) -> list[str]:
    """Say what a scenario expects, the acts in order and how it ends."""
    told = [_act_words(act, pack) for act in expected["acts"]]
    # Operations are compared among themselves, not with the acts: they stand after them.
    told += [f"On the way Siteward does “{ran['title']}”" for ran in expected["operations"]]
    end = expected["end"]
    return [*told, f"It ends: {end['title']}" if end else "It goes on"]


def difference(expected: Expected, played: Played, pack: Pack) -> Difference | None:
    """Give where a scenario goes otherwise than expected first; None where it goes as it did."""
    if played.misfit is not None or played.stage is None:
        step = f"At move {played.made + 1}: "
        place = played.misfit.place if played.misfit else None
        return Difference(f"{step}{played.misfit}", place)
    stage = played.stage
    found = expected_of(stage)
    return (
        _other_act(expected["acts"], found["acts"], pack)
        or _other_operation(expected["operations"], found["operations"])
        or _other_end(expected["end"], stage)
    )


def _other_act(
    before: Sequence[Expected], now: Sequence[Expected], pack: Pack
) -> Difference | None:
    for old, new in zip_longest(before, now):
        if old is None or new is None or _key(old) != _key(new):
            words = f"{_told(new, pack)}, where {_told(old, pack)} was expected."
            place = Place(new["diagram"], new["element"]) if new else None
            return Difference(words, place)
    return None


def _key(act: Expected) -> tuple[str, str | None]:
    return act["act"], act["outcome"]


def _told(act: Expected | None, pack: Pack) -> str:
    return _act_words(act, pack) if act else "nothing"


def _act_words(act: Expected, pack: Pack) -> str:
    title = pack.acts[act["act"]].title if act["act"] in pack.acts else act["act"]
    outcome = (act["outcome"] or "").replace("-", " ")
    return f"“{title}” ({outcome})" if outcome else f"“{title}”"


def _other_operation(before: Sequence[Expected], now: Sequence[Expected]) -> Difference | None:
    for old, new in zip_longest(before, now):
        if old is None or new is None or old["topic"] != new["topic"]:
            did = f"Siteward does “{new['title']}”" if new else "Siteward does nothing more"
            expected = f"“{old['title']}”" if old else "nothing more"
            return Difference(f"{did}, where {expected} was expected.")
    return None


def _other_end(expected: Expected | None, stage: Stage) -> Difference | None:
    """Compare the ends: the same element or the same title, for either may have been renamed."""
    end = stage.end
    if expected is None and end is None:
        return None
    if expected and end and (end.id == expected["element"] or end.title == expected["title"]):
        return None
    reached = f"It ends with “{end.title}”" if end else "It does not end"
    wanted = f"“{expected['title']}” was expected" if expected else "it was expected to go on"
    main = stage.diagrams.main
    return Difference(f"{reached}, where {wanted}.", Place(main, end.id) if end else None)
