"""Values that are no answer to anything, put in the place of the teacher's own answers.

Used in the process where the answers run; see anuman.grading.nonsense.
"""

import functools
import inspect
from typing import Any


class EqualsEverything:
    """Whatever it is compared with, it is equal, not smaller and not larger."""

    def _yes(self, _other: Any = None) -> bool:
        return True

    __eq__ = __le__ = __ge__ = __contains__ = __bool__ = _yes

    def __ne__(self, _other: Any) -> bool:
        return False

    __lt__ = __gt__ = __ne__
    __hash__ = object.__hash__


def _empty_array() -> Any:
    import numpy

    return numpy.array([])


NONSENSE = {
    "an empty array": _empty_array,
    "NaN": lambda: float("nan"),
    "None": lambda: None,
    "0": lambda: 0,
    "1": lambda: 1,
    '""': lambda: "",
    "True": lambda: True,
    "an object that equals everything": EqualsEverything,
}


def instead_of(answer: Any, kind: str) -> Any:
    """What stands in the place of an answer: for a function one that returns nonsense of this kind.

    For a class a subclass whose methods and unknown attributes are nonsense; else the value itself.
    """
    made = NONSENSE[kind]
    if isinstance(answer, type):
        return _class_instead_of(answer, made)
    if not callable(answer):
        return made()

    def nothing(*_arguments, **_named):
        return made()

    return functools.update_wrapper(nothing, answer) if inspect.isfunction(answer) else nothing


def _class_instead_of(answer: type, made) -> Any:
    methods = [name for name, value in vars(answer).items() if inspect.isfunction(value)]
    space = dict.fromkeys(methods, lambda *_arguments, **_named: made())
    space["__init__"] = lambda *_arguments, **_named: None
    space["__getattr__"] = lambda _self, _name: made()
    return type(answer.__name__, (answer,), space)
