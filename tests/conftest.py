"""What several test modules share: where each test runs, and beside what; the browser, the larger model."""

import contextlib
import os
import signal
from pathlib import Path

import pytest
from hypothesis import settings

from anuman.lm import smollm2
from anuman.setup import browser

# A busy computer must not fail a test, and a check of a change finds the same twice.
settings.register_profile("patient", deadline=None, derandomize="CI" in os.environ)
settings.load_profile("patient")

# The long ones, in the order in which they start; --quick leaves them out.
LONG = ("browser", "environment", "classroom", "lesson", "slow")


def pytest_addoption(parser):
    text = "leave out tests that need a browser, set up an environment, grade a class, run a whole lesson or compute for long"
    parser.addoption("--quick", action="store_true", help=text)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config, items):
    """Long tests first, those that must be alone last; what shares a fixture goes to one worker."""
    if config.option.quick:
        left_out = [item for item in items if is_long(item)]
        items[:] = [item for item in items if not is_long(item)]
        config.hook.pytest_deselected(items=left_out)
    items.sort(key=place)
    for item in items:
        if item.get_closest_marker("alone"):
            item.add_marker(pytest.mark.xdist_group("alone"), append=False)
        elif not item.get_closest_marker("xdist_group") and (not is_long(item) or shares(item)):
            item.add_marker(pytest.mark.xdist_group(item.nodeid.partition("::")[0]))


def is_long(item) -> bool:
    """Whether --quick leaves this test out."""
    return any(item.get_closest_marker(name) for name in LONG)


def place(item) -> int:
    """What starts earlier has a smaller number."""
    if item.get_closest_marker("alone"):
        return len(LONG) + 1
    return next((n for n, name in enumerate(LONG) if item.get_closest_marker(name)), len(LONG))


def shares(item) -> bool:
    """Whether this test has a fixture in common with others of its module."""
    fixtures = [made[-1] for made in item._fixtureinfo.name2fixturedefs.values()]
    return any(fixture.scope == "module" for fixture in fixtures)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item):
    """A test that is marked "alone" waits for those of other workers, and they wait for it."""
    if not hasattr(item.config, "workerinput"):
        return (yield)
    run = Path(item.config.option.basetemp).parent
    with locked_room(run, alone=item.get_closest_marker("alone") is not None):
        return (yield)


@contextlib.contextmanager
def locked_room(folder: Path, alone: bool):
    """Hold a place in a room that has room for one who must be alone, or for any others."""
    import fcntl  # only POSIX has workers, see anuman.testing

    with open(folder / "door", "a+") as door, open(folder / "room", "a+") as room:
        fcntl.lockf(door, fcntl.LOCK_EX)  # whoever waits in the door keeps others from overtaking
        fcntl.lockf(room, fcntl.LOCK_EX if alone else fcntl.LOCK_SH)
        if not alone:
            fcntl.lockf(door, fcntl.LOCK_UN)
        yield  # closing the files ends what is held


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
