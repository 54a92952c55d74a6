#!/usr/bin/env python3
"""Open the course: set up .venv when that is needed, then run `anuman ARGS` in it."""

# Standard library only, and the syntax of Python 3.8: an older Python must be able to read this
# file to say what is missing.
from __future__ import annotations

import contextlib
import gettext
import hashlib
import json
import locale
import os
import shutil
import subprocess
import sys
import time
from itertools import count
from pathlib import Path

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
STATE = VENV / "anuman-setup.json"  # what is installed; written last, so that it is the proof
LOG = VENV / "anuman-setup.log"
WHEELS = ROOT / "wheels"
LOCK, TEST_LOCK = ROOT / "requirements.lock", ROOT / "requirements-test.lock"
MINORS = (13, 12, 11)  # Python 3.x that the lock covers
DISK = 1.5e9  # bytes: .venv (0.5 GB), and what pip keeps and unpacks on the way
WINDOWS = os.name == "nt"
BIN = VENV / ("Scripts" if WINDOWS else "bin")
PYTHON = BIN / ("python.exe" if WINDOWS else "python")
ANUMAN = BIN / ("anuman.exe" if WINDOWS else "anuman")

LANGUAGES = ("en", "hi")


def N_(message: str) -> str:
    """Mark a message that is translated where it is said."""
    return message


USAGE = N_(
    """Open the course: set up .venv when that is needed, then run `anuman ARGS` in it.

    python3 start.py                      open the course in JupyterLab (Windows: py start.py)
    python3 start.py test                 run all tests
    python3 start.py COMMAND ...          any other command; `--help` after setup lists them
    python3 start.py wheels --for win,mac,linux
                                          store the packages for computers without a network
    --lang hi                             in Hindi; without it: ANUMAN_LANG, else the system's

Needs no admin rights and nothing but Python; works again when run twice, then without a network.
If something stays broken, delete the folder .venv and run this again."""
)

PROBE = """
import importlib.util, json, struct, sys, sysconfig
pip = 0
if importlib.util.find_spec("pip"):
    import pip
    pip = float(".".join(pip.__version__.split(".")[:2]))
print(json.dumps({
    "minor": sys.version_info[1] if sys.version_info[0] == 3 else 0,
    "version": "%d.%d.%d" % sys.version_info[:3],
    "usable": sys.implementation.name == "cpython" and struct.calcsize("P") == 8
        and not sysconfig.get_config_var("Py_GIL_DISABLED"),
    "path": getattr(sys, "_base_executable", sys.executable),
    "ensurepip": bool(importlib.util.find_spec("ensurepip") and importlib.util.find_spec("venv")),
    "pip": pip,
}))
"""

# Console scripts hold the absolute path of the interpreter. pip is part of the lock.
REWRITE_SCRIPTS = """
import sys
from importlib.metadata import entry_points
from pip._vendor.distlib.scripts import ScriptMaker
maker = ScriptMaker(None, sys.argv[1])
maker.clobber, maker.variants, maker.set_mode = True, {""}, True
maker.make_multiple(f"{e.name} = {e.value}" for e in entry_points(group="console_scripts"))
"""


class Stop(Exception):
    """Setup cannot go on; the text says why and what to do."""


def say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def language() -> str:
    """The course's language: --lang, else ANUMAN_LANG, else the one that this computer is set to."""
    words = sys.argv[1:]
    asked = [word[len("--lang=") :] for word in words if word.startswith("--lang=")]
    asked += [after for word, after in zip(words, words[1:]) if word == "--lang"]
    system = [os.environ.get(name) for name in ("LC_ALL", "LC_MESSAGES", "LANG")]
    system = next((name for name in system if name), None) or locale.getlocale()[0] or ""
    wanted = [*asked, os.environ.get("ANUMAN_LANG"), "hi" if system.lower()[:2] == "hi" else "en"]
    wanted = next(name for name in wanted if name)
    return wanted if wanted in LANGUAGES else "en"  # `anuman` says what is wrong with another one


