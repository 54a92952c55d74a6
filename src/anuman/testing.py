"""Run the project's tests, with a browser for those that need one."""

import importlib.util
import subprocess
import sys

from .paths import course_root
from .setup import browser
from .setup.environment import child_environment


def run(pytest_args: list[str]) -> int:
    """Run pytest in the course root; returns its exit status."""
    if importlib.util.find_spec("pytest") is None:
        print("anuman test: pytest is missing. `python3 start.py test` installs it.")
        return 1
    if not (browser.find() or browser.chosen() or browser.install()):
        then = "FAIL" if browser.required() else "are SKIPPED"
        print(f"NO BROWSER: the browser tests {then}; {browser.remedy()}", file=sys.stderr)
    words = [sys.executable, "-m", "pytest", *pytest_args]
    return subprocess.call(words, cwd=course_root(), env=child_environment())
