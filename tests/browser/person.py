"""A person at a browser of their own: signs in, reads, fills in forms by their labels, sends them.

Whatever the browser complains about on the way (scripts, resources, the content security policy)
is collected in `complaints`; a test that ends with complaints fails.
"""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from playwright.sync_api import (
    Browser,
    ConsoleMessage,
    Error,
    Locator,
    Page,
    StorageState,
    ViewportSize,
    expect,
)

from tests.browser.chromium import PATIENCE
from webapp.demo.people import PASSWORD, email_of

WIDE: ViewportSize = {"width": 1366, "height": 900}
PHONE: ViewportSize = {"width": 360, "height": 740}
ZOOMED: ViewportSize = {"width": 320, "height": 256}  # 1280 x 1024 at 400 %

REPORT_VIOLATIONS = """
document.addEventListener('securitypolicyviolation', (event) =>
  console.error(`CSP: ${event.violatedDirective} ${event.blockedURI} ${event.sample}`));
"""

# What the form says behind a label, or takes back while one types.
MARK = r"\s*(\*|\(optional\)|\(required in some cases\))?\s*"


class Person:
    """Somebody with a browser, signed in or not."""

    def __init__(
        self,
        browser: Browser,
        address: str,
        *,
        scripts: bool = True,
        viewport: ViewportSize = WIDE,
        remembered: StorageState | None = None,
    ) -> None:
        self.address = address
        self.complaints: list[str] = []
        self.context = browser.new_context(
            base_url=address,
            viewport=viewport,
            java_script_enabled=scripts,
            locale="en-US",
            timezone_id="America/Chicago",
            reduced_motion="reduce",
            storage_state=remembered,
        )
        self.context.set_default_timeout(PATIENCE)
        self.context.add_init_script(REPORT_VIOLATIONS)
        self.page: Page = self.context.new_page()
        self.page.on("console", self._listen)
        self.page.on("pageerror", lambda error: self.complaints.append(f"Script: {error}"))

    def _listen(self, message: ConsoleMessage) -> None:
        if message.type == "error" and not self._is_expected(message):
            self.complaints.append(message.text)

    def _is_expected(self, message: ConsoleMessage) -> bool:
        """Say whether it is an error page, a form that came back, or a draft that came too late."""
        address = message.location.get("url", "").partition("#")[0]
        own = address == self.page.url.partition("#")[0]
        late = address.endswith("/draft") and "409" in message.text
        return "Failed to load resource" in message.text and (own or late)

    def back_to_usual(self) -> "Person":
        """Have the window and the colours again that one begins with."""
        self.page.set_viewport_size(WIDE)
        self.page.emulate_media(forced_colors="null", reduced_motion="reduce")
        return self

    def close(self) -> None:
        """Close the browser of this person."""
        self.context.close()

    def sign_in(self, name: str) -> "Person":
        """Sign in as somebody of the demo city."""
        self.page.goto("/login")
        self.fill({"E-mail address": email_of(name), "Password": PASSWORD})
        self.page.get_by_role("button", name="Sign in", exact=True).click()
        expect(self.page.get_by_role("heading", level=1)).not_to_have_text("Sign in")
        return self

    def open(self, path: str) -> Page:
        """Open a page of the city."""
        self.page.goto(path)
        return self.page

    @property
    def heading(self) -> Locator:
        """What the page is about."""
        return self.page.get_by_role("heading", level=1)

    @property
    def said(self) -> Locator:
        """The sentence about what has just happened."""
        return self.page.locator("main .notice")

    def follow(self, link: str) -> Page:
        """Follow a link by its words."""
        self.page.get_by_role("link", name=link, exact=True).first.click()
        return self.page

    def press(self, button: str) -> Page:
        """Press a button by its words."""
        self.page.get_by_role("button", name=button, exact=True).click()
        return self.page

    def open_task(self, case: str, name: str) -> "Person":
        """Find a task of a case in the inbox, wherever it stands there, and open it."""
        for tab in ("mine", "roles"):
            self.open(f"/tasks?tab={tab}")
            found = (
                self.page.get_by_role("row").filter(has_text=case).get_by_role("link", name=name)
            )
            if found.count():
                found.first.click()
                expect(self.heading).to_have_text(name)
                return self
        raise AssertionError(f"{name!r} of {case} is not in the inbox.")

    def send(self) -> "Person":
        """Send the form of the page with its one primary button."""
        self.page.locator("main .page-form__buttons button[type=submit]").click()
        return self

    def fill(self, answers: Mapping[str, Any]) -> "Person":
        """Fill in the form of the page: what to answer, by label."""
        for label, answer in answers.items():
            self.answer(label, answer)
        return self

    def answer(self, label: str, answer: Any) -> None:
        """Answer one question of the form as a hand and a keyboard would."""
        group, control = self.group(label), self.control(label)
        # The page with the form may be on its way yet; counting would not wait for it.
        group.or_(control).first.wait_for(state="attached")
        if group.count():
            for choice in [answer] if isinstance(answer, str) else answer:
                self._tick(group.get_by_text(choice, exact=True))
            return
        match control.evaluate("one => one.role || one.type"):
            case "combobox":
                self.pick(control, answer)
            case "select-one":
                self._choose(control, answer)
            case "checkbox":
                self._tick(self.page.locator("main label").filter(has_text=label))
            case "file":
                control.set_input_files(answer)
            case _:
                control.fill(str(answer))

    def _tick(self, label: Locator) -> None:
        # A draft may have ticked it already, and a second click would take the tick away.
        if not label.evaluate("one => one.closest('label').control.checked"):
            label.click()

    def _choose(self, control: Locator, answer: str) -> None:
        # A person stands there with the unit: Emeka Stillwell (Public Works).
        name = re.compile(rf"^{re.escape(answer)}( \(.*)?$")
        option = control.locator("option").filter(has_text=name)
        control.select_option(value=option.get_attribute("value"))

    def pick(self, control: Locator, answer: str) -> None:
        """Search a long list for what is wanted and choose it."""
        control.fill(answer)
        self.page.get_by_role("option").filter(has_text=answer).filter(visible=True).first.click()

    def group(self, label: str) -> Locator:
        """The group of choices with this question above it."""
        name = re.compile(f"^{re.escape(label)}{MARK}$")
        legend = self.page.locator("legend").filter(has_text=name)
        return self.page.locator("main fieldset").filter(has=legend).filter(visible=True)

    def control(self, label: str) -> Locator:
        """The control with this label."""
        return self.page.get_by_label(re.compile(f"^{re.escape(label)}{MARK}$")).and_(
            self.page.locator("main :is(input, select, textarea)")
        )

    def photograph(self, path: Path) -> None:
        """Take a picture of the whole page; one that cannot be taken is no failure of the page."""
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            self.page.screenshot(path=path, full_page=True)
        except Error as error:
            self.complaints.append(f"No picture: {error}")