def _(message: str) -> str:
    """The message in the language of the course; English where the catalogue is missing."""
    return gettext.translation("anuman", str(ROOT / "locale"), [language()], fallback=True).gettext(
        message
    )


# ---- what the computer has --------------------------------------------------------------------


def clean_environment() -> dict:
    """This process's environment without what would lead another Python astray."""
    astray = ("VIRTUAL_ENV", "CONDA_PREFIX", "PYTHONPATH", "PYTHONHOME", "__PYVENV_LAUNCHER__")
    astray += ("PIP_TARGET", "PIP_PREFIX", "PIP_ROOT", "PIP_CONSTRAINT", "PIP_DRY_RUN")
    environment = {key: value for key, value in os.environ.items() if key not in astray}
    environment.update(PIP_USER="0", PIP_REQUIRE_HASHES="0", PIP_DISABLE_PIP_VERSION_CHECK="1")
    environment["PYTHONUTF8"] = "1"  # a folder's name may not fit the system's encoding
    return environment


def output(*command: str) -> str:
    """Standard output of a command that must succeed; raises OSError or SubprocessError."""
    done = subprocess.run(
        command,
        env=clean_environment(),
        cwd=str(ROOT),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        timeout=60,
        check=True,
    )
    return done.stdout.decode("utf-8", "replace").strip()


def probe(*command: str) -> dict | None:
    """What a Python can do, or None when it does not run (a shim, the Store's stand-in)."""
    try:
        return json.loads(output(*command, "-c", PROBE))
    except (OSError, ValueError, subprocess.SubprocessError):
        return None


def find_uv() -> str | None:
    at_home = [str(Path.home() / part / "bin") for part in (".local", ".cargo")]
    return shutil.which("uv") or shutil.which("uv", path=os.pathsep.join(at_home))


def pythons():
    """Every Python worth asking, the one that runs this file first."""
    yield probe(getattr(sys, "_base_executable", None) or sys.executable)
    names = [f"python3.{minor}" for minor in MINORS] + ["python3", "python"]
    for name in names:
        for folder in os.get_exec_path():
            path = os.path.join(folder, name + (".exe" if WINDOWS else ""))
            if os.access(path, os.X_OK):
                yield probe(path)
    if WINDOWS and shutil.which("py"):
        for minor in MINORS:
            yield probe("py", f"-3.{minor}")


def find_python(minors=MINORS, uv: str | None = None) -> dict | None:
    """A Python of these versions that can be given packages (by uv, its pip or ensurepip).

    Raises Stop when the only fitting one has no way to install packages.
    """
    bare = None
    for found in pythons():
        if found and found["usable"] and found["minor"] in minors:
            if uv or found["ensurepip"] or found["pip"] >= 22.3:  # pip --python is of 22.3
                return found
            bare = bare or found
    if bare:
        raise Stop(
            _(
                "Python {version} is here, but nothing that installs packages. Run this once,"
                " then start.py again:\n\n    {command}"
            ).format(version=bare["version"], command=command_for_pip(bare["minor"]))
        )
    return None


def system() -> tuple:
    """(name, version) of the Linux distribution family, or ("mac", ""), ("windows", "")."""
    if WINDOWS or sys.platform == "darwin":
        return ("windows" if WINDOWS else "mac"), ""
    facts = {}
    with contextlib.suppress(OSError):
        for line in Path("/etc/os-release").read_text(encoding="utf-8").splitlines():
            key, _equals, value = line.partition("=")
            facts[key] = value.strip("\"'")
    names = [facts.get("ID", ""), *facts.get("ID_LIKE", "").split()]
    known = ("ubuntu", "debian", "fedora", "rhel", "arch", "suse", "opensuse")
    return next((name for name in names if name in known), "linux"), facts.get("VERSION_ID", "")


def as_admin(command: str) -> str:
    return command if hasattr(os, "geteuid") and os.geteuid() == 0 else "sudo " + command


