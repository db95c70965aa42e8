"""Asking the check whether diagrams may be published, once for the same diagrams and policy."""

import hashlib
from collections import OrderedDict
from collections.abc import Mapping
from threading import Lock

from workflows.diagrams.check import Report, is_publishable
from workflows.diagrams.proof import WAY
from workflows.errors import UnpublishableError
from workflows.gates import check_files
from workflows.policy.pack import Pack

# So many checks are remembered; each is a few reports of some kilobytes.
KEPT_CHECKS = 32
MOST_TOLD = 5

_kept: OrderedDict[str, dict[str, Report]] = OrderedDict()
_lock = Lock()


def prove(
    files: Mapping[str, bytes], *, pack: Pack, library: Mapping[str, bytes]
) -> dict[str, Report]:
    """Give what the check says of each diagram: process id -> report.

    `files` and `library` map process ids to XML: what shall be published, and what stands around
    it. What was found publishable is remembered while the process lives; a no is asked again, for
    a busy machine may have run out of time.
    """
    around = {key: data for key, data in library.items() if key not in files}
    key = _key(files, around, pack)
    with _lock:
        if key in _kept:
            _kept.move_to_end(key)
            return _kept[key]
    named = {f"{name}.bpmn": data for name, data in files.items()}
    reports = dict(zip(files, check_files(named, pack=pack, library=around), strict=True))
    if all(is_publishable(report) for report in reports.values()):
        with _lock:
            _kept[key] = reports
            while len(_kept) > KEPT_CHECKS:
                _kept.popitem(last=False)
    return reports


def _key(files: Mapping[str, bytes], around: Mapping[str, bytes], pack: Pack) -> str:
    told = hashlib.sha256(pack.version.encode())
    for part in (files, around):
        told.update(digest_of({name: sha256_of(data) for name, data in part.items()}).encode())
    return told.hexdigest()


def sha256_of(data: bytes) -> str:
    """Give the SHA-256 of a file, as versions and drafts keep it."""
    return hashlib.sha256(data).hexdigest()


def digest_of(parts: Mapping[str, str]) -> str:
    """Give one digest of a diagram and all that it calls: process id -> SHA-256 of its file."""
    told = "".join(f"{key} {sha256}\n" for key, sha256 in sorted(parts.items()))
    return hashlib.sha256(told.encode()).hexdigest()


def refuse_unpublishable(
    reports: Mapping[str, Report], why: Mapping[str, str] | None = None
) -> None:
    """Raise UnpublishableError, with the findings in words, unless all of them may be published.

    `why` says of a process what it has to do with the publication, as the start of a sentence.
    """
    wrong = [
        f"{(why or {}).get(key, _name(key))} cannot be published: {in_words(report)}"
        for key, report in reports.items()
        if not is_publishable(report)
    ]
    if wrong:
        raise UnpublishableError(" ".join(wrong))


def _name(key: str) -> str:
    return f'"{key}"'


def in_words(report: Report, *, with_ways: bool = True) -> str:
    """Say what stands in the way of publishing, the first few findings of it.

    `with_ways`: each with the way there, for whoever has no report to read it in.
    """
    findings = report["findings"]
    errors = [finding["message"] for finding in findings if finding["severity"] == "error"]
    told = errors or [f["message"] for f in findings if f["code"] == "not-proved"]
    if not with_ways:
        told = [message.partition(WAY)[0].rstrip() for message in told]
    more = len(told) - MOST_TOLD
    rest = [f"And {more} more."] if more > 0 else []
    return " ".join([*told[:MOST_TOLD], *rest]) or "It is not proved."
