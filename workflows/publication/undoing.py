"""Edits of a draft in words: kept one by one with what was there before, so that they are undone."""

import zlib
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Select, delete, select
from sqlalchemy.orm import Session, joinedload, undefer

from models.database import db, transaction
from models.publication import DiagramDraft
from models.studio import DraftEdit
from workflows.errors import ConflictError
from workflows.publication import drafts
from workflows.publication.drafts import Saved
from workflows.publication.editing_together import autosave

# So many edits of a draft can be undone, one after the other.
MOST_EDITS = 50


def edit(
    draft_id: int, content: bytes, words: str, *, revision: int, by: int, now: datetime
) -> Saved:
    """Keep what an edit made of a draft, as `autosave` does, and what was there before it.

    `words` says the edit in the past tense, for whoever undoes it. An edit that changes nothing is
    not kept. Raises as `autosave` does.
    """
    before = drafts.of_id(db.session(), draft_id)
    old_xml, old_sha256, old_revision = before.xml, before.sha256, before.revision
    saved = autosave(draft_id, content, revision=revision, by=by, now=now)
    is_kept_apart = saved.parted_from is not None
    if not is_kept_apart and old_revision == revision and saved.draft.sha256 != old_sha256:
        _remember(saved.draft, zlib.compress(old_xml), words, by=by, now=now)
    return saved


def _remember(draft: DiagramDraft, before: bytes, words: str, *, by: int, now: datetime) -> None:
    """Keep an edit; not on the audit record, which has what was saved."""
    with transaction() as session:
        closed = select(DiagramDraft.id).where(DiagramDraft.closed_at.is_not(None))
        session.execute(delete(DraftEdit).where(DraftEdit.draft_id.in_(closed)))
        latest = _edits(draft.id).with_only_columns(DraftEdit.id).limit(MOST_EDITS - 1)
        kept = DraftEdit.id.in_(session.scalars(latest).all())
        session.execute(delete(DraftEdit).where(DraftEdit.draft_id == draft.id, ~kept))
        session.add(
            DraftEdit(
                draft_id=draft.id,
                before=before,
                sha256_after=draft.sha256,
                words=words,
                by_id=by,
                at=now,
            )
        )


def edits_of(session: Session, draft: DiagramDraft) -> Sequence[DraftEdit]:
    """Give the edits that can be undone, the last one first.

    None where the draft was saved in another way since: an undo would take that away with it.
    """
    found = session.scalars(_edits(draft.id).options(joinedload(DraftEdit.by))).all()
    return found if found and found[0].sha256_after == draft.sha256 else []


def undo(draft_id: int, *, revision: int, by: int, now: datetime) -> tuple[Saved, str]:
    """Take the last edit of a draft back; gives what was saved, and the words of the edit.

    Raises ConflictError where there is nothing to take back.
    """
    session = db.session()
    edits = edits_of(session, drafts.of_id(session, draft_id))
    if not edits:
        raise ConflictError(
            "There is no edit to undo: the draft was saved in another way since, or not edited here. "
            "Nothing was changed."
        )
    last = session.scalars(
        select(DraftEdit).where(DraftEdit.id == edits[0].id).options(undefer(DraftEdit.before))
    ).one()
    identity, words = last.id, last.words
    before = zlib.decompress(last.before)
    saved = autosave(draft_id, before, revision=revision, by=by, now=now)
    if saved.parted_from is None:
        with transaction() as writer:
            writer.execute(delete(DraftEdit).where(DraftEdit.id == identity))
    return saved, words


def _edits(draft_id: int) -> Select[DraftEdit]:
    return select(DraftEdit).where(DraftEdit.draft_id == draft_id).order_by(DraftEdit.id.desc())
