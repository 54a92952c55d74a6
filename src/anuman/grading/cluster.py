"""The same work on the workers of a Dask cluster (optional extra: anuman[cluster])."""

import contextlib
from collections.abc import Callable, Iterator
from concurrent.futures import Executor

from .course.errors import BadCourse

CONNECT_S = 10


@contextlib.contextmanager
def pool(address: str) -> Iterator[tuple[Callable[[], Executor], int]]:
    """A function that gives an executor on the cluster, and how many submissions to keep waiting."""
    try:
        from dask.distributed import Client
    except ImportError:
        raise BadCourse(
            "--scheduler needs Dask, here and on the workers: pip install 'anuman[cluster]'"
        ) from None
    try:
        client = Client(address, timeout=CONNECT_S, set_as_default=False)
    except (OSError, ValueError) as error:
        raise BadCourse(f"no Dask scheduler answers at {address}: {error}") from None
    with client:
        threads = sum(client.nthreads().values())
        if not threads:
            raise BadCourse(f"the scheduler at {address} has no workers yet: start dask worker.")
        yield lambda: client.get_executor(pure=False, retries=2), 2 * threads
