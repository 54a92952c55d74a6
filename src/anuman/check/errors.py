"""What a learner hears of an error that their function raised.

Where the function runs in another process, as in every grading, it has seen the hidden cases, and its
error's name and message may have been made to tell them. Then only Python's own names are said, and
of its own messages those that hold nothing but words of the line that stopped and of Python's types.
"""

import builtins
import functools
import re

from .call import Outcome, call, without_arguments

MOST_TEXT = 200  # characters of a message
QUOTED = re.compile(r"'[^']*'|\"[^\"]*\"")
PYTHONS = {
    "name ' is not defined",
    "cannot access local variable ' where it is not associated with a value",
    "local variable ' referenced before assignment",
    "' object is not callable",
    "' object is not iterable",
    "' object is not subscriptable",
    "' object has no attribute '",
    "' object does not support item assignment",
    "' object cannot be interpreted as an integer",
    "object of type ' has no len()",
    "bad operand type for unary -: '",
    *(
        f"unsupported operand type(s) for {sign}: ' and '"
        for sign in ("+", "-", "*", "/", "//", "%")
    ),
    *(
        f"unsupported operand type(s) for {sign}: ' and '"
        for sign in ("** or pow()", "@", "&", "|")
    ),
    "' not supported between instances of ' and '",
    'can only concatenate str (not ") to str',
    'can only concatenate list (not ") to list',
    "can't multiply sequence by non-int of type '",
    "division by zero",
    "float division by zero",
    "integer division or modulo by zero",
    "math domain error",
    "math range error",
    "list index out of range",
    "tuple index out of range",
    "string index out of range",
    "list indices must be integers or slices, not float",
    "list indices must be integers or slices, not str",
    "list indices must be integers or slices, not tuple",
    "max() arg is an empty sequence",
    "min() arg is an empty sequence",
    "max() iterable argument is empty",
    "min() iterable argument is empty",
    "pop from empty list",
    "'",  # the missing key of a KeyError
}
TYPES = {name for name, one in vars(builtins).items() if isinstance(one, type)} | {
    "NoneType",
    "function",
    "method",
    "module",
    "generator",
    "builtin_function_or_method",
    "numpy.ndarray",
    "numpy.float64",
}


def described(outcome: Outcome, names: tuple[str, ...], case: tuple) -> str:
    """The error's name, with its message where that tells nothing of the case but its own words."""
    error = outcome.error
    text = text_of(error)
    if getattr(error, "from_learner", False):
        name, text = _pythons_name(type(error)), text if _is_pythons(text, outcome.source) else ""
    else:
        name, text = type(error).__name__, without_arguments(text, names, case)
    return f"{name}: {text}" if text else name


def text_of(error: BaseException) -> str:
    """The beginning of the error's own message; its __str__ is the learner's code."""
    outcome = call(functools.partial(str, error), ())
    text = outcome.value if isinstance(outcome.value, str) else ""
    return " ".join(text.split())[:MOST_TEXT]


def _pythons_name(kind: type) -> str:
    """The first of the error's classes that is Python's own."""
    return next(one.__name__ for one in kind.__mro__ if one.__module__ == "builtins")


def _is_pythons(text: str, source: str) -> bool:
    """Whether the message is one of Python's own about this line of the learner's code."""
    known = TYPES | set(re.findall(r"\w+", source)) | {"<", ">", "<=", ">="}
    quoted = [found[1:-1] for found in QUOTED.findall(text)]
    return QUOTED.sub(lambda found: found[0][0], text) in PYTHONS and known.issuperset(quoted)
