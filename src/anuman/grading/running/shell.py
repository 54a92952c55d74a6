"""IPython without a kernel: runs a cell and returns its outputs as a notebook keeps them.

Built once in the zygote; every fork has a shell that is ready. What a kernel has besides and this
has not: widgets (comms), input(), updates of a display that an earlier cell made.
"""

import base64
import io
import os
import subprocess
import sys
import tempfile

from IPython.core.async_helpers import get_asyncio_loop
from IPython.core.displayhook import DisplayHook
from IPython.core.displaypub import DisplayPublisher
from IPython.core.history import HistoryManager
from IPython.core.interactiveshell import InteractiveShell
from traitlets import Any, Type

MOST_TEXT = 1_000_000  # characters that one cell may print; a loop prints a gigabyte in 20 s
MOST_OUTPUTS = 500
MOST_IMAGE = 4_000_000  # characters of one picture in base64
MORE = "\n... more output was left out ...\n"
# Kept of rich outputs: what cannot hold a script or a form. A notebook page shows the best of them.
KEPT = ("text/plain", "image/png", "image/jpeg")


class Outputs:
    """The outputs of the running cell, as nbformat dicts, within limits."""

    def __init__(self):
        self.items: list[dict] = []
        self._room = MOST_TEXT
        self._clear_next = False

    def stream(self, name: str, text: str) -> None:
        """Text that was printed; joins the stream output before it if there is one."""
        if self._room <= 0 or not text:
            return
        if len(text) > self._room:
            text = text[: self._room] + MORE
        self._room -= len(text)
        self._clear_now()
        last = self.items[-1] if self.items else {}
        if last.get("output_type") == "stream" and last["name"] == name:
            last["text"].append(text)
        else:
            self.items.append({"output_type": "stream", "name": name, "text": [text]})

    def add(self, item: dict) -> None:
        """Any other output."""
        self._clear_now()
        if len(self.items) < MOST_OUTPUTS:
            self.items.append(item)

    def rich(self, kind: str, data: dict, count: int | None = None) -> None:
        """A result or a display, of which only harmless forms are kept."""
        item = {"output_type": kind, "metadata": {}, "data": harmless(data)}
        if kind == "execute_result":
            item["execution_count"] = count
        if item["data"]:
            self.add(item)

    def clear(self, wait: bool) -> None:
        """Forget what is there; wait: when the next output comes."""
        self._clear_next = True
        if not wait:
            self._clear_now()

    def _clear_now(self) -> None:
        if self._clear_next:
            self.items.clear()
            self._clear_next = False

    def take(self) -> list[dict]:
        """All outputs, with each stream's text joined."""
        for item in self.items:
            if item["output_type"] == "stream":
                item["text"] = "".join(item["text"])
        return self.items


def harmless(data: dict) -> dict:
    """The kept forms of a mime bundle, text cut and pictures in base64."""
    kept = {}
    for mime in KEPT:
        value = data.get(mime)
        if isinstance(value, bytes):
            value = base64.b64encode(value).decode()
        if isinstance(value, str) and len(value) <= (
            MOST_IMAGE if mime != "text/plain" else MOST_TEXT
        ):
            kept[mime] = value
    return kept


class Printed(io.TextIOBase):
    """sys.stdout or sys.stderr of a cell."""

    encoding, errors = "utf-8", "replace"

    def __init__(self, shell: "Shell", name: str, descriptor: int):
        self._shell, self._name, self._descriptor = shell, name, descriptor

    def write(self, text: str) -> int:
        if not isinstance(text, str):
            raise TypeError(f"write() argument must be str, not {type(text).__name__}")
        self._shell.outputs.stream(self._name, text)
        return len(text)

    def writable(self) -> bool:
        return True

    def fileno(self) -> int:
        return self._descriptor


class _Hook(DisplayHook):
    def write_output_prompt(self):
        pass

    def write_format_data(self, format_dict, md_dict=None):
        self.shell.outputs.rich("execute_result", format_dict, self.prompt_count)

    def log_output(self, format_dict):
        pass  # the history keeps nothing

    def finish_displayhook(self):
        self._is_active = False