def command_for_pip(minor: int) -> str:
    """The one command that gives this Python a pip."""
    name, _version = system()
    if name in ("debian", "ubuntu"):
        default = probe("/usr/bin/python3")
        usual = default is not None and default["minor"] == minor
        return as_admin(f"apt install python3{'' if usual else f'.{minor}'}-venv")
    if name in ("fedora", "rhel"):
        return as_admin("dnf install python3-pip")
    return f"python3.{minor} -m ensurepip --user"


def command_for_python() -> str:
    """The one command that brings a Python of MINORS to this system."""
    name, version = system()
    if name == "windows":
        return "winget install Python.Python.3.13        (then: py start.py)"
    if name == "mac":
        if shutil.which("brew"):
            return "brew install python@3.13"
        return "open https://www.python.org/downloads/        (install Python 3.13)"
    if name == "ubuntu" and version == "22.04":
        return as_admin("apt install python3.11-venv")
    if name in ("fedora", "rhel"):
        return as_admin("dnf install python3.12")
    if name == "arch":
        return as_admin("pacman -S uv")
    if name in ("suse", "opensuse"):
        return as_admin("zypper install python312")
    if sys.version_info > (3, 13) and name in ("debian", "ubuntu"):
        return as_admin("apt install pipx") + " && pipx install uv"
    return "python3 -m pip install --user uv"


# ---- what is set up -----------------------------------------------------------------------------


def digest(path: Path) -> str:
    # The line ends must not matter: git on Windows may change them.
    return hashlib.sha256(path.read_bytes().replace(b"\r\n", b"\n")).hexdigest()


def root() -> str:
    """The course folder's name, the same in every locale."""
    return os.fsencode(str(ROOT)).decode("utf-8", "replace")


def wanted(tests: bool) -> dict:
    """What a finished setup of this folder holds."""
    state = {"stage": "ready", "root": root(), "lock": digest(LOCK)}
    state["project"] = digest(ROOT / "pyproject.toml")
    if tests:
        state["tests"] = digest(TEST_LOCK)
    return state


def read_state() -> dict:
    """What .venv says of itself; empty when it says nothing readable."""
    try:
        state = json.loads(STATE.read_text(encoding="utf-8"))
        return state if isinstance(state, dict) else {}
    except (OSError, ValueError):
        return {}


def write_state(state: dict) -> None:
    VENV.mkdir(exist_ok=True)
    fresh = STATE.with_suffix(".new")
    fresh.write_text(json.dumps(state, indent=1), encoding="utf-8")
    os.replace(str(fresh), str(STATE))


def venv_minor(code: str = "") -> int:
    """Minor version of .venv's Python after running `code`; 0 when that fails."""
    try:
        return int(output(str(PYTHON), "-c", code + "\nimport sys; print(sys.version_info[1])"))
    except (OSError, ValueError, subprocess.SubprocessError):
        return 0


def ready(tests: bool) -> bool:
    state = read_state()
    as_wanted = all(state.get(key) == value for key, value in wanted(tests).items())
    return as_wanted and ANUMAN.exists() and venv_minor("import anuman") == state.get("minor")


# ---- setting up ---------------------------------------------------------------------------------


@contextlib.contextmanager
def alone():
    """Hold the setup lock, so that two starts at the same moment do not write one .venv."""
    with open(str(ROOT / ".venv.lock"), "a") as handle:
        told = False
        while True:
            try:
                if WINDOWS:
                    import msvcrt

                    msvcrt.locking(handle.fileno(), msvcrt.LK_NBLCK, 1)
                else:
                    import fcntl

                    fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except (BlockingIOError, PermissionError):
                if not told:
                    say(_("Another start.py is setting this course up; waiting for it."))
                told = True
                time.sleep(0.5)
            except OSError as error:  # some network drives know no locks
                said = _("This drive has no file locks ({error}): do not start twice at once.")
                say(said.format(error=error))
                break
        yield


