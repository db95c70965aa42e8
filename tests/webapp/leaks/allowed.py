"""What confidential cases may show to whom beside those on their lists, each with its reason.

An exception names an endpoint and a standing, and gives the only lines that may be added to the
page, or taken from it, by there being confidential cases. No marker word is ever among them.
"""

import re
from dataclasses import dataclass

# What people are to the cases, beside being on a list.
HOLDER, AUDITOR, KEEPER, OWNER, MANAGER, COMPLAINANT, CLERK, ANYBODY = (
    *("holder", "auditor", "keeper", "owner", "manager", "complainant", "clerk", "anybody"),
)
STANDINGS = {
    # Their duty waits in a case that nobody has taken: a neutral row, to take it or declare.
    HOLDER: {"hr_investigator", "hr_advisor", "attorney", "dept_head", "dept_investigator"},
    AUDITOR: {"auditor"},
    KEEPER: {"sysadmin", "process_manager"},
    OWNER: {"hr_advisor"},
    MANAGER: {"auditor", "process_manager", "policy_owner", "comms_director",
              "social_media_officer", "city_clerk"},
    CLERK: {"clerk_data"},
}  # fmt: skip

NUMBER = r"\d[\d,]*"
COUNTS = rf"{NUMBER}|{NUMBER} (tasks?|cases?|records?|reads?|jobs?|interventions?)|new"


@dataclass(frozen=True)
class Exempt:
    """One thing that may be seen, where and by whom; `lines` match what it adds or takes."""

    endpoints: frozenset[str]
    standing: str
    lines: str
    why: str
    statements: bool = False

    def covers(self, line: str) -> bool:
        """Whether this line may differ."""
        return re.fullmatch(self.lines, line) is not None


def _one(
    endpoints: str, standing: str, lines: str, why: str, *, statements: bool = False
) -> Exempt:
    return Exempt(frozenset(endpoints.split()), standing, lines, why, statements)


ALLOWED = (
    _one(
        "tasks.index tasks.show",
        HOLDER,
        r".*",
        "Who holds the duty of an offered step sees a neutral row, and takes it or declares.",
        statements=True,
    ),
    _one(
        "diagrams.show diagrams.show_version diagram_drafts.show diagram_reviews.show "
        # A refused form is answered with the page that it stands on.
        "diagram_drafts.replace diagram_drafts.note diagram_drafts.submit diagram_reviews.answer",
        ANYBODY,
        r"(Cases of it that run now: )?(5 or more|fewer than 5)"
        r"(\. All running cases stay on the versions that they began on\.)?",
        "Everybody reads whether few confidential cases run, and never how many.",
    ),
    _one(
        "case_migrations.index case_migrations.begin",
        ANYBODY,
        r"Its cases are confidential, .* (5 or more|fewer than 5) run, on whichever version\..*",
        "Who moves cases reads whether few confidential ones run, as everybody does.",
    ),
    _one(
        "reports.index reports.process reports.index_csv",
        MANAGER,
        r"\d+|fewer than 5|Investigate a complaint,counted apart,,,(\d+|fewer than 5)",
        "How many confidential cases run is told once there are five.",
    ),
    _one(
        "policy.clause policy.act policy.rule",
        MANAGER,
        r"Beside these, (\d+|fewer than five) confidential cases\.",
        "In how many confidential cases something was done is told once there are five.",
    ),
    _one(
        "evidence.reads_page evidence.reads_csv evidence.break_glass evidence.break_glass_csv "
        "evidence.overrides_page evidence.overrides_csv",
        AUDITOR,
        r".*",
        "The auditor sees who read and asked for which number, and never what is in it.",
        statements=True,
    ),
    _one(
        "evidence.chain_page evidence.chain_csv",
        AUDITOR,
        r".*",
        "Of the records of confidential cases the auditor sees how many there are.",
        statements=True,
    ),
    _one(
        "evidence.index evidence.four_eyes evidence.four_eyes_csv",
        AUDITOR,
        r".*",
        "The auditor sees in which case one person did what two must, and never who or what.",
    ),
    _one(
        "notices.index",
        ANYBODY,
        r"\d+",
        "Notices are numbered for all people together; the form names the newest one shown.",
    ),
    _one(
        "admin.audit",
        ANYBODY,
        rf"{COUNTS}|{NUMBER}:[0-9a-f]{{64}}|job \d+|job: given up|Show every record|Siteward itself|To what|What|When"
        r"|Who|Record|Audit records|\d+|/admin/audit[\w?=&;-]*|Clear the filters.*|No record fits"
        r"|today at [\d:]+|Next|Previous|Page \d+|Older|Newer",
        "The chain goes on for every record: its length, and gaps in the numbers, are seen.",
    ),
    _one(
        "admin.index admin.jobs admin.incidents_page admin.resolve",
        KEEPER,
        r"(?!.*\bC-\d).*",
        "A failed job or a step without holder must be looked after: without number or words.",
    ),
    _one(
        "personnel_data.document",
        CLERK,
        r"",
        "Of a named person it is public that complaints exist; the work depends on them.",
        statements=True,
    ),
)
# Who owns the process is told, neutrally, that a glass was broken: a count on each page.
TOLD = {OWNER: rf"{COUNTS}|/notices(/reading)?|A confidential case was opened to somebody .*"
        r"|today at [\d:]+|Mark all as read|No notices|See your tasks|When a case of yours .*"
        r"|/tasks/"}  # fmt: skip


def covered(endpoint: str, standings: set[str], lines: list[str]) -> list[str]:
    """Give the lines that no exception covers."""
    mine = [one for one in ALLOWED if endpoint in one.endpoints and one.standing in standings]
    told = [re.compile(lines) for who, lines in TOLD.items() if who in standings]
    return [
        line
        for line in lines
        if not any(one.covers(line) for one in mine)
        and not any(pattern.fullmatch(line) for pattern in told)
    ]


def may_take_longer(endpoint: str, standings: set[str]) -> bool:
    """Whether the number of statements may depend on confidential cases there."""
    return any(
        one.statements for one in ALLOWED if endpoint in one.endpoints and one.standing in standings
    )


def standings(role: str) -> set[str]:
    """What holders of a role are to cases that they have no part in."""
    return {ANYBODY, *(name for name, roles in STANDINGS.items() if role in roles)}
