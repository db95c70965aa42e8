"""The audit chain: one record for each write transaction, each sealed by the hash of the one before.

The records are never changed and never deleted; the databases refuse it by triggers. Someone
who can drop triggers can still change rows, and `verify` finds the place. Cutting off the tail, or
writing the whole chain anew, shows only against a checkpoint that was kept outside the database.

What a transaction did in detail, with personal data, is a payload beside the record. The record
seals its salted digest, so that a payload can be erased when its retention ends and the chain
still proves what remains.
"""

import hashlib
import json
import secrets
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import cache
from itertools import pairwise
from typing import Any

from sqlalchemy import (
    LargeBinary,
    Select,
    String,
    bindparam,
    cast,
    delete,
    func,
    insert,
    literal,
    select,
    text,
    true,
)
from sqlalchemy.orm import Session
from sqlalchemy.sql.dml import ReturningInsert

from models.database import Base
from models.sealing import Seal, sealed
from models.trust import AuditPayload, AuditRecord
from workflows import sealed_answers
from workflows.errors import NotFoundError

ERASED = "audit:erased"
NOTHING_YET = bytes(32)

# Writers queue for the head of the chain under this number, which means nothing else.
_LOCK = 0x51746577
_ROWS_AT_ONCE = 1000

# Where the number stands in the words of a record; in a text its quotes would be escaped.
_NUMBER = '"seq":0'

# Sent in every write transaction, so built once; on the tables, for nobody needs the objects.
_LAST = select(AuditRecord.seq, AuditRecord.hash).order_by(AuditRecord.seq.desc()).limit(1)
_RECORDS = Base.metadata.tables[AuditRecord.__tablename__]
_KEEP_PAYLOAD = insert(Base.metadata.tables[AuditPayload.__tablename__])


@dataclass(frozen=True)
class Checkpoint:
    """The head of the chain at one moment. Kept elsewhere, it proves what stood then."""

    seq: int
    hash: bytes

    def __str__(self) -> str:
        return f"{self.seq}:{self.hash.hex()}"

    @classmethod
    def parse(cls, written: str) -> "Checkpoint":
        """Read back what str() wrote. Raises ValueError with what is expected instead."""
        seq, _, digest = written.strip().partition(":")
        try:
            checkpoint = cls(int(seq), bytes.fromhex(digest))
        except ValueError:
            checkpoint = None
        if checkpoint is None or checkpoint.seq < 0 or len(checkpoint.hash) != len(NOTHING_YET):
            msg = f"{written!r} is not a checkpoint; one looks like 1042:<64 hexadecimal digits>."
            raise ValueError(msg)
        return checkpoint


@dataclass(frozen=True)
class Break:
    """The first place where the chain does not hold."""

    seq: int
    what: str

    def __str__(self) -> str:
        return f"Record {self.seq}: {self.what}"


@dataclass(frozen=True)
class ChainReport:
    """What `verify` found. `erased` counts payloads that are gone, `records` those read.

    `head` is the last record read: where `is_complete` is not so, later ones were not looked at.
    """

    records: int
    erased: int
    head: Checkpoint
    first_break: Break | None
    is_complete: bool = True

    @property
    def is_intact(self) -> bool:
        return self.first_break is None


def record(
    session: Session,
    *,
    action: str,
    subject: str,
    actor: int | None,
    now: datetime,
    details: Mapping[str, Any],
) -> None:
    """Seal what this transaction did. Called once in it, and last: it locks the chain's head.

    `action` is what happened, as `task:completed`; `subject` what it happened to, as `case 7`;
    neither may hold personal data, for they cannot be erased. `details` may, and is made of what
    JSON knows, dates and decimals. `actor` is the person's id, None for the machine itself.
    Raises TypeError or ValueError for details that JSON cannot hold.
    """
    payload = _canonical(details)
    salt = secrets.token_bytes(16)
    values = {
        "at": now.astimezone(UTC),
        "actor_id": actor,
        "action": action,
        "subject": subject,
        "payload_digest": _payload_digest(salt, payload),
    }
    opening, number, closing = _words({**values, "seq": 0}).partition(_NUMBER)
    words = {"opening": opening + number.rstrip("0"), "closing": closing}
    # Whatever else the transaction writes goes first, so that the head is locked only briefly.
    session.flush()
    _take_turns(session)
    seq = session.scalar(_keep_record(), {**values, **words})
    session.execute(_KEEP_PAYLOAD, {"seq": seq, "salt": salt, "payload": payload})


