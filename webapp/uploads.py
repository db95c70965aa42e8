"""Documents that come with a form, and documents handed out."""

from io import BytesIO

from flask import Blueprint, request, send_file
from flask.typing import ResponseReturnValue
from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import undefer

from models.cases import Case, File, Task
from models.database import db
from webapp import access, clock
from webapp.runtime import runtime, settings
from webapp.step_form import StepForm
from webapp.task_page import duties
from workflows import confidence, documents, tasks
from workflows.diagrams.graph import Node
from workflows.errors import NotFoundError, PolicyError
from workflows.own_part import own_documents
from workflows.reading import readable

bp = Blueprint("files", __name__, url_prefix="/files")


def receive_files(form: StepForm, node: Node, task: Task, *, by: int) -> dict[str, str]:
    """Store what was attached, so that an error elsewhere in the form does not lose it.

    Returns what is wrong with a document, by field.
    """
    wrong = {}
    megabytes = settings().max_upload_megabytes
    for spec in node.fields:
        upload = request.files.get(spec.id)
        if spec.type != "file" or upload is None or not upload.filename:
            continue
        try:
            checked = documents.check(upload.filename, upload.read(), megabytes=megabytes)
            stored = tasks.attach(runtime(), task.id, checked, by=by, now=clock.now())
        except PolicyError as error:
            wrong[spec.id] = str(error)
        else:
            form[spec.id].kept, form[spec.id].kept_name = stored.id, stored.name
    return wrong


@bp.get("/<int:file_id>")
def download(file_id: int) -> ResponseReturnValue:
    """Hand out a document to a reader of its case; never shown inside a page of ours."""
    _note_look(file_id)
    file = db.session.scalar(
        select(File).join(Case).where(File.id == file_id, _theirs()).options(undefer(File.content))
    )
    if file is None:
        raise NotFoundError("There is no such document.")
    response = send_file(
        BytesIO(file.content),
        mimetype=file.media_type,
        as_attachment=True,
        download_name=file.name,
    )
    response.headers["Content-Security-Policy"] = "sandbox; default-src 'none'"
    return response


def _theirs() -> ColumnElement[bool]:
    """A condition on documents with their cases: this person reads all of it, or it is theirs."""
    everything = access.may(access.me(), "cases.read")
    whole = readable(duties(), all_cases=everything, now=clock.now())
    return or_(whole, File.id.in_(own_documents(db.session(), runtime(), access.me().id)))


def _note_look(file_id: int) -> None:
    """Put a look at a document of a confidential case on record, before it is read."""
    case_id = db.session.scalar(
        select(Case.id).join(File).where(File.id == file_id, Case.confidential, _theirs())
    )
    if case_id is not None:
        by, now = access.me().id, clock.now()
        confidence.note_read(case_id, by=by, what=f"document {file_id}", now=now)
