"""A lesson in a real browser page: run it, find its controls, notice what should not happen."""

import re
from pathlib import Path
from urllib.parse import urlsplit

from playwright.sync_api import Browser, Page, expect

TIMEOUT_MS = 180_000
# Chromium reports these of its own accord; they say nothing about the page.
HARMLESS = ("ResizeObserver loop",)


class NotebookPage:
    """One notebook, opened; `complaints` collects console errors, `outside` foreign requests."""

    def __init__(self, browser: Browser, server, notebook: str, width: int = 1280):
        context = browser.new_context(viewport={"width": width, "height": 1000})
        context.set_default_timeout(TIMEOUT_MS)
        self.page: Page = context.new_page()
        self.complaints: list[str] = []
        self.outside: list[str] = []
        self.page.on("console", self._console)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("request", self._request)
        self.page.goto(server.address(notebook))
        self.page.locator(".jp-NotebookPanel .jp-Notebook .jp-Cell").first.wait_for()
        self.kernel_is("Idle")

    def _console(self, message) -> None:
        if message.type == "error" and not any(text in message.text for text in HARMLESS):
            where = (message.location or {}).get("url", "")
            self.complaints.append(f"{message.text} [{where}]")

    def _request(self, request) -> None:
        address = urlsplit(request.url)
        local = address.hostname in ("127.0.0.1", "localhost", "::1")
        if not local and address.scheme not in ("data", "blob", "about"):
            self.outside.append(request.url)

    def kernel_is(self, state: str) -> None:
        indicator = self.page.locator(".jp-NotebookPanel:visible .jp-Notebook-ExecutionIndicator")
        expect(indicator).to_have_attribute(
            "data-status", state.lower(), timeout=TIMEOUT_MS, ignore_case=True
        )

    def run_all(self) -> None:
        """Run, Run All Cells; returns when the last cell has finished."""
        self.page.get_by_role("menuitem", name="Run", exact=True).click()
        self.page.get_by_role("menuitem", name="Run All Cells", exact=True).click()
        code = self.page.locator(".jp-NotebookPanel:visible .jp-CodeCell")
        expect(code.last.locator(".jp-InputPrompt")).to_have_text(
            re.compile(r"\[\d+\]"), timeout=TIMEOUT_MS
        )
        self.kernel_is("Idle")

    def show(self, locator) -> None:
        locator.scroll_into_view_if_needed()

    def dark(self) -> None:
        """Settings, Theme, JupyterLab Dark."""
        self.page.get_by_role("menuitem", name="Settings", exact=True).click()
        self.page.get_by_role("menuitem", name="Theme", exact=True).hover()
        self.page.get_by_role("menuitem", name="JupyterLab Dark", exact=True).click()
        self.page.locator('body[data-jp-theme-light="false"]').wait_for()

    def picture(self, path: Path) -> None:
        self.page.screenshot(path=str(path))

    def close(self) -> None:
        self.page.context.close()
