"""Telling people inside the pages: the requester what happened, the late that they are awaited.

A notice of a confidential case says only that there is news: it is read outside the case.
"""

from collections.abc import Iterable

from sqlalchemy import select

from models.cases import Case, Task, TaskKind
from models.sites import Site, SiteStatus
from models.trust import Notice
from workflows import notices
from workflows.operations import facts
from workflows.operations.launch import LICENSING, decision_of, launch_site
from workflows.operations.occasion import Fact, Occasion

# A role with hundreds of holders is not reminded person by person: the task list shows it.
MOST_REMINDED = 20

LIVE = "The site is live. It stands in the register as {code}."
DECISIONS = {
    "approve": "Communications approved it.",
    "approve-with-conditions": "Communications approved it with conditions: {conditions}",
    "reject": "Communications rejected it. Reason: {reason}",
    "return": "Communications returned it for changes. Reason: {reason}",
    "not-city-supported": "Communications found that it is not a City-Supported site. "
    "Reason: {reason}",
    "retire": "Communications decided to retire the site.",
    "keep": "Communications decided to keep the site. Reason: {reason}",
    "transfer": "Communications decided that another unit takes the site. Reason: {reason}",
    "merge": "Communications decided to merge the site with another. Reason: {reason}",
}
# Acts that decide on a change of a site, or on its end.
LATER_DECISIONS = ("approve-change", "retire-site")


def inform_requester(occasion: Occasion) -> None:
    """Tell the requester what became of the case: the site is live, or what was decided."""
    _tell(occasion, [occasion.case.started_by_id], _news(occasion))


def launch_and_tell(occasion: Occasion) -> None:
    """Make the site live, and tell the requester and the site's owner that it is.

    Of a confidential case only its requester hears: the owner may have no part in it.
    """
    site, case = launch_site(occasion), occasion.case
    people = {case.started_by_id}
    if site.owner_id is not None and not case.confidential:
        people.add(site.owner_id)
    occasion.told.update(people)
    words = _sentence(case, LIVE.format(code=site.code))
    with occasion.session.no_autoflush:  # the case is written once, when its tokens have moved
        notices.tell(occasion.session, people, words, now=occasion.now, case_id=case.id)


def lapse_approval(occasion: Occasion) -> None:
    """Tell the requester that the approval ran out before the site was launched (CO-3)."""
    _tell(
        occasion,
        [occasion.case.started_by_id],
        "The approval lapsed before the site was launched. Make a new request if it is still "
        "needed.",
    )


def inform_of_delay(occasion: Occasion) -> None:
    """Tell the requester which steps of the case are overdue; its page says what may be done (DE-1)."""
    late = occasion.session.scalars(
        select(Task.name)
        .where(
            Task.case_id == occasion.case.id,
            Task.kind == TaskKind.USER,
            Task.closed_at.is_(None),
            Task.due_at <= occasion.now,
        )
        .order_by(Task.id)
    ).all()
    steps = " and ".join(f'"{name}"' for name in dict.fromkeys(late)) or "A step"
    sentence = f"{steps} was not done in time. The page of the case says what you may do now."
    _tell(occasion, [occasion.case.started_by_id], sentence)


def remind(occasion: Occasion) -> None:
    """Remind whoever holds an open task of the case: its claimer, its person, or its holders.

    Where some tasks are due, only theirs are reminded. One notice a person, at most
    MOST_REMINDED in all, none to somebody who has it unread.
    """
    open_tasks = occasion.session.scalars(
        select(Task)
        .where(
            Task.case_id == occasion.case.id, Task.kind == TaskKind.USER, Task.closed_at.is_(None)
        )
        .order_by(Task.id)
    ).all()
    awaited: dict[int, str] = {}
    due = [task for task in open_tasks if task.due_at and task.due_at <= occasion.now]
    for task in due or open_tasks:
        for person in _awaited(occasion, task):
            awaited.setdefault(person, task.name)
    reminded = list(awaited)[:MOST_REMINDED]
    for step in dict.fromkeys(awaited[person] for person in reminded):
        people = [person for person in reminded if awaited[person] == step]
        _tell(occasion, people, f'Still waiting for "{step}".')


def _awaited(occasion: Occasion, task: Task) -> Iterable[int]:
    if task.claimed_by_id is not None:
        return [task.claimed_by_id]
    if task.person_id is not None:
        return [task.person_id]
    return occasion.holders(task)


def _news(occasion: Occasion) -> str:
    code = occasion.session.scalar(
        select(Site.code).where(Site.id == occasion.case.site_id, Site.status == SiteStatus.LIVE)
    )
    answer, reason = _latest_answer(occasion)
    if answer is None or answer.value not in DECISIONS:
        return "There is news. Open the case to see what happened."
    if code is not None and answer.value in LICENSING and answer is decision_of(occasion):
        return LIVE.format(code=code)
    return DECISIONS[answer.value].format(
        reason=facts.text(occasion, reason) or "see the case.",
        conditions=facts.text(occasion, "decision.conditions") or "see the case.",
    )


def _latest_answer(occasion: Occasion) -> tuple[Fact | None, str]:
    """What Communications said last, in its review or its decision, and where the reason stands."""
    said = [(decision_of(occasion), "decision.reason")]
    said += [(facts.done(occasion, act), "decision.reason") for act in LATER_DECISIONS]
    said.append((facts.done(occasion, "review-request"), "review.reason"))
    answers = [(fact, key) for fact, key in said if fact is not None]
    return max(answers, key=lambda one: one[0].at, default=(None, "decision.reason"))


def _tell(occasion: Occasion, people: Iterable[int], sentence: str) -> None:
    people = list(people)
    occasion.told.update(people)
    words = _sentence(occasion.case, sentence)
    told = set(
        occasion.session.scalars(
            select(Notice.person_id).where(
                Notice.case_id == occasion.case.id,
                Notice.text == words,
                Notice.read_at.is_(None),
            )
        )
    )
    new = [person for person in people if person not in told]
    notices.tell(occasion.session, new, words, now=occasion.now, case_id=occasion.case.id)


def _sentence(case: Case, sentence: str) -> str:
    if case.confidential:
        return f"There is news about {case.label}."
    return f"{case.label}, {case.title}: {sentence}"
