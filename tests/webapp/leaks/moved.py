"""What running confidential cases keep when those who manage processes move them to another version."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta

from flask import Flask
from sqlalchemy import func, select

from models.database import db
from models.trust import Notice
from tests.webapp.leaks import crowd
from tests.webapp.leaks.checks import Scene
from tests.webapp.leaks.cities import Twins
from tests.webapp.leaks.matrix import silent
from tests.webapp.leaks.secrets_told import markers_in
from tests.webapp.leaks.seeing import Seen, ask, lines_of
from tests.webapp.leaks.writing import WHEN
from tests.workflows import walking
from workflows.migrating import bulk

KEY = "investigate-complaint"
HERE = f"/diagrams/{KEY}/migrations"
REASON = {"reason": "The form was wrong."}
# Whether there are few may be told: everybody reads it on the page of the process.
FEW = re.compile(r"5 or more|fewer than 5")


def moved(scene: Scene) -> Iterator[str]:
    """Who moves cases sees the same whether there are any, and nobody is told what changed in them."""
    pair = _Pair(scene.copy())
    pair.publish(rb'(<bpmn:userTask id="\w+" name=")', rb"\1Anew ")
    yield from pair.differ(HERE, f"{HERE}?to=1", f"{HERE}?case=C-01", f"{HERE}?case=C-02")
    yield from pair.differ(HERE, form=REASON)
    pair.work()
    shown = (f"{HERE}/1", f"{HERE}/1?state=moved", f"{HERE}/1?state=refused", f"{HERE}/1/cases.csv")
    yield from pair.differ(HERE, *shown)
    yield from pair.differ(f"{HERE}/1/cases/1/undo", f"{HERE}/1/undo", form=REASON)
    pair.work()
    yield from pair.differ(*shown)
    yield from pair.told()
    pair.publish(b'confidential="true"', b'confidential="false"')
    yield from pair.differ(HERE, f"{HERE}?case=C-01")
    yield from pair.differ(HERE, form=REASON)
    yield from pair.names(f"/diagrams/{KEY}/versions/3/impact")


@dataclass
class _Pair:
    """Both cities, seen by somebody who manages all processes and has no part in a case."""

    city: Twins

    def __post_init__(self) -> None:
        self._apps = (self.city.real, self.city.twin)
        self._now = WHEN
        self._never = silent(self.city)
        with self.city.real.app_context():
            self._files = dict(self.city.walks["filed"].diagrams.files)
            self._last = db.session.scalar(select(func.max(Notice.id))) or 0
            crowd.rest()

    def publish(self, old: bytes, new: bytes) -> None:
        """Put in force in both cities that the process is another one."""
        self._now += timedelta(minutes=1)
        for app in self._apps:
            app.config["NOW"] = self._now
            with app.app_context():
                changed = {key: re.sub(old, new, data) for key, data in self._files.items()}
                walking.put_in_force(changed, now=self._now)
                crowd.rest()

    def work(self) -> None:
        """Let a worker move all cases, or take them back."""
        runtime = self.city.crowd.town.runtime
        for app in self._apps:
            with app.app_context():
                while bulk.work_off(runtime, 1, now=self._now, most=bulk.CASES_AT_ONCE):
                    pass
                crowd.rest()

    def differ(self, *addresses: str, form: Mapping[str, str] | None = None) -> Iterator[str]:
        """Say what is otherwise at these addresses where there are confidential cases."""
        for address in addresses:
            here, there = (self._ask(app, address, form) for app in self._apps)
            if here.status != there.status:
                yield f"{address}: {here.status} instead of {there.status}"
            if (words := markers_in(here.all)) or _lines(here) != _lines(there):
                yield f"{address}: {words or set(_lines(here)) ^ set(_lines(there))}"

    def names(self, address: str) -> Iterator[str]:
        """Say which confidential cases are named there."""
        owner = self.city.crowd.of["policy_owner", "stranger"]
        seen = ask(self.city.crowd.browser(self.city.real, owner), address)
        if seen.status != 200 or re.search(r"\bC-\d", seen.all):
            yield f"{address}: {seen.status} {set(re.findall(r'C-[0-9]+', seen.all))}"

    def told(self) -> Iterator[str]:
        """Say which notices of all this tell more than the number of a case."""
        with self.city.real.app_context():
            new = db.session.scalars(select(Notice.text).where(Notice.id > self._last)).all()
            crowd.rest()
        if not new:
            yield "nobody was told that their step has changed"
        yield from (text for text in new if self._never.search(text) or "Anew" in text)

    def _ask(self, app: Flask, address: str, form: Mapping[str, str] | None) -> Seen:
        manager = self.city.crowd.of["process_manager", "stranger"]
        browser = self.city.crowd.browser(app, manager)
        return ask(browser, address, "POST" if form else "GET", form)


def _lines(seen: Seen) -> list[str]:
    return [FEW.sub("few", line) for line in lines_of(seen.body)]
