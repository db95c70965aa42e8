"""Where the built browser bundle is found: addresses that change with the content."""

import json
from functools import lru_cache
from pathlib import Path

from flask import current_app, url_for


def asset_url(name: str) -> str:
    """The address of a built file; its name holds a hash of its content, so it never goes stale."""
    return url_for("static", filename=f"dist/{_hashed_name(name)}")


def _hashed_name(name: str) -> str:
    manifest = Path(current_app.static_folder or "") / "dist" / "manifest.json"
    try:
        changed = manifest.stat().st_mtime_ns
    except FileNotFoundError:
        return name  # not built yet: the page still works, without styles and scripts
    return _read_manifest(manifest, changed).get(name, name)


@lru_cache(maxsize=4)
def _read_manifest(manifest: Path, changed: int) -> dict[str, str]:  # noqa: ARG001  a new time is a new entry
    names: dict[str, str] = json.loads(manifest.read_text(encoding="utf-8"))
    return names
