"""What several test modules share."""

import pytest
from hypothesis import settings

from anuman import browser

# A busy computer must not fail a test.
settings.register_profile("patient", deadline=None)
settings.load_profile("patient")


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
