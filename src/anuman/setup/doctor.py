"""Say what this machine can and cannot do, each line by trying it."""

import csv
import json as json_module
import os
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from importlib import metadata
from pathlib import Path

from ..language import N_, _
from ..paths import course_root, home
from . import browser, lab, lock
from .environment import child_environment

PYTHONS = ((3, 11), (3, 14))  # from, below
DISK = 500e6  # bytes that notebooks, gradebooks and predictions can need
MEMORY = 1e9  # bytes that JupyterLab, a kernel and a browser tab need
START = 60  # seconds that a server or kernel may take to start
START_AGAIN = N_("delete the folder .venv, then run: python3 start.py")
STATES = {"ok": N_("ok"), "cannot": N_("cannot"), "unknown": N_("unknown")}


class CannotError(Exception):
    """Something does not work; `remedy` says what to do about it."""

    def __init__(self, text: str, remedy: str):
        super().__init__(text)
        self.remedy = remedy


@dataclass(frozen=True)
class Finding:
    """One line of the report; `status` is ok, cannot or unknown."""

    id: str
    needed: bool  # the course does not work without it
    status: str
    text: str
    remedy: str = ""


def python() -> str:
    """The Python is one that the course is made for."""
    version = ".".join(map(str, sys.version_info[:3]))
    if not PYTHONS[0] <= sys.version_info[:2] < PYTHONS[1]:
        remedy = _("use Python 3.11, 3.12 or 3.13; {again}").format(again=_(START_AGAIN))
        raise CannotError(f"Python {version}", remedy)
    return f"Python {version}, {sys.executable}"


def packages() -> str:
    """Every package of the lock is here, in its version and with all its files."""
    from packaging.markers import Marker
    from packaging.requirements import Requirement

    if Path(sys.prefix).resolve() == course_root() / ".venv":
        pins = lock.read(course_root() / "requirements.lock")
        wanted = [(p.name, f"=={p.version}") for p in pins if not p.marker or p.marker.evaluate()]
        against = "requirements.lock"
    else:  # conda or an environment of one's own
        needs = [Requirement(line) for line in metadata.requires("anuman") or []]
        always = Marker("python_version > '0'")
        wanted = [(n.name, str(n.specifier)) for n in needs if (n.marker or always).evaluate()]
        against = "pyproject.toml"
    wrong = []
    for name, versions in wanted:
        try:
            distribution = metadata.distribution(name)
        except metadata.PackageNotFoundError:
            wrong.append(_("{name} is missing").format(name=name))
            continue
        if not Requirement(f"{name}{versions}").specifier.contains(distribution.version, True):
            sentence = _("{name} is {version}, not {wanted}")
            wrong.append(sentence.format(name=name, version=distribution.version, wanted=versions))
        # distribution.files leaves out what is gone, from Python 3.12 on.
        record = csv.reader((distribution.read_text("RECORD") or "").splitlines())
        gone = [line[0] for line in record if line and not _lies_there(distribution, line[0])]
        if gone:
            sentence = _("{name} lacks {count} files, e.g. {file}")
            wrong.append(sentence.format(name=name, count=len(gone), file=gone[0]))
    if wrong:
        more = _("and {count} more").format(count=len(wrong) - 3)
        shown = [*wrong[:3], *([more] if len(wrong) > 3 else [])]
        raise CannotError("; ".join(shown), _(START_AGAIN))
    sentence = _("{count} packages are complete, as {file} says")
    return sentence.format(count=len(wanted), file=against)


def _lies_there(distribution: metadata.Distribution, file: str) -> bool:
    # Byte code comes and goes with PYTHONDONTWRITEBYTECODE.
    return file.endswith(".pyc") or Path(str(distribution.locate_file(file))).exists()


def numpy() -> str:
    """NumPy multiplies matrices; by which library and with how many threads."""
    import numpy
    from threadpoolctl import threadpool_info

    ones = numpy.ones((200, 200))
    if (ones @ ones).sum() != 200.0**3:
        raise CannotError(_("NumPy multiplies wrongly"), _(START_AGAIN))
    pools = [pool for pool in threadpool_info() if pool["user_api"] == "blas"]
    if pools:
        blas = _("{library} with {count} threads").format(
            library=pools[0]["internal_api"], count=pools[0]["num_threads"]
        )
    else:  # Apple's Accelerate does not show itself to threadpoolctl
        config = numpy.show_config(mode="dicts")["Build Dependencies"]["blas"]
        blas = _("{library}, its thread count is unknown").format(library=config["name"])
    return _("NumPy {version} computes by {blas}").format(version=numpy.__version__, blas=blas)


