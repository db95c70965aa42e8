"""What every use case needs beside the database: the policy, the calendar, parsed diagrams."""

from dataclasses import dataclass, field

from workflows.business_time import Calendar
from workflows.library import Library
from workflows.policy.pack import Pack


@dataclass(frozen=True)
class Runtime:
    """The policy in force and the city's calendar, made once at start-up."""

    pack: Pack
    calendar: Calendar
    library: Library = field(default_factory=Library)
