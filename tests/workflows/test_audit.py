"""The audit chain holds what was done, and shows where somebody changed it."""

import threading
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal

import pytest
from flask import Flask
from sqlalchemy import delete, func, select, text, update
from sqlalchemy.exc import DatabaseError
from sqlalchemy.orm import Session

from models.database import db, transaction
from models.trust import AuditPayload, AuditRecord
from workflows import audit
from workflows.errors import NotFoundError

NOW = datetime(2026, 11, 16, 15, 0, tzinfo=UTC)


def record(session: Session, number: int = 1, **details: object) -> None:
    audit.record(
        session,
        action="task:completed",
        subject=f"case {number}",
        actor=number,
        now=NOW + timedelta(seconds=number),
        details=details,
    )


def chain_of(length: int) -> None:
    for number in range(1, length + 1):
        with transaction() as session:
            record(session, number, answer=f"secret {number}")


def report(expected: audit.Checkpoint | None = None) -> audit.ChainReport:
    db.session.rollback()
    return audit.verify(db.session(), expected=expected)


@pytest.fixture
def tamper(app_on_either: Flask) -> Callable[..., None]:
    """Change rows as an administrator of the database can: without the triggers."""

    def change(*statements: object) -> None:
        with transaction() as session:
            if session.get_bind().dialect.name == "postgresql":
                session.execute(text("ALTER TABLE audit_record DISABLE TRIGGER ALL"))
                session.execute(text("ALTER TABLE audit_payload DISABLE TRIGGER ALL"))
            else:
                session.execute(text("DROP TRIGGER audit_record_no_update"))
                session.execute(text("DROP TRIGGER audit_record_no_delete"))
                session.execute(text("PRAGMA defer_foreign_keys = ON"))
            for statement in statements:
                session.execute(statement)  # type: ignore[call-overload]
            if session.get_bind().dialect.name == "sqlite":
                session.execute(
                    text(
                        "DELETE FROM audit_payload WHERE seq NOT IN (SELECT seq FROM audit_record)"
                    )
                )

    return change


def test_an_empty_chain_is_intact(app_on_either: Flask) -> None:
    assert report() == audit.ChainReport(0, 0, audit.Checkpoint(0, audit.NOTHING_YET), None)


def test_what_was_recorded_is_intact_and_counted(app_on_either: Flask) -> None:
    chain_of(3)
    found = report()
    assert found.is_intact
    assert (found.records, found.erased, found.head.seq) == (3, 0, 3)
    assert found.head == audit.head(db.session())


def test_a_chain_longer_than_one_batch_of_rows_is_read_to_its_end(app_on_either: Flask) -> None:
    with transaction() as session:
        for number in range(1, 1203):
            record(session, number)
    assert report().records == 1202


def test_each_record_follows_from_the_one_before(app_on_either: Flask) -> None:
    chain_of(2)
    first, second = db.session.scalars(select(AuditRecord).order_by(AuditRecord.seq))
    assert first.previous_hash == audit.NOTHING_YET
    assert second.previous_hash == first.hash
    assert (second.action, second.subject, second.actor_id) == ("task:completed", "case 2", 2)
    assert second.at == NOW + timedelta(seconds=2)


def test_the_details_stand_in_the_payload_and_not_in_the_record(app_on_either: Flask) -> None:
    with transaction() as session:
        record(session, day=date(2026, 1, 2), at=NOW, price=Decimal("1.50"), name="Zoë \ud800 \0")
    payload = db.session.scalars(select(AuditPayload.payload)).one()
    assert payload == (
        '{"at":"2026-11-16T15:00:00+00:00","day":"2026-01-02","name":"Zo\\u00eb \\ud800 \\u0000",'
        '"price":"1.50"}'
    )
    assert report().is_intact


def test_the_time_of_another_zone_is_sealed_as_utc(app_on_either: Flask) -> None:
    local = NOW.astimezone(timezone(timedelta(hours=-6)))
    with transaction() as session:
        audit.record(session, action="a:b", subject="case 1", actor=None, now=local, details={})
    assert db.session.scalars(select(AuditRecord.at)).one() == NOW
    assert report().is_intact


@pytest.mark.parametrize("subject", ['","seq":0,"', "100 % of :seq, Zoë", "a\\"])
def test_words_of_any_kind_are_sealed_as_they_are_read(app_on_either: Flask, subject: str) -> None:
    for _ in range(2):
        with transaction() as session:
            audit.record(session, action=subject, subject=subject, actor=1, now=NOW, details={})
    assert set(db.session.scalars(select(AuditRecord.subject))) == {subject}
    assert (report().records, report().is_intact) == (2, True)


def test_details_that_cannot_be_kept_undo_the_transaction(app_on_either: Flask) -> None:
    for details, error in (({"thing": object()}, TypeError), ({"n": float("nan")}, ValueError)):
        with pytest.raises(error), transaction() as session:
            record(session, **details)
    assert report().records == 0


def test_the_databases_refuse_to_change_or_delete_a_record(app_on_either: Flask) -> None:
    chain_of(1)
    with transaction() as session:
        session.execute(delete(AuditPayload))
    for change in (update(AuditRecord).values(subject="case 9"), delete(AuditRecord)):
        with (
            pytest.raises(DatabaseError, match="audit records are never changed"),
            transaction() as session,
        ):
            session.execute(change)
    assert audit.head(db.session()).seq == 1


def test_sqlite_refuses_to_replace_a_record(app: Flask) -> None:
    chain_of(1)
    copied = text("INSERT OR REPLACE INTO audit_record SELECT * FROM audit_record")
    with (
        pytest.raises(DatabaseError, match="audit records are never changed"),
        transaction() as session,
    ):
        session.execute(copied)
    assert report().is_intact


