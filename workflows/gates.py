"""The gates that a diagram passes before it may be published."""

from collections.abc import Mapping

from workflows.diagrams.check import Report
from workflows.diagrams.isolation import SECONDS, check_in_subprocess
from workflows.policy.pack import Pack
from workflows.vocabulary import vocabulary


def check_files(
    files: Mapping[str, bytes],
    *,
    pack: Pack,
    library: Mapping[str, bytes],
    seconds: float = SECONDS,
) -> list[Report]:
    """Say of each file, by name, whether it may be published under the policy; never raises for a file.

    `library` holds what the files call and what calls them: process id -> XML. Each file is checked
    in a bounded process of its own, within `seconds` of wall time.
    """
    return check_in_subprocess(files, known=vocabulary(pack), library=library, seconds=seconds)
