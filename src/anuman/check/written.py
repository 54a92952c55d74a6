"""Calls and values as Python would write them, short enough to be read."""

from typing import Any

import numpy as np

from .result import Unread
from .task import Case, Task

ANSWERS = ("True", "False")  # a reading holds them as words
MOST, MOST_ROWS = 12, 6  # items of a list, and rows of a log, that are written in full


def called(task: Task, case: Case) -> str:
    """The call of a case: ridge(flops=1e+14, bandwidth=1e+12)."""
    pairs = zip(task.case_names, case, strict=True)
    return f"{task.name}({', '.join(f'{name}={_short(value)}' for name, value in pairs)})"


def written(values: tuple | None) -> str:
    """What a function returned, from its reading; nothing when there is none."""
    if values is None:
        return ""
    words = [
        "…"
        if isinstance(value, Unread)
        else value
        if type(value) is str and value in ANSWERS
        else _short(value)
        for value in values
    ]
    return words[0] if len(words) == 1 else f"({', '.join(words)})"


def _short(value: Any) -> str:
    """A value as Python would write it, numbers with at most six significant digits."""
    if isinstance(value, np.ndarray):
        value = value.tolist()
    if isinstance(value, list | tuple):
        most = MOST_ROWS if value and isinstance(value[0], dict) else MOST
        long = len(value) > most
        shown = [*map(_short, value[: most // 2]), "…", _short(value[-1])] if long else None
        return f"[{', '.join(shown or map(_short, value))}]"
    if isinstance(value, dict):
        return f"{{{', '.join(f'{key!r}: {_short(one)}' for key, one in value.items())}}}"
    if isinstance(value, int) and not isinstance(value, bool):
        return f"{value:.6g}" if abs(value) >= 10**6 else str(value)
    return f"{value:.6g}" if isinstance(value, float) else repr(value)
