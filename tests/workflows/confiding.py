"""A complaint in miniature: a confidential case with an own part for who complains and whom it is about.

Rosa complains about Dan. Hal and Hedy are Human Resources, Ada and Abe the City Attorney.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Self

from sqlalchemy import select

from models.cases import Task
from models.confidence import CaseAccess, CaseExclusion, CaseRead
from models.database import db
from tests import city
from tests.workflows import walking
from tests.workflows.drawn import drawn
from tests.workflows.walking import Town, Walk
from workflows import cases, offers
from workflows.people import Duties, duties_of

SKETCH = """
    start S
    user File
    user Screen
    xor G default=G-Advise
    user Advise
    user Respond
    user Find
    end Upheld
    S -> File -> Screen -> G -> Advise -> Respond -> Find -> Upheld
    G -> Screen : Screen.again = true
"""
LANES = {
    "Requester": ["File"],
    "Human Resources": ["Screen", "Find"],
    "City Attorney": ["Advise"],
    "Subject": ["Respond"],
}
FIELDS = {
    "File": ["complaint", "letter:file"],
    "Screen": [
        "about:person@excluded.subject",
        "related:person@excluded.conflict",
        "notes!identity",
        "again:boolean",
    ],
    "Advise": ["advice!legal-advice", "rights>subject!investigation", "leaked>subject!identity"],
    "Respond": ["statement", "proof:file"],
    "Find": [
        "finding:enum:violation,none",
        "reply>complainant!public",
        "outcome:enum:discipline,no-discipline,resigned,settled@disposition.outcome!investigation",
        "official:boolean@subject.public-official!investigation",
        "final_on:date@disposition.final-on!investigation",
        "reasons@disposition.reasons!public-after-disposition",
        "paper:file@disposition.documents!public-after-disposition",
    ],
}


def diagram(name: str = "Investigate a complaint") -> bytes:
    """The file of the process."""
    return drawn(SKETCH, name=name, lanes=LANES, fields=FIELDS, confidential=True)


@dataclass
class Complaint(Walk):
    """A complaint of Rosa's about Dan, on its way."""

    hedy: int = 0
    abe: int = 0

    def form(self, task: Task, by: int, answers: Mapping[str, Any]) -> dict[str, Any]:
        """A form as for any case; screening is not to be done again unless it says so."""
        whole = super().form(task, by, answers)
        return {"again": False, **whole} if task.element == "Screen" else whole

    def do(self, element: str, by: int | None = None, /, **answers: Any) -> Self:
        """Do a step, as in any case."""
        super().do(element, by, **answers)
        return self

    def take(self, element: str, by: int) -> Self:
        """Let somebody take an offered step."""
        offers.take(self.town.runtime, self.task(element).id, by=by, now=self.now)
        return self

    def held(self, person: int) -> Duties:
        """What the person may do today."""
        day = self.town.runtime.calendar.day_of(self.now)
        return duties_of(db.session(), person, self.town.runtime.pack, day)

    def is_offered(self, element: str) -> bool:
        return self.task(element).offered

    @property
    def listed(self) -> list[tuple[int, str]]:
        """Who came onto the list, and how; ended entries too."""
        db.session.rollback()
        rows = select(CaseAccess.person_id, CaseAccess.why).where(
            CaseAccess.case_id == self.case_id
        )
        return [
            (row.person_id, row.why) for row in db.session.execute(rows.order_by(CaseAccess.id))
        ]

    @property
    def excluded(self) -> set[tuple[int, str]]:
        """Who is kept out, and as what."""
        db.session.rollback()
        rows = select(CaseExclusion.person_id, CaseExclusion.why).where(
            CaseExclusion.case_id == self.case_id
        )
        return {(row.person_id, row.why) for row in db.session.execute(rows)}

    @property
    def reads(self) -> list[tuple[int, str]]:
        """Who looked at what, oldest first."""
        db.session.rollback()
        rows = select(CaseRead.person_id, CaseRead.what).where(CaseRead.case_id == self.case_id)
        return [(row.person_id, row.what) for row in db.session.execute(rows.order_by(CaseRead.id))]


def complain(town: Town, *, now: datetime) -> Complaint:
    """Let Rosa complain; the next step is to screen it, which waits for Human Resources."""
    with walking.writing() as session:
        hedy = city.person(session, "Hedy", "Novak", town.people.hr)
        city.grant(session, hedy, "hr_advisor")
        abe = city.person(session, "Abe", "Lund", town.people.attorney)
        city.grant(session, abe, "attorney")
    case = cases.start_case(town.runtime, "main", by=town.people.rosa, now=now)
    walk = Complaint(town, case.id, now, hedy=hedy, abe=abe)
    walk.do("File", complaint="Dan posted my address.")
    return walk


def screened(town: Town, *, now: datetime) -> Complaint:
    """A complaint that Hal has screened: it is about Dan. The attorney's advice is offered."""
    walk = complain(town, now=now).take("Screen", town.people.hal)
    walk.do("Screen", town.people.hal, about=town.people.dan, notes="Seen by Nora.")
    return walk


def advised(town: Town, *, now: datetime) -> Complaint:
    """A complaint that Ada has advised on; Dan is asked for his side."""
    walk = screened(town, now=now).take("Advise", town.people.ada)
    walk.do("Advise", town.people.ada, advice="Go on.", rights="You may refuse.", leaked="Nora")
    return walk
