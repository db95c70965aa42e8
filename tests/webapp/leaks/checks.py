"""What must hold of confidential cases, each as a check that gives what it found wrong.

The tests of leaks run them as the product is; test_mutations.py runs each with a filter taken away.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select, text

from models.cases import Case, File, Task
from models.confidence import CaseRead
from models.database import db
from tests.webapp.leaks import addresses
from tests.webapp.leaks.acts import ON_A_STEP, ON_AN_OFFER
from tests.webapp.leaks.addresses import Named
from tests.webapp.leaks.cities import Twins
from tests.webapp.leaks.matrix import Look, between, opens, silent
from tests.webapp.leaks.parties import FORMER, beyond, meant_for, pages_of, small, told
from tests.webapp.leaks.secrets_told import markers_in
from tests.webapp.leaks.seeing import Seen, ask, counting

NOWHERE = 999_999
# What stands on the page of a step for those who read its whole case, and for nobody else.
OF_THE_WHOLE = ('id="history"', "What follows", "Requested by", "is suspended", "/xml")


@dataclass(frozen=True)
class Scene:
    """The twin cities, what is named of them, and copies of them that a check may change."""

    twins: Twins
    named: Named
    copy: Callable[[], Twins]


Check = Callable[[Scene], Iterator[str]]


def office(role: str, *endpoints: str, part: str = "stranger") -> Check:
    """Whoever holds an office and has no part sees the same in both cities, at these endpoints."""

    def check(scene: Scene) -> Iterator[str]:
        person = scene.twins.crowd.of[role, part]
        looks = [
            one
            for one in addresses.looks(scene.named)
            if one[0] in endpoints and opens(role, one[0])
        ]
        assert looks, endpoints
        never = silent(scene.twins)
        with counting(scene.twins.real, scene.twins.twin):
            for _, said in between(scene.twins, person, looks, role, never):
                yield f"{role}: {said}"

    return check


def kept_out(part: str, role: str) -> Check:
    """Whom a form names, and who holds the office as well, cannot tell the cities apart."""

    def check(scene: Scene) -> Iterator[str]:
        key, person = f"role_{role}", scene.twins.crowd.of[role, part]
        yield from told(scene.twins, person, small(scene.twins, scene.named, key), role, key)

    return check


def former(name: str) -> Check:
    """Who had a part once, or asked for one, cannot either."""

    def check(scene: Scene) -> Iterator[str]:
        role, key = FORMER[name]
        person = scene.twins.crowd.others[name]
        yield from told(scene.twins, person, small(scene.twins, scene.named, key), role, key)

    return check


def substitute(scene: Scene) -> Iterator[str]:
    """A substitute is offered what waits for the absent person, and not what they are kept from."""
    twins, person = scene.twins, scene.twins.crowd.others["substitute"]
    yield from told(
        twins, person, small(twins, scene.named, "absent"), "hr_investigator", "handed_over"
    )
    browser = twins.crowd.browser(twins.real, person)
    for key in ("absent_declared", "begun"):
        label = twins.label(key)
        for address in ("/tasks/?tab=roles&sort=-case", "/tasks/?tab=mine", "/tasks/?tab=others"):
            if label in ask(browser, address).body:
                yield f"{address} shows {label}"
        for _, address in pages_of(twins, key):
            seen = ask(browser, address)
            if seen.status == 200 and label in seen.body.replace(f'value="{label}"', ""):
                yield f"{address} opens"


def holder(scene: Scene) -> Iterator[str]:
    """Who holds the duty of offered steps is shown those, each without a word, and no others."""
    yield from _holder(scene, "hr_investigator", "Human Resources")
    yield from _holder(scene, "attorney", "City Attorney")


def _holder(scene: Scene, role: str, party: str) -> Iterator[str]:
    twins, person = scene.twins, scene.twins.crowd.of[role, "stranger"]
    browser = twins.crowd.browser(twins.real, person)
    offered = _offered(twins, party)
    rows: set[str] = set()
    for address in ("/tasks/?tab=roles", "/tasks/?tab=roles&page=2"):
        page = ask(browser, address).body
        rows |= set(re.findall(rf'"/tasks/(\d+)">Confidential step for {party}<', page))
    if rows != {str(task) for task in offered}:
        yield f"the list shows {sorted(rows)} instead of {offered}"
    for act in _ids(twins, select(Task.act).where(Task.id.in_(offered)).distinct()):
        if "Confidential step" in ask(browser, f"/tasks/?tab=roles&duty={act}").body:
            yield f"the filter {act} narrows the list"
    never = silent(twins)
    for task in _ids(twins, select(Task.id).join(Task.case).where(Case.confidential)):
        seen = ask(browser, f"/tasks/{task}")
        if (seen.status == 200) != (task in offered):
            yield f"/tasks/{task}: {seen.status}"
        if seen.status == 200 and (found := never.findall(_article(seen))):
            yield f"/tasks/{task} says {found}"


def _offered(twins: Twins, party: str) -> list[int]:
    wanted = select(Task.id).join(Task.case).where(Case.confidential, Task.party == party)
    return _ids(twins, wanted.where(Task.offered, Task.closed_at.is_(None)))


def _ids(twins: Twins, wanted: Any) -> list[Any]:
    with twins.real.app_context():
        found = list(db.session.scalars(wanted))
        db.session.remove()
    return found


def _article(seen: Seen) -> str:
    """Give a page without its frame, which names who is signed in."""
    return seen.body.partition("<main")[2].partition("</main>")[0]


def acts_on_offers(scene: Scene) -> Iterator[str]:
    """Nothing is done to an offered step before it is taken: it is not there."""
    twins = scene.twins
    browser = twins.crowd.browser(twins.real, twins.crowd.of["hr_investigator", "stranger"])
    task = _offered(twins, "Human Resources")[0]
    yield from _unlike_nothing(browser, task, ON_A_STEP)


def _unlike_nothing(
    browser: Any, task: int, forms: dict[str, tuple[str, dict[str, Any]]]
) -> Iterator[str]:
    for end, fields in forms.values():
        seen = ask(browser, f"/tasks/{task}/{end}", "POST", fields)
        none = ask(browser, f"/tasks/{NOWHERE}/{end}", "POST", fields)
        if (seen.status, _article(seen)) != (none.status, _article(none)):
            yield f"/tasks/{task}/{end}: {seen.status} instead of {none.status}"


def care(scene: Scene) -> Iterator[str]:
    """Who watches over all steps is answered alike of a confidential one and of none."""
    twins = scene.twins
    browser = twins.crowd.browser(twins.real, twins.crowd.of["process_manager", "stranger"])
    more = {"reason": "x", "day": "2026-12-01", "to": "1"}
    for act in ("nudge", "due", "reassign"):
        told = {
            _article(
                ask(browser, "/reports/steps/care", "POST", {"act": act, "task": task, **more})
            )
            for task in (str(NOWHERE), *map(str, scene.named.tasks))
        }
        if len(told) > 1:
            yield f"{act}: {told}"


def glass(scene: Scene) -> Iterator[str]:
    """Who broke the glass reads that case, and does nothing in it, whatever duties they hold."""
    city = scene.copy()
    browser = city.crowd.browser(city.real, city.crowd.others["glass_worker"])
    label = city.label("pending")
    if not markers_in(ask(browser, f"/cases/{label}").all):
        yield "does not open"
    case_id = city.walks["pending"].case_id
    tasks = _ids(city, select(Task.id).where(Task.case_id == case_id))
    ends = {**ON_A_STEP, **ON_AN_OFFER}
    sent = [(f"/tasks/{task}/{end}", fields) for task in tasks for end, fields in ends.values()]
    sent.append((f"/cases/{label}/comments", {"text": "x"}))
    for address, fields in sent:
        if (status := ask(browser, address, "POST", fields).status) not in (403, 404):
            yield f"{address}: {status}"
    if (status := ask(browser, f"/cases/{label}/interventions").status) != 403:
        yield f"interventions: {status}"
    if label in ask(browser, "/interventions").body:
        yield "a second person without being at work"


def own(party: str, lane: str, key: str, person: str) -> Check:
    """Who complains, or is complained about, sees their own part and what is shown to them."""

    def check(scene: Scene) -> Iterator[str]:
        twins = scene.twins
        browser = twins.crowd.browser(twins.real, _person(twins, person))
        with twins.real.app_context():
            meant = meant_for(twins.walks[key], party, lane)
            db.session.remove()
        names = silent(twins)
        for endpoint, address in pages_of(twins, key):
            seen = ask(browser, address)
            if words := beyond(seen.all, meant):
                yield f"{address}: {sorted(words)}"
            whole = [word for word in OF_THE_WHOLE if word in _article(seen)]
            if endpoint == "tasks.show" and whole:
                yield f"{address} shows {whole}"
            if others := [name for name in _others_steps(twins, key) if name in _article(seen)]:
                yield f"{address} names {others}"
            if endpoint == "cases.index" and names.search(_rows(seen)):
                yield f"{address} lists more than the number"
        yield from _lists(twins, browser, twins.label(key))

    return check


def _others_steps(twins: Twins, key: str) -> list[str]:
    """The steps of a case that wait for those who work on it."""
    wanted = select(Task.name).where(Task.case_id == twins.walks[key].case_id)
    return _ids(twins, wanted.where(Task.closed_at.is_(None), Task.person_id.is_(None)))


def _person(twins: Twins, name: str) -> int:
    """Somebody by name, or by role and part as "trainer complainant"."""
    role, _, part = name.partition(" ")
    if part:
        return twins.crowd.of[role, part]
    known: dict[str, int] = {
        **vars(twins.crowd.office),
        **vars(twins.crowd.town.people),
        **twins.crowd.others,
    }
    return known[name]


def _rows(seen: Seen) -> str:
    return seen.body.partition("<tbody")[2].partition("</tbody>")[0].replace("Investigate a", "")


def _lists(twins: Twins, browser: Any, label: str) -> Iterator[str]:
    """In lists a case stands with its number alone, and nowhere where a state would be told."""
    for query in ("tab=mine&state=open", "tab=mine&state=ended"):
        if f">{label}<" in ask(browser, f"/cases/?{query}").body:
            yield f"/cases/?{query} tells its state"
    for row in re.findall(
        r"<tr.*?</tr>", ask(browser, f"/cases/?tab=mine&q={label}").body, re.DOTALL
    ):
        if label in row and re.search(r">\s*(Open|Closed|Cancelled)", row):
            yield "the list tells its state"
    if label in ask(browser, "/tasks/?tab=others").body:
        yield "the list tells that it waits for somebody"


def own_acts(scene: Scene) -> Iterator[str]:
    """Who sees a part of their own does nothing to the rest, and is not told why it stands still."""
    twins = scene.twins
    browser = twins.crowd.browser(twins.real, twins.crowd.office.will)
    noticed, stopped = (_own_step(twins, key) for key in ("noticed", "stopped"))
    comment = {key: ON_A_STEP[key] for key in ("tasks.comment",)}
    yield from _unlike_nothing(browser, noticed, comment)
    for reference in ("C-99", twins.label("noticed")):
        seen = ask(browser, f"/cases/{reference}/comments", "POST", {"text": "x"})
        if seen.status != 404:
            yield f"a remark on {reference}: {seen.status}"
    city = scene.copy()
    browser = city.crowd.browser(city.real, city.crowd.office.will)
    for end, fields in (("completion", {"response": "x"}), ("claim", {})):
        seen = ask(browser, f"/tasks/{stopped}/{end}", "POST", fields)
        if markers_in(seen.all) - {"zorblax-x"} or "suspended" in seen.all:
            yield f"{end} says why: {seen.status}"


def _own_step(twins: Twins, key: str) -> Any:
    case_id = twins.walks[key].case_id
    wanted = select(Task.id).where(Task.case_id == case_id, Task.closed_at.is_(None))
    return _ids(twins, wanted.where(Task.person_id.is_not(None)))[-1]


def on_a_list(scene: Scene) -> Iterator[str]:
    """On the lists of those who work on cases no row says more than number, party and date."""
    twins = scene.twins
    names, titles = silent(twins), silent(twins, people=False)
    for name in ("ines", "ole", "second_owner"):
        browser = twins.crowd.browser(twins.real, _person(twins, name))
        for address in (
            *("/tasks/?tab=mine", "/tasks/?tab=roles", "/tasks/?tab=done", "/notices"),
            *("/cases/?q=C-", "/interventions", "/tasks/?tab=roles&held=somebody"),
        ):
            never = titles if address == "/interventions" else names
            if found := never.findall(_rows(ask(browser, address))):
                yield f"{name} {address} says {found}"
    page = ask(
        twins.crowd.browser(twins.real, _person(twins, "ines")),
        f"/tasks/{_step(twins, 'role_hr_investigator')}",
    )
    if not (chosen := page.body.partition("handover-to")[2]):
        yield "nobody can be handed it"
    for part in ("conflict", "complainant", "subject"):
        if f'value="{twins.crowd.of["hr_investigator", part]}"' in chosen:
            yield f"the {part} could be handed it"


def _step(twins: Twins, key: str) -> Any:
    wanted = select(Task.id).where(Task.case_id == twins.walks[key].case_id)
    return _ids(twins, wanted.where(Task.closed_at.is_(None)))[-1]


# Who looks at what of which case: it is shown, and the look is on record.
READERS = (
    ("ines", "/cases/{taken}"),
    ("ines", "/tasks/{taken step}"),
    ("ines", "/files/{taken file}"),
    ("hal", "/cases/{suspended}/interventions"),
    ("will", "/cases/{noticed}"),
    ("will", "/tasks/{noticed step}"),
    ("rosa", "/files/{taken file}"),
    ("broke_glass", "/cases/{found}"),
)


def noted(scene: Scene) -> Iterator[str]:
    """Each look is on record; and where it cannot be written, nothing is shown."""
    city = scene.copy()
    for reader, address in _readings(city):
        before = _reads(city, reader)
        seen = ask(city.crowd.browser(city.real, reader), address)
        if seen.status != 200:
            yield f"{address}: {seen.status}"
        if _reads(city, reader) == before:
            yield f"{address} is not on record"
    with city.real.app_context():
        full = "CREATE TRIGGER full BEFORE INSERT ON case_read BEGIN SELECT RAISE(ABORT, 'x'); END"
        db.session.execute(text(full))
        db.session.commit()
        db.session.remove()
    for reader, address in _readings(city):
        seen = ask(city.crowd.browser(city.real, reader), address)
        if seen.status != 503 or markers_in(seen.all):
            yield f"{address} is shown without a record: {seen.status}"


def _readings(city: Twins) -> Iterator[tuple[int, str]]:
    known: dict[str, Any] = {key: city.label(key) for key in city.walks}
    for key in ("taken", "noticed"):
        case_id = city.walks[key].case_id
        known[f"{key} step"] = _step(city, key)
        known[f"{key} file"] = _ids(
            city, select(File.id).join(Task, Task.id == File.task_id).where(File.case_id == case_id)
        )[0]
    for name, address in READERS:
        yield _person(city, name), address.format(**known)


def _reads(city: Twins, person: int) -> int:
    with city.real.app_context():
        wanted = select(func.count()).select_from(CaseRead).where(CaseRead.person_id == person)
        count = db.session.scalar(wanted) or 0
        db.session.remove()
    return count


def looks_of(twins: Twins, key: str, *endpoints: str) -> list[Look]:
    """The pages of one case, of these endpoints."""
    return [one for one in pages_of(twins, key) if one[0] in endpoints]
