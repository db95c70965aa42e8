"""Documents that come with a form, and documents handed out."""

from io import BytesIO

from flask import Blueprint, request, send_file
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import undefer

from models.cases import Case, File, Task
from models.database import db
from webapp import access, clock
from webapp.runtime import runtime, settings
from webapp.step_form import StepForm
from webapp.task_page import duties
from workflows import documents, tasks
from workflows.diagrams.graph import Node
from workflows.errors import NotFoundError, PolicyError
from workflows.reading import may_read

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
    file = db.session.get(File, file_id, options=[undefer(File.content)])
    case = db.session.get(Case, file.case_id) if file and file.case_id else None
    everything = access.may(access.me(), "cases.read")
    if (
        file is None
        or case is None
        or not may_read(db.session(), case, duties(), all_cases=everything)
    ):
        raise NotFoundError("There is no such document.")
    response = send_file(
        BytesIO(file.content),
        mimetype=file.media_type,
        as_attachment=True,
        download_name=file.name,
    )
    response.headers["Content-Security-Policy"] = "sandbox; default-src 'none'"
    return response
