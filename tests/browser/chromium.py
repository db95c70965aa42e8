"""One Chromium, started when the first test needs it."""

import os
import shutil
from collections.abc import Generator
from contextlib import contextmanager

from playwright.sync_api import Browser, expect, sync_playwright

ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]

# The one without a window takes two thirds of the time of the other.
NAMES = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")

# A busy machine answers late; nobody waits longer than this (in milliseconds) for a page.
PATIENCE = 15_000


class ChromiumMissingError(Exception):
    """There is no Chromium on this machine."""


def find() -> str:
    """Give the path of the Chromium that this machine has."""
    for name in NAMES:
        if found := shutil.which(name):
            return found
    raise ChromiumMissingError(
        "There is no Chromium, so nothing drove the pages. "
        "Install it: apt-get install chromium-headless-shell"
    )


@contextmanager
def started() -> Generator[Browser]:
    """Start Chromium without a window."""
    path = find()
    expect.set_options(timeout=PATIENCE)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=path, headless=True, args=ARGUMENTS, env={**os.environ, "TZ": "UTC"}
        )
        try:
            yield browser
        finally:
            browser.close()
