"""Who waits where while a step of a way is done, and which visit of its diagram it belongs to."""

from tests.workflows.diagrams.proof.drawing import draw, proved, rule
from workflows.diagrams.graph import WayStep
from workflows.policy.automata import NONE, Absence, Precedence

LAUNCH = rule(Absence(frozenset({"launch"})))


def waiting(way: tuple[WayStep, ...]) -> list[str]:
    """Give what waits at each step; with @ and its visit what stands around that."""
    return [
        " ".join(
            f"{one.diagram}.{one.element}" + f"@{one.visit}" * one.is_around for one in step.waits
        )
        for step in way
    ]


def test_a_branch_inside_a_called_diagram_waits_there_and_in_its_call() -> None:
    part = draw("start In\nuser Ask\nend Out\nIn -> Ask -> Out", name="part", starters=())
    text = """
    start Begin
    and Split
    call Long to=part
    user Short
    service Launch topic=launch
    end Live
    end Done
    Begin -> Split -> Long -> Done
    Split -> Short -> Launch -> Live
    """
    (found,) = proved(text, LAUNCH, called=(part,)).findings()
    told = dict(zip([step.element for step in found.way], waiting(found.way), strict=True))
    assert told["Short"] == told["Launch"] == "main.Long@1 part.Ask"


def test_what_an_event_takes_away_waits_no_longer_and_what_it_leaves_does() -> None:
    text = """
    start Begin
    sub Whole {
    start In
    and Split
    user A
    user B
    rings Late on=A timer=P1D beside=yes
    user Tell act=ask
    end Told
    end OutA
    end OutB
    In -> Split -> A -> OutA
    Split -> B -> OutB
    Late -> Tell -> Told
    }
    rings Over on=Whole timer=P9D
    service Launch topic=launch
    end Live
    end Done
    Begin -> Whole -> Done
    Over -> Launch -> Live
    """
    asked = rule(Absence(frozenset({"ask"})))
    (taken,), (beside,) = proved(text, LAUNCH).findings(), proved(text, asked).findings()
    assert [step.element for step in taken.way][-3:] == ["Over", "Launch", "Launch"]
    assert waiting(taken.way)[-3:] == ["", "", ""]
    assert [step.element for step in beside.way][-3:] == ["Late", "Tell", "Tell"]
    assert waiting(beside.way)[-3:] == ["main.A main.B"] * 3


def test_a_terminating_end_stops_what_waits_and_a_loop_enters_a_diagram_anew() -> None:
    part = draw(
        """
        start In
        and Split
        user A
        user B
        terminate Out
        terminate Stop
        In -> Split -> A -> Out
        Split -> B -> Stop
        """,
        name="part",
        starters=(),
    )
    text = """
    start Begin
    call Part to=part
    user Again act=ask more!=?
    xor More default=More-Live
    end Live
    Begin -> Part -> Again -> More -> Live
    More -> Part : Again.more = true
    """
    twice = rule(Precedence(frozenset({"advise"}), frozenset({"ask"}), NONE, frozenset({"ask"})))
    (found,) = proved(text, twice, called=(part,)).findings()
    ends = [number for number, step in enumerate(found.way) if step.element in ("Out", "Stop")]
    assert [found.way[number].visit for number in ends] == [1, 2]
    for number in ends:
        assert len(found.way[number - 1].waits) == 1
        assert found.way[number + 1].waits == ()
