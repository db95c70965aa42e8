"""A case and the facts that people gave in it, for operations to act on."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from models.cases import Case, File, Task, TaskKind
from models.sites import Platform
from tests import city
from workflows.answers import History
from workflows.operations import Fact, Occasion


@dataclass
class Stage:
    """Rosa's request for Parks; Chen decides, Cleo sets up retention, Dan co-administers."""

    session: Session
    now: datetime
    people: city.Cast
    case: Case
    platform: int
    facts: dict[str, Fact] = field(default_factory=dict)

    def step(self, person: int | None, name: str = "Step", **columns: Any) -> Task:
        task = Task(
            case_id=self.case.id,
            token="t",
            kind=TaskKind.USER,
            element="Step",
            diagram="stand-in",
            scope="",
            name=name,
            duty="party/Requester",
            opened_at=self.now,
            completed_by_id=person,
            **columns,
        )
        self.session.add(task)
        self.session.flush()
        return task

    def say(self, person: int | None, *, later: timedelta = timedelta(), **said: Any) -> Task:
        """Let a person answer in one step; `site__name` stands for the key `site.name`."""
        at = self.now + later
        task = self.step(person, closed_at=at)
        for name, value in said.items():
            key = name.replace("__", ".").replace("_role_", "-role:").replace("e_roles", "e-roles")
            self.facts[key] = Fact(value, task.id, person, at)
        return task

    def tell(self, key: str, value: Any, person: int | None = None) -> None:
        """Let one fact say something else."""
        known = self.facts[key]
        self.facts[key] = Fact(value, known.task_id, person or known.person_id, known.at)

    def occasion(self, holders: Iterable[int] = (), actor: int | None = None) -> Occasion:
        people = list(holders)
        return Occasion(
            self.session,
            self.case,
            self.facts,
            self.now,
            actor,
            lambda _task: people,
            acts=History.read(self.session, self.case.id).acts,
        )

    def document(self, case_id: int | None) -> int:
        file = File(
            case_id=case_id,
            name="terms.pdf",
            media_type="application/pdf",
            size=1,
            sha256="00",
            content=b"x",
            uploaded_by_id=self.people.rosa,
            uploaded_at=self.now,
        )
        self.session.add(file)
        self.session.flush()
        return file.id


def a_stage(session: Session, now: datetime) -> Stage:
    """Set the case without any fact."""
    people = city.cast(session)
    case = session.get_one(Case, city.case(session, people.rosa, people.parks))
    case.title = "Northwater Parks on Instagram"
    platform = Platform(name="Instagram", named_by_policy=True)
    session.add(platform)
    session.flush()
    return Stage(session, now, people, case, platform.id)


def a_ready_stage(session: Session, now: datetime) -> Stage:
    """Set a case in which everything for a launch has been said."""
    stage = a_stage(session, now)
    people = stage.people
    stage.say(
        people.rosa,
        site__name="Northwater Parks",
        site__handle="@northwaterparks",
        site__url="https://social.example/northwaterparks",
        site__platform=stage.platform,
        site__presence_form="profile",
        site__acting_as="department",
        site__purpose="Show what the parks offer",
        site__audience="Residents",
        site__languages=["English", "Somali"],
        site__comments_mode="limited",
        site__public_body=False,
        site__owner=people.rosa,
        site_role_owner=people.rosa,
        site_role_admin=people.dan,
    )
    stage.say(people.chen, decision__outcome="approve", decision__reason="A clear need")
    stage.say(
        people.cleo,
        retention__strategy="full archive tool",
        retention__series=[{"code": "COR-1", "period": "3 years"}],
        retention__captures=["posts", "comments"],
        retention__tool="Archiver",
        retention__connection_status="connected",
        retention__custodian=people.cleo,
    )
    stage.say(people.cleo, retention__archive_test="passed")
    stage.say(
        people.chen,
        contract__kind="terms of service",
        contract__version_date="2026-10-01",
        contract__source_url="https://social.example/terms",
        contract__copy=stage.document(stage.case.id),
        contract__accepted_at="2026-11-16",
    )
    stage.say(people.rosa, site__vault_ref="vault/parks-instagram", site__mfa_on=True)
    return stage
