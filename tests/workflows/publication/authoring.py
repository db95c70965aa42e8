"""Ottoline edits diagrams and Bram publishes them, or the other way round."""

from dataclasses import dataclass
from datetime import datetime

from flask import Flask

from models.cases import DiagramVersion
from models.database import db, transaction
from models.publication import DiagramDraft
from tests import city
from tests.workflows import walking
from tests.workflows.walking import Town
from workflows import publication
from workflows.publication import drafts, publishing, reviewing, versions
from workflows.publication.reviewing import Wish, Word

OWNERS = frozenset({"policy_owner"})
ADVICE, CALLERS = "gather-advice", ["create-site", "decide-request"]
# A word of that diagram, and one that changes nothing but what people read.
OLD, NEW = "Advise on security", "Look at the security"


@dataclass(frozen=True)
class Office:
    """The town with the two who own the policy."""

    town: Town
    otto: int
    bram: int
    now: datetime

    def xml(self, key: str = ADVICE, number: int | None = None) -> bytes:
        """The file of a version, of the one in force if none is named."""
        session = db.session()
        found = (
            publication.version_of(session, key, number)
            if number
            else publication.published_version(session, key, now=self.now)
        )
        return versions.contents(session, [found])[key]

    def changed(self, old: str = OLD, new: str = NEW, key: str = ADVICE) -> bytes:
        """The file in force with one word changed."""
        data = self.xml(key)
        assert old.encode() in data
        return data.replace(old.encode(), new.encode())

    def edited(self, content: bytes | None = None, key: str = ADVICE) -> DiagramDraft:
        """A draft of Ottoline's with a change in it."""
        draft = drafts.open_from(key, None, by=self.otto, now=self.now)
        saved = drafts.replace(
            draft.id,
            content or self.changed(),
            revision=draft.revision,
            by=self.otto,
            now=self.now,
        )
        assert saved.parted_from is None
        return saved.draft

    def submit(
        self, draft: DiagramDraft, effective_from: datetime | None = None, by: int | None = None
    ) -> DiagramDraft:
        """Let Ottoline submit it."""
        wish = Wish(draft.revision, "Plainer words.", effective_from)
        return reviewing.submit(
            self.town.runtime,
            draft.id,
            wish,
            by=by or self.otto,
            reviewers=OWNERS,
            now=self.now,
        )

    def submitted(self, content: bytes | None = None, key: str = ADVICE) -> DiagramDraft:
        """A draft that waits for Bram."""
        return self.submit(self.edited(content, key))

    def publish(
        self, draft: DiagramDraft, by: int | None = None, now: datetime | None = None
    ) -> list[DiagramVersion]:
        """Let Bram publish it."""
        return publishing.publish(
            self.town.runtime,
            draft.id,
            Word(draft.revision, "Reads well."),
            by=by or self.bram,
            owners=OWNERS,
            now=now or self.now,
        )

    def in_force(self, now: datetime | None = None) -> dict[str, int]:
        """The numbers in force of what is not the first version."""
        db.session.rollback()  # what others have written since
        found = publication.published(db.session(), now=now or self.now)
        return {key: version.number for key, version in found.items() if version.number > 1}


def open_office(town: Town, now: datetime) -> Office:
    """Give two people the policy to own."""
    with transaction() as session:
        otto = city.person(session, "Ottoline", "Harrowgate", town.people.communications)
        bram = city.person(session, "Bram", "Fennimore", town.people.clerk)
        for person in (otto, bram):
            city.grant(session, person, "policy_owner")
    return Office(town, otto, bram, now)


def office_in(app: Flask, now: datetime) -> Office:
    """A town of its own on the database of this application."""
    with app.app_context():
        return open_office(walking.settle(now), now)
