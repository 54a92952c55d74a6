"""A notebook in a real browser page: run it, go through it by keyboard, notice what should not happen."""

import functools
import json
from pathlib import Path
from urllib.parse import urlsplit

from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect

TIMEOUT_MS = 60_000
LESSON_MS = 300_000  # a whole lesson with what it measures
LOCAL = ("127.0.0.1", "localhost", "::1")
PANEL = ".jp-NotebookPanel:not(.lm-mod-hidden)"
MOST_TABS = 80

expect.set_options(timeout=TIMEOUT_MS)

# The server exposes JupyterLab's application: what its notebook knows of its code cells.
CODE = "jupyterapp.shell.currentWidget.content.widgets.map(w => w.model).filter(m => m.type === 'code')"
ENTER = """place => {
  const notebook = jupyterapp.shell.currentWidget.content;
  notebook.mode = "command";
  notebook.activeCellIndex = place;
  notebook.activeCell.node.focus();
}"""
# What a person with a screen reader hears of the focused element: its label, or its own words.
FOCUSED_NAME = """() => {
  const e = document.activeElement;
  const label = e.labels && e.labels.length ? e.labels[0].textContent : "";
  return (e.getAttribute("aria-label") || label || e.textContent || "").trim();
}"""


class Watch:
    """Collects what a page should not do: console errors, page errors, foreign requests."""

    def __init__(self, page: Page):
        self.complaints: list[str] = []
        self.outside: list[str] = []
        self._listen(page)

    def _listen(self, page: Page) -> None:
        page.on("console", self._console)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("request", lambda request: self._address(request.url))
        page.on("websocket", lambda socket: self._address(socket.url))
        page.on("popup", self._listen)

    def _console(self, message) -> None:
        if message.type == "error":
            self.complaints.append(f"{message.text} [{(message.location or {}).get('url', '')}]")

    def _address(self, url: str) -> None:
        address = urlsplit(url)
        if address.scheme not in ("data", "blob", "about") and address.hostname not in LOCAL:
            self.outside.append(url)

    def assert_quiet(self) -> None:
        """Fail if anything was collected."""
        assert not self.complaints, self.complaints
        assert not self.outside, self.outside


@functools.cache
def usual_context(browser: Browser) -> BrowserContext:
    """One context for all pages that wish nothing else: it keeps JupyterLab's scripts compiled."""
    return browser.new_context()


class NotebookPage:
    """One notebook of a server, opened in a page of its own; its kernel is ready.

    `more`: options of a browser context, which the page then has for itself.
    """

    def __init__(
        self, browser: Browser, server, notebook: str, width: int = 1280, height: int = 1000, **more
    ):
        self._own = browser.new_context(**more) if more else None
        self.page: Page = (self._own or usual_context(browser)).new_page()
        self.page.set_default_timeout(TIMEOUT_MS)
        self.page.set_viewport_size({"width": width, "height": height})
        self.watch = Watch(self.page)
        self.page.goto(server.address(notebook))
        self.shown(server.course / notebook)

    def shown(self, file: Path) -> None:
        """Wait until this notebook is in front and its kernel answers."""
        cells = json.loads(file.read_text(encoding="utf-8"))["cells"]
        self.ids = [cell["id"] for cell in cells]
        tab = self.page.locator("#jp-main-dock-panel .lm-TabBar-tab.jp-mod-current")
        expect(tab).to_have_text(file.name)
        expect(self.page.locator(f"{PANEL} .jp-Cell")).to_have_count(len(cells))
        self.idle()
        if any(cell["metadata"].get("jupyter", {}).get("source_hidden") for cell in cells):
            # A folded cell does not show its number, by which these tests see that it has run.
            self.page.get_by_role("menuitem", name="View", exact=True).click()
            self.page.get_by_role("menuitem", name="Expand All Code", exact=True).click()

    def idle(self) -> None:
        """Wait until there is a kernel (without one, Run All does nothing) and it has nothing to do."""
        kernel = self.page.locator("#jp-bottom-panel [title^='Change kernel']")
        expect(kernel).to_have_text("Python 3 (ipykernel) | Idle")

    def cell(self, cell_id: str) -> Locator:
        """One cell with its output, found by the id it has in the file."""
        return self.page.locator(f"{PANEL} .jp-Cell").nth(self.ids.index(cell_id))

    def output(self, cell_id: str) -> Locator:
        """The output of one cell."""
        return self.cell(cell_id).locator(".jp-Cell-outputArea")

    def run_all(self, wait: bool = True) -> None:
        """Run, Run All Cells; returns when all code cells have finished, unless told not to wait."""
        self.page.get_by_role("menuitem", name="Run", exact=True).click()
        self.page.get_by_role("menuitem", name="Run All Cells", exact=True).click()
        if wait:
            self.finished()

    def finished(self) -> None:
        """Wait until every code cell has run, those with a folded input too."""
        ran = f"() => {CODE}.every(cell => cell.executionCount)"
        self.page.wait_for_function(ran, timeout=LESSON_MS)
        self.idle()

    def run(self, *cell_ids: str) -> None:
        """Run single cells by keyboard: go there, Ctrl+Enter, wait for the number."""
        for cell_id in cell_ids:
            self.select(cell_id)
            self.page.keyboard.press("Control+Enter")
            self.page.wait_for_function(
                f"id => {CODE}.find(cell => cell.id === id).executionCount", arg=cell_id
            )
        self.idle()

    def select(self, cell_id: str) -> None:
        """Make a cell the active one by arrow keys, in command mode."""
        self.page.keyboard.press("Escape")
        wanted = self.ids.index(cell_id)
        active = self.page.locator(f"{PANEL} .jp-Cell.jp-mod-active")
        for _ in self.ids:
            here = active.evaluate("e => [...e.parentNode.querySelectorAll('.jp-Cell')].indexOf(e)")
            if here == wanted:
                return
            self.page.keyboard.press("ArrowDown" if here < wanted else "ArrowUp")
        raise AssertionError(f"arrow keys do not lead to the cell {cell_id!r}")

    def enter(self, cell_id: str) -> None:
        """Give a cell the focus, so that Tab goes on from there."""
        self.page.evaluate(ENTER, self.ids.index(cell_id))

    def resize(self, width: int) -> None:
        """Make the window so wide, and wait until the notebook has the new width."""
        self.page.set_viewport_size({"width": width, "height": 1000})
        self.page.wait_for_function(
            "([panel, width]) => document.querySelector(panel).getBoundingClientRect().right <= width",
            arg=[PANEL, width],
        )

    def tab_to(self, name: str) -> None:
        """Press Tab until the control of this name has the focus."""
        heard = []
        for _ in range(MOST_TABS):
            self.page.keyboard.press("Tab")
            heard.append(self.page.evaluate(FOCUSED_NAME))
            if heard[-1] == name:
                return
        raise AssertionError(f"Tab never reaches {name!r}; it went through {heard}")

    def errors(self) -> list[str]:
        """Every error and every warning that stands in an output."""
        said = ":is([data-mime-type*=error], [data-mime-type$=stderr])"
        return self.page.locator(f"{PANEL} .jp-OutputArea {said}").all_inner_texts()

    def close(self) -> None:
        """Close the page; its kernel lives on, as it does for a learner."""
        self.page.close()
        if self._own:
            self._own.close()