@pytest.mark.parametrize(
    "change",
    [
        {"subject": "case 9"},
        {"action": "task:released"},
        {"actor_id": None},
        {"at": NOW},
        {"payload_digest": bytes(32)},
    ],
    ids=lambda change: next(iter(change)),
)
def test_a_changed_record_is_found(tamper: Callable[..., None], change: dict[str, object]) -> None:
    chain_of(3)
    tamper(update(AuditRecord).where(AuditRecord.seq == 2).values(**change))
    found = report()
    assert not found.is_intact
    assert str(found.first_break) == "Record 2: its content is not what was sealed."
    assert found.records == 1


def test_a_record_that_leads_back_to_another_one_is_found(tamper: Callable[..., None]) -> None:
    chain_of(3)
    tamper(update(AuditRecord).where(AuditRecord.seq == 2).values(previous_hash=bytes(32)))
    assert report().first_break == audit.Break(2, "it does not follow from the record before it.")


def test_a_deleted_record_is_found(tamper: Callable[..., None]) -> None:
    chain_of(3)
    tamper(delete(AuditRecord).where(AuditRecord.seq == 2))
    assert report().first_break == audit.Break(
        2, "it is missing; the next one in the database is number 3."
    )


def test_a_changed_payload_is_found(app_on_either: Flask) -> None:
    chain_of(2)
    with transaction() as session:
        session.execute(update(AuditPayload).where(AuditPayload.seq == 2).values(payload="{}"))
    assert report().first_break == audit.Break(2, "its payload is not what was sealed.")


def test_a_cut_off_tail_shows_against_a_checkpoint_only(tamper: Callable[..., None]) -> None:
    chain_of(3)
    kept = audit.Checkpoint.parse(str(report().head))
    tamper(delete(AuditRecord).where(AuditRecord.seq == 3))
    assert report().is_intact
    assert report(expected=kept).first_break == audit.Break(
        3, "it is missing; the checkpoint says there were 3 records."
    )


def test_a_chain_that_grew_since_the_checkpoint_still_contains_it(app_on_either: Flask) -> None:
    chain_of(2)
    kept = report().head
    chain_of(2)
    assert report(expected=kept).is_intact
    assert report(expected=audit.Checkpoint(0, audit.NOTHING_YET)).is_intact


def test_a_chain_written_anew_is_not_that_of_the_checkpoint(tamper: Callable[..., None]) -> None:
    chain_of(2)
    kept = report().head
    tamper(delete(AuditPayload), delete(AuditRecord))
    chain_of(3)
    assert report().is_intact
    assert report(expected=kept).first_break == audit.Break(
        2, "it is not the record of the checkpoint: the chain was written anew."
    )


@pytest.mark.parametrize("written", ["", "12", "x:00", "-1:" + "0" * 64, "1:" + "0" * 62, "1:zz"])
def test_a_text_that_is_no_checkpoint_is_refused(written: str) -> None:
    with pytest.raises(ValueError, match="is not a checkpoint; one looks like"):
        audit.Checkpoint.parse(written)


def test_erased_payloads_are_gone_and_the_chain_still_proves_the_rest(
    app_on_either: Flask,
) -> None:
    chain_of(7)
    with transaction() as session:
        erased = audit.erase(session, [3, 5, 4, 7], reason="GRS 12.3", actor=1, now=NOW)
    assert erased == 4
    found = report()
    assert (found.is_intact, found.records, found.erased) == (True, 8, 4)
    assert db.session.scalars(select(AuditPayload.seq).order_by(AuditPayload.seq)).all() == [
        1,
        2,
        6,
        8,
    ]
    last = db.session.scalars(select(AuditRecord).order_by(AuditRecord.seq.desc())).first()
    assert last
    assert (last.action, last.subject) == ("audit:erased", "audit records 3-5, 7")


def test_an_erasure_of_nothing_is_not_recorded(app_on_either: Flask) -> None:
    with transaction() as session:
        assert audit.erase(session, [], reason="", actor=1, now=NOW) == 0
    assert report().records == 0


def test_a_payload_is_erased_once(app_on_either: Flask) -> None:
    chain_of(2)
    with transaction() as session:
        audit.erase(session, [1], reason="", actor=1, now=NOW)
    with (
        pytest.raises(NotFoundError, match="Audit records 1, 9 have no payload"),
        transaction() as session,
    ):
        audit.erase(session, [1, 2, 9], reason="", actor=1, now=NOW)
    assert report().erased == 1


def test_a_payload_that_nobody_erased_on_record_is_missed(app_on_either: Flask) -> None:
    chain_of(3)
    with transaction() as session:
        session.execute(delete(AuditPayload).where(AuditPayload.seq == 2))
    found = report()
    assert found.first_break == audit.Break(
        2, "its payload is missing, and no record says it was erased."
    )
    assert found.erased == 1


def test_transactions_at_the_same_time_make_one_chain(app_on_either: Flask) -> None:
    failures: list[Exception] = []

    def write(writer: int) -> None:
        with app_on_either.app_context():
            try:
                for _ in range(15):
                    with transaction() as session:
                        record(session, writer)
            except Exception as error:  # noqa: BLE001 (told to the test)
                failures.append(error)
            finally:
                db.session.remove()

    writers = [threading.Thread(target=write, args=(number,)) for number in range(6)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert failures == []
    found = report()
    assert (found.is_intact, found.records) == (True, 90)
    assert db.session.scalar(select(func.count()).select_from(AuditPayload)) == 90
