"""The public register: which accounts are the City's own, as anyone may read it."""

import csv
import io
import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, fields

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from models.people import Unit
from models.sites import Platform, Site, SiteStatus
from workflows.sites import IN_USE, PAGE_SIZE, by_code, matches, page_within, without_security

# What the public is told about a status; nobody outside has to know the City's own words.
VERDICTS = {
    SiteStatus.LIVE: "Official",
    SiteStatus.RESTRICTED: "Official, with limited use",
    SiteStatus.SUSPENDED: "Official, paused",
    SiteStatus.RETIRING: "Official, closing soon",
    SiteStatus.RETIRED: "No longer used",
    SiteStatus.IMPOSTOR: "Not the City's",
}
NOT_VERIFIED = "Not verified"

LANGUAGES = {"en": "English", "es": "Spanish", "so": "Somali", "hmn": "Hmong", "other": "Other"}

# A spreadsheet runs a cell that begins with one of these as a formula.
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "|", "%")


@dataclass(frozen=True)
class Entry:
    """What anyone may know of a site. No people, no security, no findings."""

    code: str
    name: str
    handle: str
    url: str
    platform: str
    presence_form: str
    unit: str
    purpose: str
    audience: str
    languages: str
    comments: str
    verdict: str
    official: bool

    @property
    def link(self) -> str:
        """The address to lead people to: only of an official site, and only on the web."""
        return web_address(self.url) if self.official else ""


@dataclass(frozen=True)
class Entries:
    """One page of the register and how many entries there are in all."""

    rows: Sequence[Entry]
    number: int
    total: int


def search(session: Session, text: str, *, page: int = 1) -> Entries:
    """Give one page of the entries that somebody may mean, official ones first."""
    narrowed = _listed().where(matches(text)) if text.strip() else _listed()
    total = session.scalar(narrowed.with_only_columns(func.count(Site.id))) or 0
    page = page_within(page, total)
    official_first = Site.decision_id.is_(None), Site.status.in_(("retired", "impostor"))
    rows = session.execute(
        narrowed.order_by(*official_first, *by_code())
        .limit(PAGE_SIZE)
        .offset((page - 1) * PAGE_SIZE)
    )
    return Entries([_entry(*row) for row in rows], page, total)


def everything(session: Session) -> list[Entry]:
    """Give the whole register in the order of its codes."""
    return [_entry(*row) for row in session.execute(_listed().order_by(*by_code()))]


def as_json(entries: Iterable[Entry]) -> str:
    """Write the register as one JSON object; the same register gives the same text."""
    sites = [asdict(entry) for entry in entries]
    return json.dumps({"sites": sites}, ensure_ascii=False, indent=1) + "\n"


def as_csv(entries: Iterable[Entry]) -> str:
    """Write the register as CSV (RFC 4180) that no spreadsheet takes for formulas."""
    written = io.StringIO()
    writer = csv.writer(written, lineterminator="\r\n")
    writer.writerow(field.name for field in fields(Entry))
    for entry in entries:
        writer.writerow(_cell(value) for value in asdict(entry).values())
    return written.getvalue()


def web_address(url: str | None) -> str:
    """The address as a link may have it; nothing where a browser would run it instead."""
    return url if url and url.lower().startswith(("https://", "http://")) else ""


def in_words(choice: str | None) -> str:
    """A choice of a form as people read it: "board-or-commission" is "Board or commission"."""
    words = (choice or "").replace("-", " ").strip()
    return words[:1].upper() + words[1:]


def _listed() -> Select[Site, str, str]:
    return (
        select(Site, Platform.name, Unit.name)
        .join(Site.platform)
        .join(Site.unit)
        .options(*without_security())
    )


def _entry(site: Site, platform: str, unit: str) -> Entry:
    official = site.decision_id is not None and site.status in IN_USE
    # What an impostor says of itself must not stand under the City's name.
    ours = site.status != SiteStatus.IMPOSTOR
    known = official or site.status in (SiteStatus.RETIRED, SiteStatus.IMPOSTOR)
    return Entry(
        code=site.code,
        name=site.name,
        handle=site.handle,
        url=site.url or "",
        platform=platform,
        presence_form=in_words(site.presence_form),
        unit=unit if ours else "",
        purpose=site.purpose if ours else "",
        audience=site.audience if ours else "",
        languages=_languages(site) if ours else "",
        comments=in_words(site.comments_mode) if ours else "",
        verdict=VERDICTS[SiteStatus(site.status)] if known else NOT_VERIFIED,
        official=official,
    )


def _languages(site: Site) -> str:
    return ", ".join(LANGUAGES.get(code, str(code)) for code in site.languages or ())


def _cell(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    text = str(value)
    return f"'{text}" if text.startswith(_FORMULA) else text
