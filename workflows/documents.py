"""Documents that people attach to a case: what they may be, and where they are kept.

Only a few kinds are taken, and only when the content is what the name says. A check needs no
database and is made before the transaction; `accept` then only writes.
"""

import hashlib
import io
import re
import struct
import unicodedata
import zipfile
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from datetime import datetime
from email import policy
from email.parser import BytesHeaderParser

import puremagic
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from models.cases import File
from workflows.errors import PolicyError

MEGABYTE = 1024 * 1024
LONGEST_NAME = 120

# An office document is a zip file. It may unpack to a hundred times its size, at least to the
# first and never beyond the second of these.
_UNPACKED_AT_LEAST, _UNPACKED_AT_MOST = 10 * MEGABYTE, 200 * MEGABYTE
_LARGEST_RATIO = 100
_MOST_PARTS = 5000
_ENCRYPTED = 0x1

_NOT_IN_NAMES = re.compile(r'[<>:"|?*]')
_CONTROLS = bytes(set(range(32)) - set(b"\t\n\f\r\x1b")) + b"\x7f"


class DocumentRefusedError(PolicyError):
    """A document is of a kind, a size or a content that is not taken."""

    status = 422
    title = "This document was not taken"


@dataclass(frozen=True)
class Document:
    """A document that may be kept: its name made safe, its content being what the name says."""

    name: str
    media_type: str
    content: bytes = field(repr=False)
    sha256: str

    @property
    def size(self) -> int:
        return len(self.content)


def check(name: str, content: bytes, *, megabytes: int) -> Document:
    """Check what somebody sent, at most so many megabytes of it.

    Raises DocumentRefusedError, which says what is wrong and what would be taken.
    """
    safe_name, extension = _safe_name(name)
    kind = _KINDS.get(extension)
    if kind is None:
        raise _refused(safe_name, f"is of a kind that is not taken. Send {ALLOWED}.")
    if not content:
        raise _refused(safe_name, "is empty. Choose the file again.")
    if len(content) > megabytes * MEGABYTE:
        raise _refused(safe_name, f"is larger than {megabytes} MB. Send a smaller one.")
    if not _sniffed(content) & kind.sniffed:
        raise _refused(safe_name, f"is not what its name says: its content is no {kind.title}.")
    if wrong := kind.wrong_with(content):
        raise _refused(safe_name, wrong)
    return Document(safe_name, kind.media_type, content, hashlib.sha256(content).hexdigest())


def accept(
    session: Session,
    document: Document,
    *,
    case_id: int,
    task_id: int | None,
    by: int,
    now: datetime,
) -> File:
    """Keep a checked document with the case, in the caller's transaction; the row has its id."""
    file = File(
        case_id=case_id,
        task_id=task_id,
        name=document.name,
        media_type=document.media_type,
        size=document.size,
        sha256=document.sha256,
        content=document.content,
        uploaded_by_id=by,
        uploaded_at=now,
    )
    session.add(file)
    session.flush()  # generate file.id, which the answer of a file field is
    return file


def same(session: Session, document: Document, *, task_id: int, by: int) -> File | None:
    """Give the document that this person has attached to the task before, if it is the same.

    A form that comes back with mistakes brings its documents each time that it is sent.
    """
    return session.scalar(
        select(File)
        .where(File.task_id == task_id, File.uploaded_by_id == by, File.sha256 == document.sha256)
        .limit(1)
    )


def drop_unused(session: Session, task_id: int, used: Collection[int]) -> list[int]:
    """Drop what was attached to a task on the way and is in no answer; give the ids.

    Belongs into the transaction that completes the task.
    """
    unused = delete(File).where(File.task_id == task_id, File.id.not_in(used))
    return sorted(session.scalars(unused.returning(File.id)))


def _refused(name: str, why: str) -> DocumentRefusedError:
    return DocumentRefusedError(f'"{name}" {why}')