@cache
def _keep_record() -> ReturningInsert[int]:
    """Give the statement that puts a record behind the last one, sealed by the database itself.

    The chain is held up for as long as this takes: nothing of it is fetched first.
    """
    last = _LAST.subquery()
    seq = func.coalesce(last.c.seq, 0) + 1
    before = func.coalesce(last.c.hash, literal(NOTHING_YET, LargeBinary))
    words = bindparam("opening", type_=String) + cast(seq, String)
    given = ("at", "actor_id", "action", "subject", "payload_digest")
    values = {
        "seq": seq,
        **{name: bindparam(name, type_=_RECORDS.c[name].type) for name in given},
        "previous_hash": before,
        "hash": Seal(before, words + bindparam("closing", type_=String)),
    }
    one = select(literal(1).label("one")).subquery()  # there is a row without any record, too
    found = select(*values.values()).select_from(one.outerjoin(last, true()))
    return insert(_RECORDS).from_select([*values], found).returning(_RECORDS.c.seq)


def head(session: Session) -> Checkpoint:
    """Return the last record's number and hash: number 0 where nothing was recorded yet."""
    last = session.execute(_LAST).one_or_none()
    return Checkpoint(last.seq, last.hash) if last else Checkpoint(0, NOTHING_YET)


def erase(
    session: Session, seqs: Iterable[int], *, reason: str, actor: int | None, now: datetime
) -> int:
    """Erase the payloads of these records and record that; return how many there were.

    The records stay and name what was erased, so that `verify` can tell an erasure from a theft.
    Raises NotFoundError when one of them has no payload to erase; nothing is erased then.
    """
    wanted = sorted(set(seqs))
    if not wanted:
        return 0
    found = session.scalars(select(AuditPayload.seq).where(AuditPayload.seq.in_(wanted))).all()
    if missing := sorted(set(wanted) - set(found)):
        msg = f"Audit records {_ranges(missing)} have no payload to erase. Nothing was erased."
        raise NotFoundError(msg)
    session.execute(delete(AuditPayload).where(AuditPayload.seq.in_(wanted)))
    subject = f"audit records {_ranges(wanted)}"
    record(
        session, action=ERASED, subject=subject, actor=actor, now=now, details={"reason": reason}
    )
    return len(wanted)


def verify(
    session: Session,
    *,
    expected: Checkpoint | None = None,
    enough: Callable[[], bool] = lambda: False,
) -> ChainReport:
    """Read the whole chain in one consistent view and say where it first does not hold.

    The answers of tasks must be those that were sealed when they were completed.
    `expected` is a checkpoint kept from earlier: the chain must still contain it. `enough` is
    asked every thousand records whether to stop there, for somebody who waits at a page.
    """
    reading = _Reading(expected)
    with session.execute(_chain()) as rows:
        for some in rows.partitions():
            for row in some:
                if what := reading.take(row):
                    return reading.report(Break(reading.head.seq + 1, what))
            for seq, what in sealed_answers.faults(session, _completions(some)):
                return reading.report(Break(seq, what))
            if len(some) == _ROWS_AT_ONCE and enough():
                return replace(reading.report(None), is_complete=False)
    return reading.report(reading.at_the_end())


def _completions(rows: Iterable[Any]) -> dict[int, str]:
    return {
        row.seq: row.payload
        for row in rows
        if row.action == sealed_answers.COMPLETED and row.payload is not None
    }