def make_venv(python: dict | None, uv: str | None) -> None:
    """Make or renew .venv around a Python; packages already in it stay."""
    if python is None:
        say(_("Asking uv for Python 3.13, 3.12 or 3.11 ..."))
        versions = ">=3.11,<3.14"
        command = [uv, "venv", "--no-project", "--allow-existing", "--python", versions, str(VENV)]
    else:
        for old in BIN.glob("python*"):  # links to an interpreter that is gone are not replaced
            old.unlink()
        command = [python["path"], "-m", "venv", str(VENV)]
        if uv or python["pip"] >= 22.3:
            command.insert(3, "--without-pip")
    done = subprocess.call(command, env=clean_environment(), cwd=str(ROOT)) == 0
    if done and venv_minor():
        return
    if python is None:
        raise Stop(_("uv has no such Python (its message is above): install Python 3.13 yourself."))
    raise Stop(
        _(
            "{python} could not make the folder .venv (its message is above). This usually"
            " helps; run it once, then start.py again:\n\n    {command}"
        ).format(python=python["path"], command=command_for_pip(python["minor"]))
    )


def prepare_python(uv: str | None) -> dict:
    """See to a .venv whose Python runs; returns its state so far."""
    state, minor = read_state(), venv_minor()
    if VENV.exists() and not state:
        if minor in MINORS:
            say(_("Using the .venv that is here already."))
            return {"stage": "updating", "minor": minor}
        aside = next(
            path for path in (ROOT / f".venv-old-{n}" for n in count(1)) if not path.exists()
        )
        say(
            _("The .venv that is here does not run; it is now called {name}.").format(
                name=aside.name
            )
        )
        VENV.rename(aside)
    elif state.get("stage") == "making":
        say(_("An earlier setup was stopped half way; starting afresh."))
        shutil.rmtree(str(VENV))
    elif state and (minor != state.get("minor") or state.get("root") != root()):
        if repair(state, minor, uv):
            return state
        say(_("Repair is not possible; starting afresh."))
        shutil.rmtree(str(VENV))
    elif state:
        return state
    python = find_python(MINORS, uv)
    if python is None and uv is None:
        raise Stop(
            _(
                "The course needs Python 3.11, 3.12 or 3.13 (64 bit); this is {version}. Run this"
                " once, then start.py again:\n\n    {command}"
            ).format(version=".".join(map(str, sys.version_info[:2])), command=command_for_python())
        )
    write_state({"stage": "making"})
    if python:
        say(_("Making .venv with Python {version} ...").format(version=python["version"]))
    else:
        say(_("Making .venv with a Python from uv ..."))
    make_venv(python, uv)
    return {"stage": "making", "minor": venv_minor()}


def repair(state: dict, minor: int, uv: str | None) -> bool:
    """Fit .venv to its new place or a new interpreter of the same version, without a network."""
    say(_("The folder was moved, or the Python that .venv stands on is gone; repairing .venv."))
    same = probe(str(PYTHON)) if minor == state.get("minor") else None
    same = same or find_python((state.get("minor"),), uv)
    if same is None:
        said = _("Its Python 3.{minor} is not on this computer any more.")
        say(said.format(minor=state.get("minor")))
        return False
    make_venv(same, uv)
    try:
        output(str(PYTHON), "-c", REWRITE_SCRIPTS, str(BIN))
    except subprocess.SubprocessError:
        return False
    state.update(root=root(), project=None)
    return True


def pip_command() -> list:
    """pip for .venv: its own, else that of a Python of the same version, told to work there."""
    if venv_minor("import pip"):
        return [str(PYTHON), "-m", "pip"]
    minor = venv_minor()  # an older Python's pip need not run on a newer one
    for found in pythons():
        if found and found["minor"] == minor and found["pip"] >= 22.3:
            return [found["path"], "-m", "pip", "--python", str(PYTHON)]
    return []


