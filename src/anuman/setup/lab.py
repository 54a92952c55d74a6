"""Open the course in the environment's own JupyterLab."""

import difflib
import os
import socket
import subprocess
import sys
from pathlib import Path
from urllib.parse import quote

from ..language import UnknownLanguage, _, language
from ..paths import course_root
from .environment import child_environment

FIRST = "00-start-here"


class BadLesson(ValueError):
    """No lesson has this name."""


def lesson(root: Path, name: str, language: str) -> Path:
    """Notebook of a lesson, relative to the course root; English where the language has none yet."""
    stem = name.removesuffix(".ipynb")
    names = sorted(file.stem for file in (root / "lessons").glob("*.ipynb"))
    if stem not in names:
        near = difflib.get_close_matches(stem, names, n=3) or names
        raise BadLesson(
            _("there is no lesson {name!r}. Try: {near}").format(name=name, near=", ".join(near))
        )
    folders = ("lessons/hi", "lessons") if language == "hi" else ("lessons",)
    files = [Path(folder, f"{stem}.ipynb") for folder in folders]
    return next(file for file in files if (root / file).is_file())


def taken(port: int) -> bool:
    """Whether another program listens on this port of this computer."""
    with socket.socket() as listener:
        if (
            os.name != "nt"
        ):  # a port that was just let go is free; on Windows the flag means something else
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind(("127.0.0.1", port))
        except OSError:
            return True
    return False


def command(root: Path, notebook: Path, browser: bool, port: int | None) -> list[str]:
    """The command that starts JupyterLab with a notebook open."""
    words = [sys.executable, "-m", "jupyterlab", f"--ServerApp.root_dir={root}"]
    words += [f"--LabApp.default_url=/lab/tree/{quote(notebook.as_posix())}"]
    words += ["--Application.log_level=WARN"]
    if port is not None:
        words += [f"--ServerApp.port={port}", "--ServerApp.port_retries=0"]
    if not browser:
        words += ["--no-browser"]
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        words += ["--allow-root"]
    return words


def run(name: str | None, browser: bool, port: int | None) -> int:
    """Start JupyterLab and stay until it ends; 2 when the lesson or the port is no good."""
    root = course_root()
    try:
        notebook = lesson(root, name or FIRST, language())
    except (BadLesson, UnknownLanguage) as error:
        print(f"anuman lab: {error}", file=sys.stderr)
        return 2
    if port is not None and not 0 < port < 65536:
        sentence = _("{port} is not a port; take one of 1024 to 65535.").format(port=port)
        print(f"anuman lab: {sentence}", file=sys.stderr)
        return 2
    if port is not None and taken(port):
        sentence = _(
            "port {port} is taken, perhaps by a JupyterLab that is still open. Close that one, "
            "take another number, or leave --port out."
        ).format(port=port)
        print(f"anuman lab: {sentence}", file=sys.stderr)
        return 1
    sentence = _("Starting JupyterLab with {notebook}; Ctrl-C twice ends it.")
    print(sentence.format(notebook=notebook.as_posix()), flush=True)
    words, environment = command(root, notebook, browser, port), child_environment()
    if os.name != "nt":  # signals reach JupyterLab itself
        os.chdir(root)
        os.execve(words[0], words, environment)
    with subprocess.Popen(words, env=environment, cwd=root) as process:
        while True:
            try:
                return process.wait()
            except KeyboardInterrupt:  # JupyterLab got it too and asks whether to end
                continue