def disk() -> str:
    """The course folder and the learner's own folder can be written and have room."""
    rooms = []
    for folder in (course_root(), home()):
        try:
            with tempfile.TemporaryFile(dir=folder) as file:
                file.write(b"\0" * 10**6)
        except OSError as error:
            raise CannotError(
                _("{folder} cannot be written ({error})").format(
                    folder=folder, error=error.strerror
                ),
                _("make it yours or put the course in a folder of your own"),
            ) from error
        rooms.append(shutil.disk_usage(folder).free)
    if min(rooms) < DISK:
        sentence = _("{free:.0f} MB of disk are free").format(free=min(rooms) / 1e6)
        raise CannotError(sentence, _("free 500 MB"))
    sentence = _("{free:.1f} GB of disk are free, and the course's folders can be written")
    return sentence.format(free=min(rooms) / 1e9)


def memory() -> str:
    """There is memory for JupyterLab, a kernel and a browser tab."""
    import psutil

    facts = psutil.virtual_memory()
    text = _("{free:.1f} GB of {total:.1f} GB memory are free")
    text = text.format(free=facts.available / 1e9, total=facts.total / 1e9)
    if facts.available < MEMORY:
        raise CannotError(text, _("close other programs"))
    return text


def _nowhere() -> dict[str, str]:
    """The environment of a child whose way out of this computer is shut."""
    shut = dict.fromkeys(("http_proxy", "https_proxy", "all_proxy"), "http://127.0.0.1:9")
    shut |= {name.upper(): value for name, value in shut.items()}
    return {**child_environment(), **shut, "no_proxy": "127.0.0.1,localhost"}


def _last_line(text: str) -> str:
    return text.strip().rpartition("\n")[2] or _("it gave no reason")


@contextmanager
def _server() -> Iterator[tuple[str, str]]:
    """A real JupyterLab of the course on a free port: its address and its token."""
    token = "doctor"
    with tempfile.TemporaryDirectory(prefix="anuman-", ignore_cleanup_errors=True) as scratch:
        notebook = lab.lesson(course_root(), lab.FIRST, "en")
        words = lab.command(course_root(), notebook, browser=False, port=None)
        words += [f"--IdentityProvider.token={token}", "--ServerApp.port=0"]
        environment = {**_nowhere(), "JUPYTER_RUNTIME_DIR": scratch}
        with open(Path(scratch, "log"), "w+b") as log:
            process = subprocess.Popen(
                words, env=environment, cwd=course_root(), stdout=log, stderr=log
            )
            try:
                for _attempt in range(START * 10):
                    files = list(Path(scratch).glob("jpserver-*.json"))
                    if files or process.poll() is not None:
                        break
                    time.sleep(0.1)
                if not files:
                    log.seek(0)
                    last_line = _last_line(log.read().decode("utf-8", "replace"))
                    text = _("JupyterLab did not start: {reason}").format(reason=last_line)
                    raise CannotError(text, _(START_AGAIN))
                yield json_module.loads(files[0].read_text(encoding="utf-8"))["url"], token
            finally:
                process.terminate()
                process.wait()


def jupyterlab() -> str:
    """JupyterLab starts and serves its page, with no way to the network."""
    direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with _server() as (url, token):
        with direct.open(f"{url}lab?token={token}", timeout=START) as answer:
            page = answer.read()
        if b"jupyter-config-data" not in page:
            sentence = _("JupyterLab serves something else than its page")
            raise CannotError(sentence, _(START_AGAIN))
    sentence = _("JupyterLab {version} starts, without a network")
    return sentence.format(version=metadata.version("jupyterlab"))


def kernel() -> str:
    """The kernel that notebooks get is this environment's, and it computes."""
    code = (
        "import sys; from jupyter_client.manager import start_new_kernel as start\n"
        f"manager, client = start(kernel_name='python3', startup_timeout={START})\n"
        "client.execute_interactive('import sys; print(sys.executable)', timeout=60)\n"
        "client.stop_channels(); manager.shutdown_kernel(now=True)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], env=_nowhere(), capture_output=True, text=True
    )
    if done.returncode:
        sentence = _("the kernel failed: {reason}").format(reason=_last_line(done.stderr))
        raise CannotError(sentence, _(START_AGAIN))
    used = Path(done.stdout.strip().splitlines()[-1])
    if used.parent.resolve() != Path(sys.executable).parent.resolve():
        raise CannotError(
            _("notebooks would run on another Python, {path}").format(path=used),
            _("remove that kernel: jupyter kernelspec uninstall python3"),
        )
    return _("notebooks run on this Python")


