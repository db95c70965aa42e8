"""The lists behind the numbers: waiting steps, and cases; only what one may read."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from flask import render_template, request
from flask.typing import ResponseReturnValue
from sqlalchemy import ColumnElement, and_, literal, select, union_all
from sqlalchemy.orm import joinedload

from models.cases import Case, Task
from models.database import db
from models.people import Person
from webapp import access, clock
from webapp.incoming import page_number, row_number
from webapp.reports.asked import Asked, place, read
from webapp.reports.blueprint import bp
from webapp.reports.tables import Cell, Column, Table, as_csv
from webapp.runtime import runtime
from webapp.task_page import duties
from webapp.templating import CityClock
from workflows.errors import NotFoundError
from workflows.people import Duties, holding
from workflows.reading import readable
from workflows.status import behind, trend
from workflows.status.behind import Page
from workflows.status.filters import Place

State = Literal["open", "overdue", "ended", "started"]
STATES: dict[State, str] = {
    "open": "Open cases",
    "overdue": "Cases with an overdue step",
    "ended": "Ended cases",
    "started": "Started cases",
}


@dataclass(frozen=True)
class StepsPage:
    """Waiting steps as one person sees them: those that they lead, and to whom they may go."""

    asked: Asked
    wanted: behind.WaitingSteps
    found: Page[Task]
    led: frozenset[int]
    candidates: Sequence["Candidate"]
    words: Sequence[str]

    @property
    def table(self) -> Table:
        """The rows of the page for spreadsheets."""
        heads = [
            Column(text) for text in ("Case", "About", "Step", "By", "Since", "Due", "Taken by")
        ]
        rows = [
            [
                Cell(task.case.label),
                Cell(task.case.title),
                Cell(task.name),
                Cell(task.party or ""),
                Cell(_iso(task.opened_at)),
                Cell(_iso(task.due_at)),
                Cell(task.claimed_by.name if task.claimed_by else ""),
            ]
            for task in self.found.rows
        ]
        return Table("steps", "Waiting steps", heads, rows, "")


@dataclass(frozen=True)
class Candidate:
    """Somebody to whom steps may be handed over, and how many of the `shown` ones they may do."""

    person: Person
    fits: int
    shown: int

    @property
    def does_all(self) -> bool:
        return self.fits == self.shown


@bp.get("/steps")
def steps() -> ResponseReturnValue:
    """Show the waiting steps behind a number."""
    return steps_page(gather_steps())


@bp.get("/steps.csv")
def steps_csv() -> ResponseReturnValue:
    """Give the page of waiting steps as a file."""
    return as_csv([gather_steps().table], "steps", "waiting")


@bp.get("/cases")
def cases() -> ResponseReturnValue:
    """Show the cases behind a number."""
    asked, wanted, found = _cases()
    title = STATES[wanted.state] if wanted.done is None else "Cases in which it was done"
    words = [*_about(asked), *_of_cases(wanted)]
    return render_template("reports/cases.html", asked=asked, found=found, title=title, words=words)


@bp.get("/cases.csv")
def cases_csv() -> ResponseReturnValue:
    """Give the page of cases as a file."""
    _, _, found = _cases()
    heads = [
        Column(text) for text in ("Case", "About", "Process", "Unit", "Started", "Ended", "As")
    ]
    rows = [
        [
            Cell(case.label),
            Cell(case.title),
            Cell(case.version.process.name),
            Cell(case.unit.name),
            Cell(_iso(case.started_at)),
            Cell(_iso(case.ended_at)),
            Cell(case.outcome or ""),
        ]
        for case in found.rows
    ]
    return as_csv([Table("cases", "Cases", heads, rows, "")], "cases", "behind")


def steps_page(page: StepsPage, status: int = 200, **more: Any) -> ResponseReturnValue:
    """Draw the list of waiting steps, with what was typed and what was wrong with it."""
    shown = {"errors": {}, "typed": {}, "chosen": frozenset(), **more}
    return render_template("reports/steps.html", page=page, now=clock.now(), **shown), status


def gather_steps() -> StepsPage:
    """Read what the address asks for, and one page of it."""
    asked, held = read(request.args.get("process") or None), duties()
    wanted = behind.WaitingSteps(
        place=place(),
        duty=request.args.get("duty") or None,
        party=request.args.get("party") or None,
        holder=row_number(request.args.get("holder")),
        overdue=request.args.get("overdue") == "yes",
    )
    found = behind.steps(
        db.session(), asked.filters, wanted, _scope(held), page=page_number(), now=clock.now()
    )
    led = [task for task in found.rows if held.leads(task.duty, task.unit_id)]
    return StepsPage(
        asked,
        wanted,
        found,
        frozenset(task.id for task in led),
        _candidates(led),
        [*_about(asked), *_of_steps(wanted, found.rows)],
    )


def _cases() -> tuple[Asked, behind.Cases, Page[Case]]:
    asked = read(request.args.get("process") or None)
    state = request.args.get("state", "open")
    wanted = behind.Cases(
        state=state if state in STATES else "open",
        month=_month(),
        done=place(),
        ending=request.args.get("ending") or None,
    )
    found = behind.cases(
        db.session(), asked.filters, wanted, _scope(duties()), page=page_number(), now=clock.now()
    )
    return asked, wanted, found


def _scope(held: Duties) -> ColumnElement[bool]:
    """Give the cases that one may read; a confidential one stands in no list of a report."""
    everything = access.may(access.me(), "cases.read")
    mine = readable(held, all_cases=everything, now=clock.now())
    return and_(mine, Case.confidential.is_(False))


def _month() -> trend.Month | None:
    text = request.args.get("month", "")
    if not text:
        return None
    try:
        return trend.month(clock.zone(), date.fromisoformat(f"{text}-01"))
    except ValueError as error:
        raise NotFoundError(f'"{text}" is not a month such as 2026-11.') from error


def _candidates(led: Sequence[Task]) -> list[Candidate]:
    """Give who may do these steps, who may do most of them first; the use case asks again."""
    kinds = Counter((task.duty, task.unit_id) for task in led if task.person_id is None)
    if not kinds:
        return []
    day, pack, fits = clock.today(), runtime().pack, Counter[int]()
    # One statement, however many kinds of step there are.
    held = union_all(
        *(
            select(Person.id, literal(steps)).where(holding(pack, duty, unit_id, day))
            for (duty, unit_id), steps in kinds.items()
        )
    )
    for person_id, steps in db.session.execute(held):
        fits[person_id] += steps
    people = db.session.scalars(
        select(Person).where(Person.id.in_(fits)).options(joinedload(Person.unit))
    )
    found = [Candidate(person, fits[person.id], len(led)) for person in people]
    return sorted(found, key=lambda one: (-one.fits, one.person.family_name, one.person.id))


def _about(asked: Asked) -> list[str]:
    """Say in words what the list is narrowed to by the filters of its report."""
    filters = asked.filters
    words = [f"process {asked.process.name}"] if asked.process else []
    words += [f"unit {unit.name}" for unit in asked.units if unit.id == filters.unit_id]
    if asked.version:
        words.append(f"version {asked.version.number}")
    if filters.older_than:
        words.append(f"open for more than {filters.older_than} days")
    if filters.outcome:
        words.append(f"ended as “{filters.outcome}”")
    return words


def _of_steps(wanted: behind.WaitingSteps, rows: Sequence[Task]) -> list[str]:
    words = [f"step “{_name(wanted.place, rows)}”"] if wanted.place else []
    if wanted.party:
        words.append(f"for {wanted.party}")
    if wanted.holder is not None:
        person = db.session.get(Person, wanted.holder)
        words.append(f"with {person.name}" if person else "with nobody that there is")
    if wanted.overdue:
        words.append("overdue")
    return words


def _of_cases(wanted: behind.Cases) -> list[str]:
    words = [f"step {wanted.done.element}"] if wanted.done else []
    if wanted.ending:
        words.append(f"done as “{wanted.ending}”")
    if wanted.month:
        words.append(f"in {wanted.month.first:%B %Y}")
    return words


def _name(wanted: Place, rows: Sequence[Task]) -> str:
    return rows[0].name if rows else wanted.element


def _iso(moment: Any) -> str:
    return (
        ""
        if moment is None
        else CityClock(clock.zone(), clock.now).local(moment).date().isoformat()
    )
