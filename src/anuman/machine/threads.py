"""One BLAS thread: the only count whose speed does not depend on what else is running."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager

ACCELERATE = "VECLIB_MAXIMUM_THREADS"
# Accelerate reads its thread count once, when NumPy is imported, and threadpoolctl cannot change it.
if sys.platform == "darwin" and "numpy" not in sys.modules:
    os.environ.setdefault(ACCELERATE, "1")
    _accelerate_threads = os.environ[ACCELERATE]
else:
    _accelerate_threads = None


def _libraries() -> list[dict]:
    from threadpoolctl import threadpool_info

    return [library for library in threadpool_info() if library["user_api"] == "blas"]


@contextmanager
def one_thread() -> Iterator[int | None]:
    """Hold BLAS to one thread; gives the count really in force, None where BLAS does not tell."""
    import numpy  # noqa: F401  the limit reaches only libraries that are loaded
    from threadpoolctl import threadpool_limits

    with threadpool_limits(limits=1, user_api="blas"):
        libraries = _libraries()
        if libraries:
            yield max(library["num_threads"] for library in libraries)
        elif (_accelerate_threads or "").isdigit():
            yield int(_accelerate_threads)
        else:
            yield None


def blas_name() -> str:
    """Name, version and kernel set of NumPy's BLAS, such as "openblas 0.3.31 SkylakeX"."""
    import numpy

    libraries = _libraries()
    if libraries:
        parts = (libraries[0].get(key) for key in ("internal_api", "version", "architecture"))
    else:
        built_with = numpy.show_config(mode="dicts")["Build Dependencies"]["blas"]
        parts = (built_with.get(key) for key in ("name", "version"))
    return " ".join(str(part) for part in parts if part) or "unknown"