def nbgrader() -> str:
    """nbgrader keeps a gradebook (for this it starts alembic)."""
    code = (
        "from nbgrader.api import Gradebook\n"
        "with Gradebook('sqlite:///gradebook.db') as book: book.add_student('doctor')\n"
        "with Gradebook('sqlite:///gradebook.db') as book: print(book.students[0].id)"
    )
    with tempfile.TemporaryDirectory(prefix="anuman-", ignore_cleanup_errors=True) as scratch:
        done = subprocess.run(
            [sys.executable, "-c", code],
            cwd=scratch,
            env=_nowhere(),
            capture_output=True,
            text=True,
        )
    if done.returncode or "doctor" not in done.stdout:
        # alembic reads paths in the system's encoding, which need not have all letters (Windows).
        latin = _("move the course to a folder whose path has Latin letters only")
        remedy = _(START_AGAIN) if sys.prefix.isascii() else latin
        sentence = _("nbgrader failed: {reason}").format(reason=_last_line(done.stderr))
        raise CannotError(sentence, remedy)
    sentence = _("nbgrader {version} keeps a gradebook")
    return sentence.format(version=metadata.version("nbgrader"))


def exchange() -> str:
    """nbgrader's exchange folder: optional, for a class on one shared computer."""
    if os.name == "nt":
        raise CannotError(_("nbgrader has no exchange on Windows"), _("hand out and collect files"))
    with tempfile.TemporaryDirectory(prefix="anuman-", ignore_cleanup_errors=True) as scratch:
        folder = Path(scratch, "exchange")
        folder.mkdir()
        folder.chmod(0o777)
        words = ["list", "--course=doctor", f"--Exchange.root={folder}"]
        done = subprocess.run(
            [sys.executable, "-m", "nbgrader", *words],
            cwd=scratch,
            env=_nowhere(),
            capture_output=True,
            text=True,
        )
    if done.returncode:
        raise CannotError(
            _("nbgrader's exchange failed: {reason}").format(reason=_last_line(done.stderr)),
            _("hand out and collect files"),
        )
    return _("nbgrader's exchange works, for a class on one shared computer")


def isolation() -> str:
    """Learners' code can be kept from this computer, for `anuman grade`; found out by doing it."""
    from ..grading.isolation import preflight

    problem = preflight.why_not()
    if problem:
        sentence = _("a class cannot be graded in isolation: {reason}").format(reason=problem[0])
        raise CannotError(sentence, problem[1])
    return _("a class can be graded: learners' code runs isolated from this computer")


def browser_for_tests() -> str:
    """A browser that the tests can drive."""
    path = browser.find()
    if path is None:
        raise CannotError(_("no browser that the tests can drive"), browser.remedy())
    return _("the tests can drive {path}").format(path=path)


def devanagari() -> str | None:
    """A font with Hindi letters; None where fontconfig is not there to ask."""
    if shutil.which("fc-list") is None:
        return None
    done = subprocess.run(["fc-list", ":lang=hi", "family"], capture_output=True, text=True)
    families = sorted({line.split(",")[0].strip() for line in done.stdout.splitlines()} - {""})
    if not families:
        raise CannotError(_("no font with Devanagari letters"), "sudo apt install fonts-noto-core")
    return _("Devanagari letters: {font}").format(font=families[0])


Check = Callable[[], str | None]
CHECKS: list[tuple[Check, bool]] = [  # with: the course does not work without it
    (python, True),
    (packages, True),
    (numpy, True),
    (disk, True),
    (memory, True),
    (jupyterlab, True),
    (kernel, True),
    (nbgrader, True),
    (exchange, False),
    (isolation, False),
    (browser_for_tests, False),
    (devanagari, False),
]


def examine(check: Check, needed: bool) -> Finding:
    """Try one thing."""
    name = check.__name__
    try:
        text = check()
    except CannotError as error:
        return Finding(name, needed, "cannot", str(error), error.remedy)
    except Exception as error:  # a broken environment can fail in any way; the line says how
        return Finding(name, needed, "cannot", f"{type(error).__name__}: {error}", _(START_AGAIN))
    if text is None:
        return Finding(name, needed, "unknown", _("{name}: nothing here to ask").format(name=name))
    return Finding(name, needed, "ok", text)


def run(json: Path | None) -> int:
    """Print what works; 1 when something that the course needs does not."""
    course_root()  # without the course there is nothing to examine
    findings = []
    for check, needed in CHECKS:
        finding = examine(check, needed)
        findings.append(finding)
        print(f"{_(STATES[finding.status]):<8}{finding.text}", flush=True)
        if finding.remedy:
            remedy = _("remedy: {remedy}") if needed else _("optional; remedy: {remedy}")
            print(f"        {remedy.format(remedy=finding.remedy)}")
    broken = [finding for finding in findings if finding.needed and finding.status == "cannot"]
    print(
        "\n"
        + (
            _("{count} of the things that the course needs do not work.").format(count=len(broken))
            if broken
            else _("Everything that the course needs works here.")
        )
    )
    if json is not None:
        report = {"works": not broken, "findings": [asdict(finding) for finding in findings]}
        json.write_text(json_module.dumps(report, indent=1) + "\n", encoding="utf-8")
    return 1 if broken else 0