@dataclass
class _Reading:
    """How far the chain has been read, and what has been missing on the way."""

    expected: Checkpoint | None
    head: Checkpoint = Checkpoint(0, NOTHING_YET)
    records: int = 0
    missing: set[int] = field(default_factory=set)
    explained: set[int] = field(default_factory=set)

    def take(self, row: Any) -> str | None:
        """Check the next record and step on to it, or say what is wrong with it."""
        if wrong := self._wrong_with(row):
            return wrong
        self.head = Checkpoint(row.seq, row.hash)
        self.records += 1
        if row.payload is None:
            self.missing.add(row.seq)
        if row.action == ERASED:
            self.explained.update(_numbers(row.subject))
        return None

    def report(self, first_break: Break | None) -> ChainReport:
        return ChainReport(self.records, len(self.missing), self.head, first_break)

    def _wrong_with(self, row: Any) -> str | None:
        if row.seq != self.head.seq + 1:
            return f"it is missing; the next one in the database is number {row.seq}."
        if row.previous_hash != self.head.hash:
            return "it does not follow from the record before it."
        return self._altered(row)

    def _altered(self, row: Any) -> str | None:
        if row.hash != _seal(row._mapping):  # noqa: SLF001 (SQLAlchemy's public API)
            return "its content is not what was sealed."
        if row.payload is not None and _payload_digest(row.salt, row.payload) != row.payload_digest:
            return "its payload is not what was sealed."
        if self.expected and row.seq == self.expected.seq and row.hash != self.expected.hash:
            return "it is not the record of the checkpoint: the chain was written anew."
        return None

    def at_the_end(self) -> Break | None:
        if self.expected and self.expected.seq > self.head.seq:
            what = f"it is missing; the checkpoint says there were {self.expected.seq} records."
            return Break(self.head.seq + 1, what)
        if unexplained := self.missing - self.explained:
            return Break(
                min(unexplained), "its payload is missing, and no record says it was erased."
            )
        return None


def _chain() -> Select[Any]:
    return (
        select(*AuditRecord.__table__.columns, AuditPayload.salt, AuditPayload.payload)
        .outerjoin(AuditPayload, AuditPayload.seq == AuditRecord.seq)
        .order_by(AuditRecord.seq)
        .execution_options(yield_per=_ROWS_AT_ONCE)
    )


def _take_turns(session: Session) -> None:
    """Wait for our turn at the head: the next statement sees what it waited for."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})


def _seal(record: Any) -> bytes:
    return sealed(record["previous_hash"], _words(record))


def _words(record: Any) -> str:
    """Give what a record seals beside the seal before it."""
    said = {
        "seq": record["seq"],
        "at": record["at"].isoformat(timespec="microseconds"),
        "actor_id": record["actor_id"],
        "action": record["action"],
        "subject": record["subject"],
        "payload_digest": record["payload_digest"].hex(),
    }
    return _canonical(said)


def _payload_digest(salt: bytes, payload: str) -> bytes:
    return hashlib.sha256(salt + payload.encode()).digest()


def _canonical(value: Mapping[str, Any]) -> str:
    return json.dumps(
        value, sort_keys=True, separators=(",", ":"), allow_nan=False, default=_as_text
    )


def _as_text(value: object) -> str:
    if isinstance(value, date | datetime):
        return value.isoformat()
    if isinstance(value, Decimal):
        return str(value)
    msg = f"The audit chain cannot keep a {type(value).__name__}: {value!r}"
    raise TypeError(msg)


def _ranges(numbers: list[int]) -> str:
    """Write sorted numbers as people do: 3, 7-9."""
    breaks = [index for index, (one, two) in enumerate(pairwise(numbers), 1) if two != one + 1]
    runs = [numbers[a:b] for a, b in pairwise([0, *breaks, len(numbers)])]
    return ", ".join(str(run[0]) if len(run) == 1 else f"{run[0]}-{run[-1]}" for run in runs)


def _numbers(written: str) -> Iterator[int]:
    """Read back what `_ranges` wrote after the words of an erasure's subject."""
    for part in written.removeprefix("audit records ").split(", "):
        first, _, last = part.partition("-")
        yield from range(int(first), int(last or first) + 1)
