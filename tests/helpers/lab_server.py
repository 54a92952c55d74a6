"""A real JupyterLab for the browser tests, started by the course's own command on a copy of the course."""

import json
import os
import re
import secrets
import shutil
import subprocess
import sys
import time
import urllib.request
from dataclasses import dataclass
from pathlib import Path
from urllib.error import URLError

import shorter
from ports import free_port

COURSE = Path(__file__).parents[2]
# What a learner works with; JupyterLab saves notebooks, so it must never get the originals.
COPIED = ("lessons", "seeds", "locale", "exercises")
START_S = 120
PORT_TAKEN = re.compile("taken|in use|not available")


def copy_course(target: Path, names: tuple[str, ...] = COPIED) -> None:
    """Put fresh copies of the course's folders and files into `target`."""
    target.mkdir(exist_ok=True)
    for name in names:
        source = COURSE / name
        if source.is_file():
            shutil.copy(source, target / name)
            continue
        shutil.rmtree(target / name, ignore_errors=True)
        shutil.copytree(source, target / name, ignore=shutil.ignore_patterns(".ipynb_checkpoints"))
    if "lessons" in names:
        shorter.shorten_all(target / "lessons")


def environment(folder: Path, **more: str) -> dict[str, str]:
    """An environment whose home, course, settings and runtime folders lie in `folder`."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("ANUMAN_", "JUPYTER"))}
    own = {
        "HOME": folder,
        "ANUMAN_HOME": folder / "anuman",
        "ANUMAN_COURSE": folder / "course",
        "JUPYTER_CONFIG_DIR": folder / "config",
        "JUPYTER_DATA_DIR": folder / "data",
        "JUPYTER_RUNTIME_DIR": folder / "runtime",
        "JUPYTERLAB_SETTINGS_DIR": folder / "settings",
        "JUPYTERLAB_WORKSPACES_DIR": folder / "workspaces",
        "IPYTHONDIR": folder / "ipython",
    }
    return {**kept, **{name: str(path) for name, path in own.items()}, **more}


@dataclass
class LabServer:
    """A running server: its address, its token, its folder (with course/ and anuman/) and its process."""

    url: str
    token: str
    folder: Path
    process: subprocess.Popen

    @property
    def course(self) -> Path:
        """The copy of the course that this server shows."""
        return self.folder / "course"

    def address(self, notebook: str) -> str:
        """Address that opens one notebook of the course in a fresh workspace."""
        workspace = secrets.token_hex(4)
        return f"{self.url}/lab/workspaces/{workspace}/tree/{notebook}?token={self.token}"

    def call(self, path: str, method: str = "GET", timeout: float = 30) -> object:
        """Ask the server's own API; gives the decoded JSON, None for an empty answer."""
        request = urllib.request.Request(f"{self.url}/api/{path}", method=method)
        request.add_header("Authorization", f"token {self.token}")
        with urllib.request.urlopen(request, timeout=timeout) as answer:
            content = answer.read()
        return json.loads(content) if content else None

    def theme(self, name: str) -> None:
        """Choose "JupyterLab Light" or "JupyterLab Dark" for pages opened from now on."""
        chosen = self.folder / "settings/@jupyterlab/apputils-extension/themes.jupyterlab-settings"
        chosen.parent.mkdir(parents=True, exist_ok=True)
        chosen.write_text(json.dumps({"theme": name}))

    def end_kernels(self) -> None:
        """Shut every running notebook down."""
        for session in self.call("sessions"):
            self.call(f"sessions/{session['id']}", "DELETE")

    def refresh(self) -> None:
        """Back to an untouched course and a learner without records."""
        self.end_kernels()
        copy_course(self.course)
        shutil.rmtree(self.folder / "anuman", ignore_errors=True)

    def stop(self) -> None:
        """End the server and its kernels."""
        self.process.terminate()
        try:
            self.process.wait(30)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


def start(folder: Path, command: list[str] | None = None, **more: str) -> LabServer:
    """Start `anuman lab` (or `command`, which gets --no-browser and --port too) on folder/course.

    Whoever takes the port first keeps it: then another one is tried.
    """
    log = folder / "lab.log"
    for _ in range(3):
        server = _launched(folder, command, log, more)
        deadline = time.monotonic() + START_S
        while server.process.poll() is None and time.monotonic() < deadline:
            try:
                server.call("status", timeout=5)
                return server
            except (URLError, OSError):
                time.sleep(0.1)
        server.stop()
        if not PORT_TAKEN.search(log.read_text()):
            break
    raise RuntimeError(f"JupyterLab did not start:\n{log.read_text()}")


def _launched(folder: Path, command: list[str] | None, log: Path, more: dict) -> LabServer:
    port, token = free_port(), secrets.token_hex(16)
    settings = folder / "config" / "jupyter_lab_config.json"
    settings.parent.mkdir(exist_ok=True)
    settings.write_text(json.dumps({"LabApp": {"expose_app_in_browser": True}}))
    words = command or [sys.executable, "-m", "anuman.cli", "lab"]
    with log.open("w") as output:
        process = subprocess.Popen(
            [*words, "--no-browser", "--port", str(port)],
            cwd=folder / "course",
            env=environment(folder, JUPYTER_TOKEN=token, **more),
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    return LabServer(f"http://127.0.0.1:{port}", token, folder, process)
