"""The tables of the reports, made of what was counted; each number leads to what stands behind it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import url_for

from webapp import clock
from webapp.charts import Chart, Series
from webapp.reports.tables import DAY, Cell, Column, Table, lasting, number
from webapp.templating import CityClock
from workflows.policy.pack import Pack
from workflows.status.counts import DutyLoad, PersonLoad, Stage, Standing
from workflows.status.filters import Place
from workflows.status.pace import Key, Pace, can_send_back, sent_back
from workflows.status.trend import Monthly

FEW = "fewer than 5"
NOT_SHOWN = "Confidential cases are not among them."
PACE_HEADS = (
    ("Waiting, half within", "Waiting, median (days)"),
    ("Waiting, 9 of 10 within", "Waiting, 90th percentile (days)"),
    ("Work, half within", "Work, median (days)"),
    ("Work, 9 of 10 within", "Work, 90th percentile (days)"),
)


@dataclass(frozen=True)
class Links:
    """Where the numbers of a page lead: the lists with the filters of the page."""

    again: Mapping[str, str]

    def steps(self, **more: Any) -> str:
        """The list of waiting steps."""
        return url_for("reports.steps", **{**self.again, **more})

    def cases(self, **more: Any) -> str:
        """The list of cases."""
        return url_for("reports.cases", **{**self.again, **more})


@dataclass(frozen=True)
class Listed:
    """A process in the list of all: its key, its name, and whether its cases are confidential."""

    id: int
    key: str
    name: str
    confidential: bool


def step_of(place: Place) -> str:
    """Write a step as addresses have it."""
    return f"{place.diagram}:{place.element}"


def processes(
    listed: Sequence[Listed],
    standings: Mapping[int, Standing],
    hidden: Mapping[int, int | None],
    links: Links,
) -> Table:
    """Give how many cases of each process are open."""
    rows = []
    for one in listed:
        link = url_for("reports.process", key=one.key)
        rows.append([Cell(one.name, link), *_standing(one, standings.get(one.id), links, hidden)])
    heads = (
        Column("Process"),
        Column("Open cases", number=True),
        Column("With an overdue step", number=True),
        Column("Oldest open since"),
        Column("Open confidential cases", number=True),
    )
    note = "Confidential cases are counted in their own column only, whatever is chosen above."
    return Table("processes", "Open cases", heads, rows, "No process is published yet.", note)


def _standing(
    one: Listed, standing: Standing | None, links: Links, hidden: Mapping[int, int | None]
) -> list[Cell]:
    if one.confidential:
        return [Cell("counted apart"), Cell(""), Cell(""), told(hidden.get(one.id))]
    found = standing or Standing(0, 0, None)
    return [
        number(found.open, links.cases(process=one.key, state="open")),
        number(found.overdue, links.cases(process=one.key, state="overdue")),
        _since(found.oldest),
        Cell("none by design"),
    ]


def told(count: int | None) -> Cell:
    """Give a number of confidential cases as far as it may be told."""
    return Cell(FEW, value=FEW) if count is None else Cell(f"{count:,}", value=count)


def stages(found: Sequence[Stage], listed: Iterable[Listed], links: Links) -> Table:
    """Give the steps that cases wait at."""
    known = {one.id: one for one in listed}
    rows = []
    for stage in found:
        process = known.get(stage.process_id)
        more = {"process": process.key if process else None, "step": step_of(stage.place)}
        rows.append(
            [
                Cell(stage.place.name),
                Cell(process.name if process else ""),
                Cell(stage.place.party),
                number(stage.waiting, links.steps(**more)),
                number(stage.cases, links.steps(**more)),
                number(stage.overdue, links.steps(**more, overdue="yes")),
                _since(stage.since),
            ]
        )
    heads = (
        Column("Step"),
        Column("Process"),
        Column("Whose step"),
        Column("Open", number=True),
        Column("In cases", number=True),
        Column("Overdue", number=True),
        Column("Oldest since"),
    )
    return Table("stages", "Where cases wait", heads, rows, "No case waits for anybody.", NOT_SHOWN)


def duties(found: Sequence[DutyLoad], pack: Pack, links: Links) -> Table:
    """Give what waits for the holders of each duty."""
    rows = []
    for load in found:
        act = pack.acts.get(load.act or "")
        more = {"duty": load.duty, "party": load.party}
        rows.append(
            [
                Cell(act.title if act else "Steps without an act of the policy"),
                Cell(load.party),
                number(load.waiting, links.steps(**more)),
                Cell(f"{load.taken:,}", value=load.taken),
                number(load.overdue, links.steps(**more, overdue="yes")),
                _since(load.since),
            ]
        )
    heads = (
        Column("What is to be done"),
        Column("By"),
        Column("Open", number=True),
        Column("Taken by somebody", number=True),
        Column("Overdue", number=True),
        Column("Oldest since"),
    )
    empty = "Nothing waits for anybody."
    return Table("duties", "Workload by role", heads, rows, empty, NOT_SHOWN)


def people(found: Sequence[PersonLoad], links: Links) -> Table:
    """Give what is with each person."""
    rows = [
        [
            Cell(load.name),
            number(load.waiting, links.steps(holder=load.person_id)),
            number(load.overdue, links.steps(holder=load.person_id, overdue="yes")),
            _since(load.since),
        ]
        for load in found
    ]
    heads = (
        Column("Person"),
        Column("Open steps", number=True),
        Column("Overdue", number=True),
        Column("Oldest since"),
    )
    note = "Steps that somebody took, and those that wait for one person alone. " + NOT_SHOWN
    return Table("people", "Workload by person", heads, rows, "Nobody has taken a step.", note)


def returned(pack: Pack, places: Sequence[Place], found: Mapping[Key, Pace], links: Links) -> Table:
    """Give how often steps send a request back, reject it or decline it."""
    rows = []
    for place, outcome, word, times, of in sent_back(pack, places, found):
        url = links.cases(step=step_of(place), ending=outcome)
        share = times / of
        rows.append(
            [
                Cell(place.name),
                Cell(place.party),
                Cell(word),
                number(times, url),
                Cell(f"{of:,}", value=of),
                Cell(f"{share:.0%}", value=round(share, 4)),
            ]
        )
    heads = (
        Column("Step"),
        Column("Whose step"),
        Column("Request"),
        Column("Times", number=True),
        Column("Of", number=True),
        Column("Share", number=True),
    )
    asked = [place.name for place in places if can_send_back(pack, place)]
    empty = "Nothing was returned, rejected or declined." if asked else "No step can send back."
    return Table("returned", "Returned, rejected, declined", heads, rows, empty)


def outcomes(found: Sequence[tuple[str, int]], links: Links) -> Table:
    """Give how cases ended."""
    whole = sum(count for _, count in found)
    rows = [
        [
            Cell(outcome),
            number(count, links.cases(state="ended", outcome=outcome)),
            Cell(f"{count / whole:.0%}", value=round(count / whole, 4)),
        ]
        for outcome, count in found
    ]
    heads = (Column("Ended as"), Column("Cases", number=True), Column("Share", number=True))
    return Table("outcomes", "How cases ended", heads, rows, "No case has ended.", NOT_SHOWN)


def steps(
    places: Sequence[Place], found: Sequence[Stage], pace: Mapping[Key, Pace], links: Links
) -> Table:
    """Give each step of a process: what waits there, and how long it takes."""
    waiting = {stage.place.key: stage for stage in found}
    gone = [stage.place for stage in found if stage.place.key not in {p.key for p in places}]
    rows = []
    for place in (*places, *gone):
        stage, took = waiting.get(place.key), pace.get(place.key)
        link = links.steps(step=step_of(place))
        late = links.steps(step=step_of(place), overdue="yes")
        note = "" if place in places else "no longer in the version shown"
        rows.append(
            [
                Cell(place.name, note=note),
                Cell(place.party),
                number(stage.waiting if stage else 0, link),
                number(stage.overdue if stage else 0, late),
                *_lengths(took),
                number(took.done if took else 0, links.cases(step=step_of(place))),
            ]
        )
    heads = (
        Column("Step"),
        Column("Whose step"),
        Column("Open", number=True),
        Column("Overdue", number=True),
        *(Column(label, number=True, in_file=in_file) for label, in_file in PACE_HEADS),
        Column("Times done, looked at", number=True),
    )
    return Table("steps", "Step by step", heads, rows, "This process has no step for people.")


def months(found: Sequence[Monthly], links: Links) -> Table:
    """Give what happened in each month."""
    rows = []
    for one in reversed(found):
        when = f"{one.month.first:%Y-%m}"
        rows.append(
            [
                Cell(f"{one.month.first:%B %Y}", value=when),
                number(one.started, links.cases(state="started", month=when)),
                number(one.ended, links.cases(state="ended", month=when)),
                lasting(one.to_decision),
                lasting(one.to_end),
            ]
        )
    heads = (
        Column("Month"),
        Column("Started", number=True),
        Column("Ended", number=True),
        Column("To the decision, half within", True, "To the decision, median (days)"),
        Column("To the end, half within", True, "To the end, median (days)"),
    )
    return Table("months", "By the month", heads, rows, "", NOT_SHOWN)


def charts(found: Sequence[Monthly]) -> tuple[Chart, Chart]:
    """Give the two pictures of the months: how many cases, and how long they took."""
    labels = [f"{one.month.first:%b}"[:3] for one in found]
    first, last = f"{found[0].month.first:%B %Y}", f"{found[-1].month.first:%B %Y}"
    number_of = Chart(
        "cases-by-month",
        "Cases started and ended",
        f"Cases by the month from {first} to {last}. The table has the same numbers.",
        labels,
        [
            Series("Started", [one.started for one in found]),
            Series("Ended", [one.ended for one in found]),
        ],
    )
    length_of = Chart(
        "days-by-month",
        "Days to the decision and to the end",
        f"Median days by the month from {first} to {last}. The table has the same numbers.",
        labels,
        [
            Series("To the decision", [_days(one.to_decision) for one in found]),
            Series("To the end", [_days(one.to_end) for one in found]),
        ],
    )
    return number_of, length_of


def _lengths(took: Pace | None) -> list[Cell]:
    spans = (took.waiting, took.working) if took else (None, None)
    return [
        lasting(length)
        for span in spans
        for length in ((span.median, span.ninetieth) if span else (None, None))
    ]


def _days(seconds: float | None) -> float | None:
    return None if seconds is None else seconds / DAY


def _since(moment: datetime | None) -> Cell:
    if moment is None:
        return Cell("", value="")
    city = CityClock(clock.zone(), clock.now)
    return Cell(city.day(moment), value=city.day_of(moment).isoformat())
