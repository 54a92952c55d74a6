"""What several test modules share."""

import os
import signal
from pathlib import Path

import pytest
from hypothesis import settings

from anuman.lm import smollm2
from anuman.setup import browser

# A busy computer must not fail a test.
settings.register_profile("patient", deadline=None)
settings.load_profile("patient")


@pytest.fixture(scope="session", autouse=True)
def interruptible():
    """Children of the tests obey Ctrl-C, also where a shell's `&` had the test run ignore it."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.fixture(scope="session")
def chromium_path() -> str:
    """Path of a browser that Playwright can drive; without one the test is skipped, in CI it fails."""
    path = browser.find()
    if path is None:
        reason = f"no browser; {browser.remedy()}"
        if browser.required():
            pytest.fail(reason)
        pytest.skip(reason)
    return path


@pytest.fixture(scope="session")
def smollm2_path(tmp_path_factory) -> Path:
    """The larger model's file: this computer's own, else fetched as `anuman lm fetch` does.

    Without a network the test is skipped, in CI it fails.
    """
    if smollm2.installed():
        return smollm2.path()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ANUMAN_HOME", str(tmp_path_factory.mktemp("home")))
        try:
            return smollm2.fetch()
        except smollm2.FetchError as error:
            if os.environ.get("CI", "").lower() not in ("", "0", "false"):
                pytest.fail(f"SmolLM2 could not be fetched: {error}")
            pytest.skip(f"SmolLM2 is not here and could not be fetched: {error}")
