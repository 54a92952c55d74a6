"""Why nothing can be graded."""

import contextlib
from collections.abc import Iterator

from ...language import _
from ...paths import NBGRADER_CONFIG


class BadCourse(ValueError):
    """Nothing can be graded here; the message says why and what to do."""


@contextlib.contextmanager
def in_one_line(gradebook: str) -> Iterator[None]:
    """What the course's own settings, files and gradebook (its URL) make impossible becomes BadCourse."""
    from sqlalchemy.exc import DatabaseError
    from traitlets import TraitError

    try:
        yield
    except TraitError as error:
        raise BadCourse(f"{NBGRADER_CONFIG}: {error}") from error
    except DatabaseError as error:
        raise BadCourse(_gradebook_fails(gradebook, str(error.orig))) from error
    except OSError as error:
        raise BadCourse(f"{error.filename or gradebook}: {error.strerror or error}.") from error


def _gradebook_fails(gradebook: str, error: str) -> str:
    """What to do about this error of the database."""
    if "locked" in error:
        said = _("the gradebook ({file}) is in use by another program ({error}): try again later.")
    else:
        said = _("the gradebook ({file}) cannot be used: {error}.")
    return said.format(file=gradebook, error=error)
