"""Running cases moved to another version, over HTTP: sorted before, followed while, taken back after."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session
from wtforms import TextAreaField
from wtforms.validators import DataRequired, Length

from models.case_migration import CaseMigration, MovedCase, MovedState
from models.cases import Case, DiagramVersion
from models.database import db
from webapp import access, clock
from webapp.diagrams import told
from webapp.forms import PageForm
from webapp.incoming import page_number
from webapp.runtime import runtime
from workflows.errors import InvalidAnswersError, NotAllowedError, NotFoundError
from workflows.foresight import Place
from workflows.library import DiagramSet
from workflows.migrating import bulk, reports
from workflows.migrating.fitting import Destination, Gone
from workflows.migrating.reports import Progress
from workflows.migrating.sorting import (
    Offer,
    Sorting,
    gone_in_confidence,
    in_confidence,
    offers,
    running,
    sort,
)
from workflows.migrating.targets import target, targets
from workflows.reading import numbered
from workflows.spreadsheet import as_csv

bp = Blueprint("case_migrations", __name__, url_prefix="/diagrams")

# A page with more rows helps nobody; the others count, and the report names them all.
MOST_LISTED = 50
DECISION = "to:"


class MoveForm(PageForm):
    """Why cases are moved; what is decided about steps that are gone stands beside it."""

    reason = TextAreaField(
        "Reason",
        description="It stands in the history of each case under your name.",
        validators=[
            DataRequired("Say why, for the record."),
            Length(max=bulk.LONGEST_REASON),
        ],
    )


@dataclass(frozen=True)
class Question:
    """A step that is gone: how many cases stand there, where they could go on, what was chosen."""

    gone: Gone
    cases: int | None
    offers: Sequence[Offer]
    chosen: str

    @property
    def name(self) -> str:
        return f"{DECISION}{self.gone.diagram}/{self.gone.element}"


@dataclass(frozen=True)
class MigrationPage:
    """The running cases of a process, sorted for one of its versions; `only` one of them, or all.

    `versions` are those that cases can be moved to, the one in force first. `secret` says roughly
    how many confidential cases there are; None where cases are none.
    """

    version: DiagramVersion
    versions: Sequence[DiagramVersion]
    sorting: Sorting
    questions: Sequence[Question]
    secret: int | str | None
    only: Case | None
    past: Sequence[CaseMigration]

    @property
    def goes_back(self) -> bool:
        """Whether it is an earlier version than the one in force."""
        return self.version.id != self.versions[0].id


@bp.get("/<key>/migrations")
def index(key: str) -> ResponseReturnValue:
    """Show which running cases move to a version, which need a word, and which cannot.

    To the one in force, unless another is asked for.
    """
    return _index(key, MoveForm(formdata=None))


@bp.post("/<key>/migrations")
def begin(key: str) -> ResponseReturnValue:
    """Move the cases, or only sort them anew by what has been decided so far."""
    _, version = _opened(key)
    form = MoveForm()
    if "again" in request.form:
        return _index(key, form)
    if not form.validate_on_submit():
        return _index(key, form), 422
    only = _only(key, version)
    plan = bulk.Plan(
        process=key,
        number=version.number,
        reason=form.reason.data or "",
        decided=_decided(),
        case_ids=None if only is None else [only.id],
    )
    now = clock.now()
    try:
        migration = bulk.begin(runtime(), plan, by=access.me().id, now=now)
    except InvalidAnswersError as error:
        form.take(error)
        return _index(key, form), 422
    if only is not None:
        bulk.work_off(runtime(), migration.id, now=now, most=1)
    flash("It has begun. Each case is moved whole or not at all; this page says what became of it.")
    return _to(key, migration.id)


@bp.get("/<key>/migrations/<int:migration_id>")
def show(key: str, migration_id: int) -> ResponseReturnValue:
    """Show how far a migration is, and what became of each case."""
    return _report(key, migration_id, MoveForm(formdata=None))


@bp.get("/<key>/migrations/<int:migration_id>/cases.csv")
def cases_csv(key: str, migration_id: int) -> ResponseReturnValue:
    """Hand out what became of each case, for a spreadsheet."""
    migration = _found(key, migration_id)
    heads = ("Case", "Title", "From version", "To version", "State", "Why", "Moved at")
    rows = [
        (
            row.case.label,
            row.case.title,
            row.from_version.number,
            migration.to_version.number,
            STATES[MovedState(row.state)][0],
            row.words,
            row.moved_at,
        )
        for row in reports.cases_of(db.session(), migration_id)
    ]
    response = Response(as_csv(heads, rows), content_type="text/csv; charset=utf-8")
    name = f"{key}-migration-{migration_id}.csv"
    response.headers["Content-Disposition"] = f"attachment; filename={name}"
    return response


@bp.post("/<key>/migrations/<int:migration_id>/undo")
def undo(key: str, migration_id: int) -> ResponseReturnValue:
    """Take all of it back, as far as nothing has happened since."""
    _found(key, migration_id)
    form = MoveForm()
    if not form.validate_on_submit():
        return _report(key, migration_id, form), 422
    reason = form.reason.data or ""
    bulk.undo(runtime(), migration_id, reason, by=access.me().id, now=clock.now())
    flash("It is being taken back, case by case.")
    return _to(key, migration_id)


@bp.post("/<key>/migrations/<int:migration_id>/cases/<int:row_id>/undo")
def undo_one(key: str, migration_id: int, row_id: int) -> ResponseReturnValue:
    """Take the move of one case back."""
    _found(key, migration_id)
    _named(migration_id, row_id)
    row = bulk.undo_one(runtime(), row_id, by=access.me().id, now=clock.now())
    if row.state == MovedState.UNDONE:
        flash("It is taken back: the case stands where it stood before.")
    else:
        flash(f"It could not be taken back. {row.words}")
    return _to(key, migration_id)


def _to(key: str, migration_id: int) -> ResponseReturnValue:
    address = url_for("case_migrations.show", key=key, migration_id=migration_id)
    return redirect(address, code=303)


def _check_hands(key: str) -> None:
    if not bulk.may_migrate(runtime(), db.session(), key, access.me().id, now=clock.now()):
        raise NotAllowedError(
            "Only the owners of this process and those who manage processes move its cases to "
            "another version."
        )


def _opened(key: str) -> tuple[Sequence[DiagramVersion], DiagramVersion]:
    """Give the versions that cases can be moved to, and the one asked for, to who may move them."""
    _check_hands(key)
    session, now = db.session(), clock.now()
    known = targets(session, key, now=now)
    asked = request.values.get("to", type=int)
    return known, known[0] if asked is None else target(session, key, asked, now=now)


def _found(key: str, migration_id: int) -> CaseMigration:
    _check_hands(key)
    return reports.migration_of(db.session(), key, migration_id)


def _named(migration_id: int, row_id: int) -> MovedCase:
    """Find a case of a migration that may be named; a confidential one is not there."""
    rows = reports.cases_of(db.session(), migration_id)
    row = next((row for row in rows if row.id == row_id), None)
    if row is None:
        raise NotFoundError("There is no such case in this migration.")
    return row


def _index(key: str, form: MoveForm) -> str:
    known, version = _opened(key)
    session = db.session()
    on = runtime().library.of(session, version.id)
    only = _only(key, version)
    wanted = running(key, but=version.id)
    if only is not None:
        wanted = wanted.where(Case.id == only.id)
    decided = _decided()
    found = sort(session, runtime().library, wanted, Destination(runtime().pack, on, decided))
    confidential = on.diagrams[on.main].confidential
    secret = in_confidence(session, key) if confidential else None
    page = MigrationPage(
        version=version,
        versions=known,
        sorting=found,
        questions=_questions(session, version, on, found, decided),
        secret=None if secret is None else told(secret, confidential=True),
        only=only,
        past=reports.migrations_of(session, key),
    )
    return render_template(
        "case_migrations/index.html", page=page, form=form, most=MOST_LISTED, states=STATES
    )


def _questions(
    session: Session,
    version: DiagramVersion,
    on: DiagramSet,
    found: Sorting,
    decided: Mapping[Place, Place],
) -> list[Question]:
    gone: list[tuple[Gone, int | None]] = list(found.gone)
    if on.diagrams[on.main].confidential:
        # Asked of all steps: which of them somebody stands at is not told.
        sets = _others(session, version)
        gone = [(one, None) for one in gone_in_confidence(sets, on)]
    return [
        Question(
            one, number, offers(one, on), "/".join(decided.get((one.diagram, one.element), ()))
        )
        for one, number in gone
    ]


def _decided() -> dict[Place, Place]:
    """Read what was chosen for each step that is gone; where nothing was, its cases stay."""
    chosen = {
        name.removeprefix(DECISION): value
        for name, value in request.form.items()
        if name.startswith(DECISION) and value
    }
    return {_place(gone): _place(to) for gone, to in chosen.items()}


def _place(written: str) -> Place:
    diagram, _, element = written.partition("/")
    return diagram, element


def _only(key: str, version: DiagramVersion) -> Case | None:
    """Give the one case that is asked for; None where all are."""
    reference = request.values.get("case")
    if not reference:
        return None
    series, number = numbered(reference)
    case = db.session.scalar(
        running(key, but=version.id).where(
            Case.series == series, Case.number == number, Case.confidential.is_(False)
        )
    )
    if case is None:
        raise NotFoundError("No such case runs on another version of this process.")
    return case


STATES = {
    MovedState.WAITING: ("Waits to be moved", "waiting"),
    MovedState.MOVED: ("Moved", "done"),
    MovedState.REFUSED: ("Not moved", "refused"),
    MovedState.UNDONE: ("Taken back", "ended"),
}


def _report(key: str, migration_id: int, form: MoveForm) -> str:
    migration = _found(key, migration_id)
    session, page = db.session(), page_number()
    state = request.args.get("state")
    state = state if state in set(MovedState) else None
    found: Progress = reports.progress(session, migration_id)
    on = runtime().library.of(session, migration.to_version_id)
    confidential = on.diagrams[on.main].confidential
    return render_template(
        "case_migrations/show.html",
        migration=migration,
        process=migration.to_version.process,
        progress=found,
        rows=reports.cases_of(session, migration_id, state=state, page=page),
        state=state,
        total=found.all if state is None else found.counts[state],
        page=page,
        secret=told(found.in_confidence, confidential=True) if confidential else None,
        decisions=_in_words(session, migration, on),
        states=STATES,
        form=form,
    )


def _in_words(session: Session, migration: CaseMigration, on: DiagramSet) -> list[tuple[str, str]]:
    """Give the titles of the steps that are gone, each with that of the one decided for it."""
    others = _others(session, migration.to_version) if migration.decisions else []
    return [
        (_title(others, (one[0], one[1])), _title([on], (one[2], one[3])))
        for one in migration.decisions
    ]


def _title(sets: Sequence[DiagramSet], place: Place) -> str:
    key, element = place
    found = (one.diagrams[key].nodes.get(element) for one in sets if key in one.diagrams)
    return next((node.title for node in found if node is not None), element)


def _others(session: Session, version: DiagramVersion) -> list[DiagramSet]:
    """Give the diagrams of all other versions that cases can run on, the latest first."""
    known = targets(session, version.process.key, now=clock.now())
    return [runtime().library.of(session, one.id) for one in known if one.id != version.id]
