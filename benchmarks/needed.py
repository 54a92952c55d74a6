"""Imported by each benchmark before packages: one that is missing is named in a sentence, without a traceback."""

import sys


def say(kind: type[BaseException], error: BaseException, trace) -> None:
    """What `sys.excepthook` does, but for packages that are missing."""
    if not isinstance(error, ModuleNotFoundError):
        sys.__excepthook__(kind, error, trace)
        return
    script = sys.argv[0]
    print(
        f"{script} needs the package {error.name}, which {sys.executable} lacks: run `python3 start.py "
        f"test --collect-only -q`, then `.venv/bin/python {script}`, or start it as its first lines say.",
        file=sys.stderr,
    )


sys.excepthook = say