class _Publisher(DisplayPublisher):
    def publish(self, data, metadata=None, *args, transient=None, update=False, **kwargs):
        self.shell.outputs.rich("display_data", data)

    def clear_output(self, wait=False):
        self.shell.outputs.clear(wait)


class _NoHistory(HistoryManager):
    """IPython's history lies in a database of the home folder; here nothing outlives the cell."""

    enabled = False


class Shell(InteractiveShell):
    """See the module's docstring."""

    displayhook_class = Type(_Hook)
    display_pub_class = Type(_Publisher)
    outputs = Any()

    def __init__(self, **kwargs):
        self.outputs = Outputs()
        super().__init__(**kwargs)

    def init_history(self):
        self.history_manager = _NoHistory(shell=self, parent=self, hist_file=":memory:")
        self.configurables.append(self.history_manager)

    def init_virtualenv(self):
        pass  # the interpreter is the environment's own

    def init_sys_modules(self):
        super().init_sys_modules()
        # Cells run in __main__, as in a kernel: pickle and inspect look there.
        sys.modules["__main__"] = self.user_module

    def enable_gui(self, gui=None):
        """There is no window system."""

    def ask_exit(self):
        """exit() and quit() in a notebook's cell do not end the grading."""

    def system(self, cmd):
        """`!command`: what it prints becomes the cell's output."""
        done = subprocess.run(
            self.var_expand(cmd, depth=1), shell=True, capture_output=True, stdin=subprocess.DEVNULL
        )
        sys.stdout.write(done.stdout.decode("utf-8", "replace"))
        sys.stderr.write(done.stderr.decode("utf-8", "replace"))
        self.user_ns["_exit_code"] = done.returncode

    def _showtraceback(self, etype, evalue, stb):
        try:
            text = str(evalue)
        except Exception:  # the learner's own __str__
            text = ""
        self.outputs.add(
            {
                "output_type": "error",
                "ename": str(getattr(etype, "__name__", etype))[:200],
                "evalue": text[:10_000],
                "traceback": [str(line)[:20_000] for line in stb[:200]],
            }
        )

    def _format_exception_for_storage(self, *_exception, **_how) -> dict:
        """IPython formats each error a second time for its history, which nobody reads here."""
        return {}

    def run(self, source: str, count: int) -> list[dict]:
        """Run a cell as number `count`; its outputs."""
        self.outputs = Outputs()
        self.execution_count = count
        try:
            self.run_cell(source, store_history=True)
        finally:
            self._collect_descriptors()
        return self.outputs.take()

    def redirect(self) -> None:
        """Send what is printed, also by C code and other programs, to the cell's outputs."""
        self._files = []
        for number, name in ((1, "stdout"), (2, "stderr")):
            file = _append_file()
            os.dup2(file, number)
            os.close(file)
            setattr(sys, name, Printed(self, name, number))
            setattr(sys, f"__{name}__", getattr(sys, name))

    def _collect_descriptors(self) -> None:
        """Add what went past Python to the outputs (at their end: the order is not known)."""
        for number, name in ((1, "stdout"), (2, "stderr")):
            try:
                size = os.fstat(number).st_size
                if size:
                    text = os.pread(number, min(size, MOST_TEXT), 0).decode("utf-8", "replace")
                    os.ftruncate(number, 0)
                    self.outputs.stream(name, text)
            except OSError:  # the cell closed it
                continue


def _append_file() -> int:
    """An open file without a name to which everybody appends."""
    handle, path = tempfile.mkstemp(dir="/dev/shm" if os.path.isdir("/dev/shm") else None)
    os.close(handle)
    handle = os.open(path, os.O_RDWR | os.O_APPEND)
    os.unlink(path)
    return handle


def build() -> Shell:
    """The shell of this process, with all that its first cell would import."""
    with tempfile.TemporaryDirectory(prefix="anuman-ipython-") as folder:
        os.environ["IPYTHONDIR"] = folder
        shell = Shell.instance(colors="nocolor", autoindent=False)
        shell.run("1\nawait __import__('asyncio').sleep(0)\n1/0\n", 1)  # compiles, prints, fails
    os.environ.pop("IPYTHONDIR")
    # The event loop of the cell above has open files, which forks close: they make their own.
    get_asyncio_loop().close()
    shell.reset(new_session=True)
    shell.execution_count = 1
    return shell
