"""The environment that JupyterLab, nbgrader and every other program of the course start in."""

import os
import sys
import sysconfig
from pathlib import Path

CONFIG = Path(__file__).parent / "jupyter_config"


def exchange_wanted() -> bool:
    """Whether a teacher asked for nbgrader's assignment and course lists, which need an exchange."""
    return os.environ.get("ANUMAN_EXCHANGE", "0") not in ("", "0")


def child_environment() -> dict[str, str]:
    """A copy of os.environ in which this Python's own programs, kernel and settings come first."""
    environment = dict(os.environ)

    def put_first(name: str, *folders: object) -> None:
        others = environment.get(name, "").split(os.pathsep)
        # Our own layers may be there from a program of ours that started this one.
        others = [entry for entry in others if entry and not entry.startswith(str(CONFIG))]
        environment[name] = os.pathsep.join([*map(str, folders), *others])

    # nbgrader starts `alembic` by name.
    put_first("PATH", sysconfig.get_path("scripts"))
    # A kernelspec or a setting that another installation left in the home folder must not win.
    environment["JUPYTER_PREFER_ENV_PATH"] = "1"
    put_first("JUPYTER_PATH", Path(sys.prefix) / "share" / "jupyter")
    layers = ["base"] if exchange_wanted() else ["self_study", "base"]
    put_first("JUPYTER_CONFIG_PATH", *(CONFIG / layer for layer in layers))
    return environment
