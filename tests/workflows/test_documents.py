"""Documents are taken when they are of a kind, a size and a content that suit a record."""

import io
import zipfile
from datetime import UTC, datetime

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st

from models.cases import File
from models.database import db, transaction
from tests import city
from workflows import documents
from workflows.documents import DocumentRefusedError

NOW = datetime(2026, 11, 16, 15, 0, tzinfo=UTC)
PDF = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n<<>>\nendobj\n"
PNG = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + bytes(30)
JPEG = b"\xff\xd8\xff\xe0\0\x10JFIF\0\1\1" + bytes(30)
MAIL = b"Received: by mx\r\nFrom: rosa@northwater.example\r\nSubject: Site\r\n\r\nPlease.\r\n"


def office(*names: str, size: int = 50) -> bytes:
    """Make a zip file as Word and Excel do."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in ("[Content_Types].xml", *names):
            archive.writestr(name, b" " * size)
    return file.getvalue()


WORD, EXCEL = office("word/document.xml"), office("xl/workbook.xml")


def check(name: str, content: bytes) -> documents.Document:
    return documents.check(name, content, megabytes=1)


@pytest.mark.parametrize(
    ("name", "content", "media_type"),
    [
        ("a.pdf", PDF, "application/pdf"),
        ("a.png", PNG, "image/png"),
        ("a.jpg", JPEG, "image/jpeg"),
        ("a.JPEG", JPEG, "image/jpeg"),
        ("a.docx", WORD, "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
        ("a.xlsx", EXCEL, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
        ("a.csv", b"site;url\r\nParks;https://example.com\r\n", "text/csv"),
        ("a.txt", "Zoë said yes.\n".encode("cp1252"), "text/plain"),
        ("a.eml", MAIL, "message/rfc822"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_each_kind_is_taken_for_what_it_is(name: str, content: bytes, media_type: str) -> None:
    document = check(name, content)
    assert (document.media_type, document.size) == (media_type, len(content))
    assert repr(content) not in repr(document)


def test_the_digest_is_that_of_the_content() -> None:
    assert check("a.txt", b"abc").sha256 == (
        "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    )


@pytest.mark.parametrize(
    ("name", "content", "why"),
    [
        ("a.exe", b"MZ", "of a kind that is not taken. Send pdf, png, jpg, jpeg, docx"),
        ("a.svg", b"<svg/>", "of a kind that is not taken"),
        ("pdf", PDF, "of a kind that is not taken"),
        ("", PDF, "of a kind that is not taken"),
        ("a.txt", b"", "is empty"),
        ("a.txt", b"x" * 1024 * 1024 + b"x", "is larger than 1 MB"),
        ("a.pdf", PNG, "its content is no PDF"),
        ("a.pdf", b"<html>", "its content is no PDF"),
        ("a.png", PDF, "its content is no PNG picture"),
        ("a.docx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "is no Word document"),
        ("a.txt", b"\x7fELF\0\0\0", "its content is no text"),
        ("a.csv", b"%PDF-1.7\nall of it text\n", "its content is no text"),
        ("a.eml", b"Dear Rosa,\n", "is no e-mail message"),
        ("a.eml", b"From: rosa@northwater.example\n\nHello", "is no e-mail message"),
        ("a.docx", EXCEL, "is another kind of zip file"),
        ("a.xlsx", WORD, "is another kind of zip file"),
        ("a.docx", WORD[:-30], "is damaged"),
        ("a.docx", office("word/document.xml", "word/vbaProject.bin"), "holds macros"),
        ("a.docx", office("word/document.xml", size=20 * 1024 * 1024), "unpack to far more"),
        ("a.xlsx", office(*(f"xl/{n}" for n in range(5001)), size=0), "unpack to far more"),
    ],
)
def test_what_is_not_taken_is_told_why(name: str, content: bytes, why: str) -> None:
    with pytest.raises(DocumentRefusedError, match=why):
        check(name, content)


def test_an_encrypted_office_document_is_not_taken() -> None:
    content = bytearray(WORD)
    flags = content.rfind(b"PK\x01\x02") + 8
    content[flags] |= 1
    with pytest.raises(DocumentRefusedError, match="is encrypted"):
        check("a.docx", bytes(content))


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("../../etc/passwd.txt", "passwd.txt"),
        (r"C:\Users\rosa\plan.txt", "plan.txt"),
        ("a\0b\r\nc.txt", "abc.txt"),
        ("invoice\u202etxt.txt", "invoicetxt.txt"),
        (' <b>"plan"|?*.txt ', "_b__plan____.txt"),
        ("Zoe\u0308.TXT", "Zoë.txt"),
        (".txt", "document.txt"),
        ("...txt", "document.txt"),
        ("x" * 300 + ".txt", "x" * 116 + ".txt"),
    ],
)
def test_a_name_is_made_safe(sent: str, kept: str) -> None:
    assert check(sent, b"text").name == kept


@given(st.text(max_size=300))
def test_no_name_leads_anywhere_or_is_longer_than_people_read(name: str) -> None:
    try:
        kept = check(f"{name}.txt", b"text").name
    except DocumentRefusedError:
        pytest.fail("A text is always taken.")
    assert not set(kept) & set('/\\<>:"|?*\0\r\n')
    assert kept.endswith(".txt")
    assert len(kept) <= documents.LONGEST_NAME
    assert not kept.startswith(".")


@given(st.integers(0, len(WORD) - 1), st.integers(0, 255))
def test_a_damaged_office_document_is_taken_or_refused_but_never_an_error(
    at: int, value: int
) -> None:
    content = bytearray(WORD)
    content[at] = value
    try:
        check("a.docx", bytes(content))
    except DocumentRefusedError as refused:
        said = str(refused)
    else:
        said = '"a.docx" was taken'
    assert said.startswith('"a.docx" ')


def test_a_checked_document_is_kept_with_its_case(app_on_either: Flask) -> None:
    with transaction() as session:
        people = city.cast(session)
        case_id = city.case(session, people.rosa, people.parks)
        file = documents.accept(
            session,
            check("plan.pdf", PDF),
            case_id=case_id,
            task_id=None,
            by=people.rosa,
            now=NOW,
        )
    kept = db.session.get_one(File, file.id, populate_existing=True)
    assert (kept.name, kept.media_type, kept.size) == ("plan.pdf", "application/pdf", len(PDF))
    assert (kept.case_id, kept.uploaded_by_id, kept.uploaded_at) == (case_id, people.rosa, NOW)
    assert (kept.content, kept.sha256) == (PDF, check("plan.pdf", PDF).sha256)
