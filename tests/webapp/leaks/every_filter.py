"""Every filter on confidentiality: those of filters.py, and those of cases that are moved or played."""

from tests.webapp.leaks.filters import ALWAYS, FILTERS, of
from tests.webapp.leaks.moved import moved

MIGRATIONS = (
    *of(
        "webapp.case_migrations",
        moved,
        ("_index", "told(secret, confidential=True)", "secret"),
        ("_only", "Case.confidential.is_(False)", ALWAYS),
        ("_report", "told(found.in_confidence, confidential=True)", "found.in_confidence"),
    ),
    *of(
        "workflows.migrating.bulk",
        moved,
        ("begin", "if not cases and not confidential:", "if not cases:"),
        ("_wanted", "if not confidential:", "if False:"),
    ),
    *of(
        "workflows.migrating.moving",
        moved,
        ("say", "if case.confidential else", "if False else"),
    ),
    *of(
        "workflows.migrating.reports",
        moved,
        ("cases_of", "Case.confidential.is_(False)", ALWAYS),
        ("progress", "0 if confidential else number", "number"),
    ),
    *of("workflows.migrating.sorting", moved, ("sort", "Case.confidential.is_(False)", ALWAYS)),
    *of(
        "workflows.replaying.past",
        moved,
        ("impact", "None if case.confidential else case", "case"),
    ),
)

EVERY = (*FILTERS, *MIGRATIONS)
