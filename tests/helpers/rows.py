"""One test for all rows of a table: `for_each` stands where `parametrize` would make thousands."""

import functools
import inspect
from collections.abc import Callable, Iterable


def for_all(rows: Iterable, check: Callable, ids: Callable[[object], str] = str) -> None:
    """Check every row; an AssertionError names all for which `check(row)` fails, each with its reason."""
    rows, failed = list(rows), []
    assert rows, "there are no rows"
    for row in rows:
        try:
            check(row)
        except Exception as error:
            lines = [line for line, code in _lines(error) if code != __file__]
            failed.append(f"{ids(row)}: line {lines[0]}: {type(error).__name__}: {error}")
    assert not failed, f"{len(failed)} of {len(rows)} rows:\n" + "\n".join(failed)


def for_each(argument: str, rows: Iterable, ids: Callable[[object], str] = str) -> Callable:
    """Decorator: run a test's body for every row; `argument` is "a", or "a, b" where a row is a tuple.

    For checks of a millisecond, whose rows share no state.
    """
    names = [name.strip() for name in argument.split(",")]

    def decorate(test: Callable) -> Callable:
        @functools.wraps(test)
        def over_all(**fixtures) -> None:
            def check(row) -> None:
                values = row if len(names) > 1 else (row,)
                test(**dict(zip(names, values, strict=True)), **fixtures)

            for_all(rows, check, ids)

        of_test = inspect.signature(test)
        kept = [p for name, p in of_test.parameters.items() if name not in names]
        over_all.__signature__ = of_test.replace(parameters=kept)
        return over_all

    return decorate


def _lines(error: Exception):
    """Line and file of each frame that the error went through, from the outside."""
    at = error.__traceback__
    while at:
        yield at.tb_lineno, at.tb_frame.f_code.co_filename
        at = at.tb_next
