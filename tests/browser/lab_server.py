"""A real JupyterLab for the browser tests, started by the course's own command."""

import os
import secrets
import socket
import subprocess
import sys
import time
import urllib.request
from dataclasses import dataclass
from pathlib import Path
from urllib.error import URLError

COURSE = Path(__file__).parents[2]
START_S = 120


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@dataclass
class LabServer:
    """A running server: its address, its token, the learner's home and what it printed."""

    url: str
    token: str
    home: Path
    log: Path
    process: subprocess.Popen

    def address(self, notebook: str) -> str:
        """Address that opens one notebook of the course in a fresh workspace."""
        workspace = secrets.token_hex(4)
        return f"{self.url}/lab/workspaces/{workspace}/tree/{notebook}?token={self.token}"

    def stop(self) -> None:
        self.process.terminate()
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.process.kill()


def start(folder: Path, **environment: str) -> LabServer:
    """Start `anuman lab` on a free port with its own home, settings and runtime folders."""
    port, token, log = free_port(), secrets.token_hex(16), folder / "lab.log"
    env = {
        **os.environ,
        "HOME": str(folder),
        "ANUMAN_HOME": str(folder / "anuman"),
        "JUPYTER_TOKEN": token,
        "JUPYTER_CONFIG_DIR": str(folder / "config"),
        "JUPYTER_DATA_DIR": str(folder / "data"),
        "JUPYTER_RUNTIME_DIR": str(folder / "runtime"),
        "JUPYTERLAB_SETTINGS_DIR": str(folder / "settings"),
        "JUPYTERLAB_WORKSPACES_DIR": str(folder / "workspaces"),
        **environment,
    }
    command = [sys.executable, "-m", "anuman.cli", "lab", "--no-browser", "--port", str(port)]
    with log.open("w") as output:
        process = subprocess.Popen(
            command, cwd=COURSE, env=env, stdout=output, stderr=subprocess.STDOUT
        )
    server = LabServer(f"http://127.0.0.1:{port}", token, folder / "anuman", log, process)
    for _ in range(START_S * 5):
        if process.poll() is not None:
            break
        try:
            urllib.request.urlopen(f"{server.url}/api/status?token={token}", timeout=5)
            return server
        except (URLError, OSError):
            time.sleep(0.2)
    server.stop()
    raise RuntimeError(f"JupyterLab did not start:\n{log.read_text()}")