def _safe_name(name: str) -> tuple[str, str]:
    """Keep the last part of a path without what file systems and readers trip over."""
    last = re.split(r"[/\\]", unicodedata.normalize("NFC", name))[-1]
    # Control and format characters: a reversed direction would show "fdp.exe" as "exe.pdf".
    shown = "".join(sign for sign in last if unicodedata.category(sign)[0] != "C")
    stem, dot, extension = _NOT_IN_NAMES.sub("_", shown).strip().rstrip(".").rpartition(".")
    if not dot:
        return extension[:LONGEST_NAME], ""
    extension = extension.lower()
    stem = stem.strip(" .")[: LONGEST_NAME - len(extension) - 1] or "document"
    return f"{stem}.{extension}"[:LONGEST_NAME], extension


def _sniffed(content: bytes) -> frozenset[str]:
    """Guess what the content is from its first bytes: the extensions that would suit it."""
    try:
        found = {match.extension for match in puremagic.magic_string(content)}
    except puremagic.PureError:
        found = set()
    if not found & _BINARY and len(content.translate(None, _CONTROLS)) == len(content):
        found.add(_TEXT)
    return frozenset(found)


def _nothing_wrong(_content: bytes) -> str | None:
    return None


def _wrong_with_mail(content: bytes) -> str | None:
    headers = BytesHeaderParser(policy=policy.compat32).parsebytes(content)
    if "From" in headers and ("Date" in headers or "Received" in headers):
        return None
    return "is no e-mail message: it has no sender and date. Save the message as .eml again."


def _wrong_with_office(folder: str) -> Callable[[bytes], str | None]:
    def wrong_with(content: bytes) -> str | None:
        try:
            with zipfile.ZipFile(io.BytesIO(content)) as archive:
                parts = archive.infolist()
        except (zipfile.BadZipFile, NotImplementedError, ValueError, struct.error):
            return "is damaged. Open it, save it again and send that."
        return _wrong_with_parts(parts, folder, len(content))

    return wrong_with


def _wrong_with_parts(parts: list[zipfile.ZipInfo], folder: str, size: int) -> str | None:
    names = {part.filename for part in parts}
    if "[Content_Types].xml" not in names or not any(n.startswith(folder) for n in names):
        return "is not what its name says: it is another kind of zip file."
    if any(name.lower().endswith("vbaproject.bin") for name in names):
        return "holds macros. Save it without them and send that."
    if any(part.flag_bits & _ENCRYPTED for part in parts):
        return "is encrypted. Save it without a password and send that."
    unpacked = sum(part.file_size for part in parts)
    allowed = min(max(_LARGEST_RATIO * size, _UNPACKED_AT_LEAST), _UNPACKED_AT_MOST)
    if unpacked > allowed or len(parts) > _MOST_PARTS:
        return "would unpack to far more than it seems. Send a smaller one, or a PDF."
    return None


@dataclass(frozen=True)
class _Kind:
    """A kind of document that is taken."""

    title: str
    media_type: str
    sniffed: frozenset[str]
    wrong_with: Callable[[bytes], str | None] = _nothing_wrong


_TEXT = "text"
_OFFICE = "application/vnd.openxmlformats-officedocument."
_JPEG = _Kind("JPEG picture", "image/jpeg", frozenset({".jpeg", ".jpg"}))
_KINDS = {
    "pdf": _Kind("PDF", "application/pdf", frozenset({".pdf"})),
    "png": _Kind("PNG picture", "image/png", frozenset({".png"})),
    "jpg": _JPEG,
    "jpeg": _JPEG,
    "docx": _Kind(
        "Word document",
        f"{_OFFICE}wordprocessingml.document",
        frozenset({".docx"}),
        _wrong_with_office("word/"),
    ),
    "xlsx": _Kind(
        "Excel workbook",
        f"{_OFFICE}spreadsheetml.sheet",
        frozenset({".xlsx"}),
        _wrong_with_office("xl/"),
    ),
    "csv": _Kind("text", "text/csv", frozenset({_TEXT})),
    "txt": _Kind("text", "text/plain", frozenset({_TEXT})),
    "eml": _Kind("e-mail message", "message/rfc822", frozenset({_TEXT}), _wrong_with_mail),
}
_BINARY = frozenset({".pdf", ".png", ".jpg", ".docx"})
ALLOWED = ", ".join(_KINDS)