def install_packages(lock: Path, uv: str | None, again: bool) -> None:
    """Install exactly what the lock says: from wheels/ when complete, else by the usual index."""
    # Only ready-made packages: a source package would fetch build tools that no hash holds.
    what = ["--require-hashes", "--only-binary", ":all:", "-r", str(lock)]
    sources = [["--no-index", "--find-links", str(WHEELS)]] if WHEELS.is_dir() else []
    problem = _(
        "uv could not install the packages (see above) and there is no pip. Is there a network?"
    )
    for source in [*sources, []]:
        if source:
            say(_("Installing from the folder wheels, without a network."))
        if uv:
            force = ["--reinstall"] if again else []
            command = [uv, "pip", "install", "--python", str(PYTHON), "--compile-bytecode"]
            command += force + what + source + ([] if sys.stderr.isatty() else ["--quiet"])
            if subprocess.call(command, env=clean_environment(), cwd=str(ROOT)) == 0:
                return
            say(_("uv did not manage (its message is above)."))
        pip = pip_command()
        if pip:
            command = [*pip, "install", "--no-input", "--no-warn-script-location"]
            command += ["--progress-bar", "off"] + (["--force-reinstall"] if again else [])
            status, lines = run_pip(command + what + source, lock)
            if status == 0:
                return
            problem = why(lines)
            if source:
                said = _("The folder wheels does not do ({reason}); trying the network.")
                say(said.format(reason=last_error(lines)))
    raise Stop(problem)


def run_pip(command: list, lock: Path) -> tuple:
    """Run pip, show how far it is; returns its exit status and what it said."""
    total = sum("==" in line for line in lock.read_text(encoding="utf-8").splitlines())
    seen, lines, terminal = 0, [], sys.stderr.isatty()
    pipes = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.STDOUT}
    with subprocess.Popen(command, env=clean_environment(), cwd=str(ROOT), **pipes) as process:
        for raw in process.stdout:
            lines.append(raw.decode("utf-8", "replace").rstrip())
            first, _space, rest = lines[-1].strip().partition(" ")
            if first == "Ignoring":  # of another system
                total -= 1
            elif first in ("Collecting", "Processing"):
                seen += 1
                name = rest.split(" ")[0].split("==")[0]  # a requirement or a file
                name = Path(name).name.split("-")[0] if name.endswith(".whl") else name
                text = _("  package {seen} of {total}: {name}")
                text = text.format(seen=seen, total=total, name=name)
                if terminal:
                    print(f"\r{text:<60}", end="", file=sys.stderr, flush=True)
                elif seen % 20 == 0:
                    say(text)
            elif lines[-1].startswith("Installing collected packages") and seen:
                say(("\n" if terminal else "") + _("  Everything is here; unpacking it ..."))
    with open(str(LOG), "a", encoding="utf-8") as log:
        log.write("\n".join(lines) + "\n")
    return process.wait(), lines


def last_error(lines: list) -> str:
    errors = [line for line in lines if line.startswith("ERROR:")]
    return errors[-1][len("ERROR:") :].strip() if errors else _("pip gave no reason")


def why(lines: list) -> str:
    """What pip's failure means and what to do about it."""
    text = "\n".join(lines)
    details = "\n" + _("(pip's own words are in {file})").format(file=LOG)
    if "No space left" in text:
        return _(
            "The disk is full: the course needs 0.5 GB. Free some space and run start.py again."
        )
    if "DO NOT MATCH THE HASHES" in text:
        return (
            _(
                "A package that arrived is not the one that was asked for; nothing was installed."
                " Run start.py again, in another network if it stays so."
            )
            + details
        )
    network = ("NewConnectionError", "NameResolutionError", "ConnectTimeoutError", "ProxyError")
    network += ("ReadTimeoutError", "SSLError", "Connection broken", "from versions: none")
    if any(word in text for word in network):
        return (
            _(
                "The packages could not be fetched: there is no way to the package index. The first"
                " run needs a network (about 90 MB), later ones do not. Behind a proxy set"
                " HTTPS_PROXY. Without any network: on another computer that has the course run"
                "\n\n    python3 start.py wheels --for win,mac,linux\n\nand copy the folder wheels it"
                " makes into this course folder, then run start.py here again."
            )
            + details
        )
    said = _("The packages could not be installed: {reason}")
    return said.format(reason=last_error(lines)) + details


