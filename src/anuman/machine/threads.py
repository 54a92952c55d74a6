"""One BLAS thread: the only count whose speed does not depend on what else is running.

OpenBLAS, MKL and BLIS take the count at any time. Apple's Accelerate takes it from the environment
when NumPy is imported and never again.
"""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import psutil

ACCELERATE = "VECLIB_MAXIMUM_THREADS"
_asked_in_time: list[int] = []


def prepare() -> None:
    """Ask Accelerate for one thread while that is still possible; call it before NumPy is imported."""
    if sys.platform == "darwin" and "numpy" not in sys.modules:
        os.environ[ACCELERATE] = "1"
        _asked_in_time.append(1)


def _accelerate_threads() -> int | None:
    """Threads that Accelerate was asked for before it was loaded, None where it was not asked."""
    if _asked_in_time:
        return _asked_in_time[0]
    # os.environ may have been changed after NumPy was imported; the process's own start counts.
    at_start = psutil.Process().environ().get(ACCELERATE, "")
    return int(at_start) if at_start.isdigit() else None


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
        else:
            yield _accelerate_threads() if "accelerate" in blas_name().lower() else None


def blas_name() -> str:
    """Name, version and kernel set of NumPy's BLAS, such as "openblas 0.3.31 SkylakeX"."""
    import numpy

    libraries = _libraries()
    if libraries:
        parts = [libraries[0].get(key) for key in ("internal_api", "version", "architecture")]
    else:
        built_with = numpy.show_config(mode="dicts")["Build Dependencies"]["blas"]
        parts = [built_with.get(key) for key in ("name", "version")]
    return " ".join(str(part) for part in parts if part not in (None, "", "unknown")) or "unknown"
