"""The gates that a diagram passes before it may be published."""

from collections.abc import Mapping

from workflows.diagrams.check import Report
from workflows.diagrams.isolation import SECONDS, check_in_subprocess
from workflows.engine_gate import EngineGate
from workflows.policy.pack import Pack
from workflows.vocabulary import vocabulary


def check_files(
    files: Mapping[str, bytes],
    *,
    pack: Pack,
    library: Mapping[str, bytes],
    with_engine: bool = True,
    seconds: float = SECONDS,
) -> list[Report]:
    """Say of each file, by name, whether it may be published under the policy; never raises for a file.

    `library` holds what the files call and what calls them: process id -> XML. Each file is checked
    in a bounded process of its own, within `seconds` of wall time. First every way is proved, then the
    engine walks the same ways; without it (`with_engine` False) nothing is publishable but to
    `is_publishable(report, without_engine=True)`, which publication never asks.
    """
    return check_in_subprocess(
        files,
        known=vocabulary(pack),
        library=library,
        engine=EngineGate() if with_engine else None,
        seconds=seconds,
    )