def warn_about_place() -> None:
    free = shutil.disk_usage(str(ROOT)).free
    if not VENV.exists() and free < DISK:
        said = _("The course needs {need} GB of free disk, here are {free:.1f} GB.")
        raise Stop(said.format(need=DISK / 1e9, free=free / 1e9))
    if WINDOWS and len(str(ROOT)) > 90:
        say(
            _(
                "Note: this folder's path is long; if setup fails, move the course to e.g. C:\\anuman."
            )
        )
    if WINDOWS and "onedrive" in str(ROOT).lower():
        say(_("Note: OneDrive locks files while it copies them; a folder outside it is safer."))


def set_up(tests: bool) -> None:
    """Bring .venv to the wanted state, doing only what is missing."""
    warn_about_place()
    uv = find_uv()
    if not VENV.exists():
        say(_("Setting up the course, once: about 90 MB to fetch, a few minutes."))
    state, goal = prepare_python(uv), wanted(tests)
    stage = state["stage"]
    key, lock = ("tests", TEST_LOCK) if tests else ("lock", LOCK)
    if state.get(key) != goal[key]:
        say(_("Installing what the tests need ...") if tests else _("Installing the packages ..."))
        write_state(dict(state, stage="making" if stage == "making" else "updating"))
        try:
            install_packages(lock, uv, again=stage == "updating")
        except Stop as problem:
            if stage != "ready" or tests:
                if stage == "ready":
                    write_state(state)
                raise
            say(f"{problem}\n\n" + _("Going on with the packages of the last setup."))
            goal["lock"] = state["lock"]
    linked = ANUMAN.exists() and venv_minor("import anuman")
    if state.get("project") != goal["project"] or not linked:
        say(_("Installing the course itself ..."))
        command = [str(PYTHON), "-m", "pip", "install", "--no-input", "--no-index", "--no-deps"]
        command += ["--no-build-isolation", "--no-warn-script-location"]
        status, lines = run_pip([*command, "-e", str(ROOT)], LOCK)
        if status != 0:
            said = _("The course itself could not be installed:")
            raise Stop("\n".join([said, *lines[-20:]]))
    kept = {} if tests else {key: state[key] for key in ("tests",) if key in state}
    write_state({**kept, **goal, "minor": venv_minor()})
    say(_("Ready."))


def hand_over(arguments: list) -> int:
    """Run `anuman ARGUMENTS` of .venv in place of this process (Windows: under it)."""
    environment = clean_environment()
    environment["VIRTUAL_ENV"] = str(VENV)
    environment["PATH"] = str(BIN) + os.pathsep + environment.get("PATH", os.defpath)
    command = [str(ANUMAN), *arguments]
    if not WINDOWS:
        os.execve(command[0], command, environment)
    with subprocess.Popen(command, env=environment) as process:
        while True:
            try:
                return process.wait()
            except KeyboardInterrupt:  # it reached the child too, which ends by itself
                continue


def main(arguments: list) -> int:
    if arguments[:1] == ["--lang"] and len(arguments) > 1:  # the language first, then the command
        arguments = [*arguments[2:], *arguments[:2]]
    elif arguments and arguments[0].startswith("--lang="):
        arguments = [*arguments[1:], arguments[0]]
    if not arguments or arguments[0].startswith("--lang"):
        arguments = ["lab", *arguments]
    tests = arguments[0] == "test"
    try:
        if not ready(tests):
            if arguments[0] in ("-h", "--help"):
                print(_(USAGE))
                return 0
            with alone():
                if not ready(tests):
                    set_up(tests)
        return hand_over(arguments)
    except Stop as problem:
        say(f"\n{problem}")
    except OSError as error:
        said = _("Setup cannot go on: {error}. Is the course in a folder of your own?")
        say("\n" + said.format(error=error))
    except KeyboardInterrupt:
        say("\n" + _("Stopped. Run start.py again to go on."))
        return 130
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
