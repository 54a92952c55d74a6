"""A Chromium for the browser tests: find one that starts, or get one."""

import importlib.util
import os
import shutil
import subprocess
import sys
import tempfile
from functools import cache
from pathlib import Path

from ..language import _

NAMES = (
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
    "chrome",
    "microsoft-edge",
    "microsoft-edge-stable",
    "msedge",
)
MAC = ("Google Chrome", "Chromium", "Microsoft Edge")
WINDOWS = (r"Google\Chrome\Application\chrome.exe", r"Microsoft\Edge\Application\msedge.exe")
# Without these a fresh profile phones home and asks questions.
FLAGS = (
    "--headless",
    "--no-sandbox",  # root has none; the tests only open pages of this computer
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
PAGE = "data:text/html,<p>shown</p>"
OWN = """
from playwright.sync_api import sync_playwright
with sync_playwright() as p:
    print(p.chromium.executable_path)
"""
DRIVE = """
import sys
from playwright.sync_api import sync_playwright
with sync_playwright() as p:
    browser = p.chromium.launch(executable_path=sys.argv[1], args=sys.argv[3:])
    page = browser.new_page()
    page.goto(sys.argv[2])
    print(page.inner_text("p"))
    browser.close()
"""
DEBIAN = ["chromium", "fonts-noto-core", "libatomic1"]  # Playwright's own program needs the last


def required() -> bool:
    """Whether a missing browser is a failure: in CI, and when ANUMAN_BROWSER is set."""
    in_ci = os.environ.get("CI", "").lower() not in ("", "0", "false")
    return in_ci or bool(os.environ.get("ANUMAN_BROWSER"))


def chosen() -> str | None:
    """The browser that ANUMAN_BROWSER=PATH names (the value "required" names none)."""
    value = os.environ.get("ANUMAN_BROWSER")
    return None if value == "required" else value or None


def starts(path: str) -> bool:
    """Whether this browser really shows a page (a package may be a mere stand-in)."""
    with tempfile.TemporaryDirectory(prefix="anuman-browser-", ignore_cleanup_errors=True) as home:
        if importlib.util.find_spec("playwright"):  # comes with `python3 start.py test`
            words = [sys.executable, "-c", DRIVE, path, PAGE, *FLAGS]
        else:
            words = [path, *FLAGS, f"--user-data-dir={home}", "--dump-dom", PAGE]
        try:
            done = subprocess.run(words, capture_output=True, timeout=60, text=True)
        except (OSError, subprocess.TimeoutExpired):
            return False
    return done.returncode == 0 and "shown" in done.stdout


def _candidates() -> list[str]:
    if path := chosen():
        return [path]
    programs = [path for name in NAMES if (path := shutil.which(name))]
    programs += [f"/Applications/{name}.app/Contents/MacOS/{name}" for name in MAC]
    roots = [os.environ.get(key) for key in ("ProgramFiles", "ProgramFiles(x86)", "LOCALAPPDATA")]
    programs += [str(Path(root, file)) for root in roots if root for file in WINDOWS]
    try:
        words = [sys.executable, "-c", OWN]
        done = subprocess.run(words, capture_output=True, text=True, timeout=60)
        programs += done.stdout.splitlines()[:1]
    except subprocess.TimeoutExpired:
        pass  # a Playwright that does not answer has no browser to offer
    return [path for path in programs if path and Path(path).is_file()]


@cache
def find() -> str | None:
    """Path of a Chromium, Chrome or Edge that starts; None when there is none.

    ANUMAN_BROWSER=PATH names one and rules out all others.
    """
    return next((path for path in _candidates() if starts(path)), None)


def install() -> str | None:
    """Get a Chromium: Playwright's own build, else Debian's when root. Returns its path or None."""
    ways = [[sys.executable, "-m", "playwright", "install", "chromium"]]
    if shutil.which("apt-get") and os.geteuid() == 0:
        quiet = ["env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "-q", "-y"]
        ways += [
            [*quiet, "update"],
            [*quiet, "install", "--no-install-recommends", *DEBIAN],
        ]
    for words in ways:
        print(f"Browser for the tests: {' '.join(words[1:])}", flush=True)
        subprocess.run(words, stdin=subprocess.DEVNULL)  # whether it helped is seen by starting it
        find.cache_clear()
        if path := find():
            return path
    return None


def remedy() -> str:
    """What a person does to get a browser for the tests."""
    if shutil.which("apt-get"):
        return _("install one: {command}").format(command=f"sudo apt install {' '.join(DEBIAN)}")
    return _("install Chrome, Chromium or Edge, or set ANUMAN_BROWSER to the path of one")
