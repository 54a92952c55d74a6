"""Run the project's tests on every core, with a browser for those that need one."""

import importlib.util
import os
import shutil
import subprocess
import sys
import tempfile

import psutil

from .paths import course_root
from .setup import browser
from .setup.environment import child_environment

DISK = 3e9  # bytes that the tests may take of the folder for temporary files
SHARED = ("--dist", "loadgroup", "--no-loadscope-reorder")  # by the groups and order of conftest.py
MEMORY = 2e9  # bytes for one worker: a browser, a JupyterLab and its kernels


def run(pytest_args: list[str]) -> int:
    """Run pytest in the course root; returns its exit status.

    The whole suite, and --quick, use every core. Arguments that choose tests are run in one process.
    """
    if importlib.util.find_spec("pytest") is None:
        print("anuman test: pytest is missing. `python3 start.py test` installs it.")
        return 1
    place = tempfile.gettempdir()
    if (free := shutil.disk_usage(place).free) < DISK:
        print(
            f"anuman test: {place} has {free / 1e9:.1f} GB free and the tests need {DISK / 1e9:.0f} GB: "
            "make room there, or name a folder on another disk with TMPDIR.",
            file=sys.stderr,
        )
        return 1
    quick = "--quick" in pytest_args
    if not (quick or browser.find() or browser.chosen() or browser.install()):
        then = "FAIL" if browser.required() else "are SKIPPED"
        print(f"NO BROWSER: the browser tests {then}; {browser.remedy()}", file=sys.stderr)
    words = [sys.executable, "-m", "pytest", *pytest_args]
    if all(word.startswith("-") for word in pytest_args):
        words[3:3] = ["-n", str(workers(waiting=not quick)), *SHARED]
    with tempfile.TemporaryDirectory(prefix="anuman-test-", ignore_cleanup_errors=True) as scratch:
        os.chmod(scratch, 0o755)  # some tests grade as another user
        environment = child_environment() | dict.fromkeys(("TMPDIR", "TEMP", "TMP"), scratch)
        status = _wait_for(words, environment)
        if status and shutil.disk_usage(scratch).free < DISK / 100:
            print(f"anuman test: the disk of {place} is FULL: make room there.", file=sys.stderr)
    return status


def workers(waiting: bool) -> int:
    """Processes that share the tests: the cores and the memory decide; 0: no sharing.

    waiting: one more than there are cores, where many tests wait for a browser or a time limit.
    """
    if os.name == "nt":  # a test that must be alone is kept so by locks that Windows lacks
        return 0
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    most = min((cores or 1) + waiting, int(psutil.virtual_memory().available / MEMORY))
    return most if most > 1 else 0


def _wait_for(words: list[str], environment: dict[str, str]) -> int:
    """Exit status of the command; Ctrl-C reached it too, and it ends what its tests have started."""
    with subprocess.Popen(words, cwd=course_root(), env=environment) as process:
        while True:
            try:
                return process.wait()
            except KeyboardInterrupt:
                print("\nanuman test: stopping what the tests have started ...", file=sys.stderr)
