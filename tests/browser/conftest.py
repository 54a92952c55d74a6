"""A browser and a JupyterLab for the tests of this folder."""

import lab_server
import pytest
from playwright.sync_api import sync_playwright

from anuman.setup import browser


@pytest.fixture(scope="module")
def chromium(chromium_path):
    """A running headless browser; ended with the module, since its event loop would disturb others."""
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=chromium_path, args=[*browser.FLAGS])
        yield running
        running.close()


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    """A JupyterLab on a copy of the course."""
    folder = tmp_path_factory.mktemp("lab")
    lab_server.copy_course(folder / "course")
    running = lab_server.start(folder)
    yield running
    running.stop()


@pytest.fixture
def lab(server):
    """The same, with an untouched course, no kernel and no records of the learner's."""
    server.refresh()
    return server


@pytest.fixture(params=["en", "hi"])
def language(request, monkeypatch):
    """The language that a test looks at the lessons in, and in which `_` speaks here."""
    monkeypatch.setenv("ANUMAN_LANG", request.param)
    return request.param
