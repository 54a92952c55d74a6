"""Many simulations, on one process or many machines, with the same result.

A case holds everything that its outcome depends on, its seed included, so it does not matter who
computes it, in which order, or how often.
"""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, BrokenExecutor, Executor, Future, wait
from contextlib import contextmanager
from dataclasses import dataclass, field

from .cause import cause
from .fleet import ROUNDS, Outage
from .legality import PolicyBroke
from .lengths import lengths
from .metrics import Slo, metrics
from .replicas import simulate_replicas
from .requests import Request
from .steps import StepTime
from .workload import bursty, daily


@dataclass(frozen=True)
class Case:
    """One simulation: requests, policy, machine, promise. input and output: see lengths.lengths.

    slots and kv_capacity are one replica's; watts and usd_per_hour one replica's too. warm_up: see
    metrics.metrics. trace: without it there are no inter-token latencies and it is faster. prefix: tokens
    that all prompts begin with, beside those of `input`. routing, outages: see simulate_replicas; swing,
    period_s: of a day's demand (workload.daily), instead of cv. name: anything that tells the case from others (it is not used).
    """

    rate: float
    count: int
    input: str
    output: str
    policy: object
    step_time: StepTime
    slots: int
    kv_capacity: int
    seed: int
    cv: float = 1.0
    replicas: int = 1
    slo: Slo | None = None
    watts: float | None = None
    usd_per_hour: float | None = None
    warm_up: float = 0.0
    trace: bool = True
    prefix: int = 0
    routing: str = ROUNDS
    outages: tuple[Outage, ...] = ()
    swing: float = 0.0
    period_s: float = 86_400.0
    name: dict = field(default_factory=dict, hash=False)


def run_case(case: Case) -> dict:
    """The case's metrics and what limited it; for a case that cannot be, {"error": why}."""
    try:
        shape = (case.count, lengths(case.input), lengths(case.output), case.seed)
        requests = (
            daily(case.rate, case.swing, case.period_s, *shape)
            if case.swing
            else bursty(case.rate, case.cv, *shape)
        )
        if case.prefix:
            requests = [_with_prefix(request, case.prefix) for request in requests]
        run = simulate_replicas(
            requests, case.policy, case.step_time, case.slots, case.kv_capacity, case.replicas,
            routing=case.routing, seed=case.seed, outages=case.outages, trace=case.trace,
        )  # fmt: skip
        results = metrics(run, case.slo, case.watts, case.usd_per_hour, case.warm_up)
        why = cause(run, case.step_time)
        return results | {
            "limited_by": why.limit,
            "time_goes_to": why.bound,
            "memory_time_share": why.memory_share,
        }
    except (ValueError, PolicyBroke) as error:
        return {"error": str(error)}


def _with_prefix(request: Request, tokens: int) -> Request:
    return request._replace(
        input_tokens=tokens + request.input_tokens, prefix="all", prefix_tokens=tokens
    )


class Cancelled(Exception):
    """The sweep was stopped before its end."""


def sweep(
    cases: Sequence[Case],
    executor: Executor,
    *,
    retries: int = 2,
    progress: Callable[[int, int], None] | None = None,
    cancelled: Callable[[], bool] | None = None,
    task: Callable[[Case], dict] = run_case,
) -> list[dict]:
    """The metrics of every case, in the order of the cases.

    A case whose worker died is tried again up to `retries` times; then the worker's exception is
    raised. progress(done, all) is called after every case, cancelled() at least five times a second;
    when it says so, Cancelled is raised and what has not begun never begins. task must be a function
    that other processes can import.
    """
    results: dict[int, dict] = {}
    tries = [0] * len(cases)
    pending: dict[Future, int] = {executor.submit(task, case): i for i, case in enumerate(cases)}
    try:
        while pending:
            if cancelled is not None and cancelled():
                raise Cancelled(f"stopped after {len(results)} of {len(cases)} cases")
            done, _rest = wait(pending, timeout=0.2, return_when=FIRST_COMPLETED)
            for future in done:
                place = pending.pop(future)
                try:
                    results[place] = future.result()
                except Exception:
                    tries[place] += 1
                    if tries[place] > retries:
                        raise
                    pending[executor.submit(task, cases[place])] = place
                    continue
                if progress is not None:
                    progress(len(results), len(cases))
    finally:
        for future in pending:
            future.cancel()
    return [results[place] for place in range(len(cases))]


class LocalProcesses(Executor):
    """A process pool that is made anew when one of its workers is killed.

    Its processes are spawned, not forked: a notebook's kernel has threads.
    """

    def __init__(self, workers: int | None = None):
        self._workers = workers
        self._pool = self._new()

    def _new(self) -> Executor:
        # Imported here, because a Python in the browser has no processes.
        from concurrent.futures import ProcessPoolExecutor
        from multiprocessing import get_context

        return ProcessPoolExecutor(self._workers, mp_context=get_context("spawn"))

    def submit(self, fn: Callable, /, *args, **kwargs) -> Future:
        """Run fn in one of the processes."""
        try:
            return self._pool.submit(fn, *args, **kwargs)
        except BrokenExecutor:
            self._pool.shutdown(wait=False)
            self._pool = self._new()
            return self._pool.submit(fn, *args, **kwargs)

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """Let the processes go."""
        self._pool.shutdown(wait, cancel_futures=cancel_futures)


class NoCluster(ValueError):
    """A scheduler was named, but it cannot be used."""


@contextmanager
def executor(scheduler: str | None = None, workers: int | None = None) -> Iterator[Executor]:
    """Local processes (as many as `workers`, by default the cores), or the Dask cluster at `scheduler`.

    Raises NoCluster saying what to do.
    """
    if scheduler is None:
        pool = LocalProcesses(workers)
        try:
            yield pool
        finally:
            pool.shutdown(cancel_futures=True)
        return
    try:
        from distributed import Client
    except ImportError:
        raise NoCluster(
            "--scheduler needs Dask, which is not installed: install the extra `cluster` "
            '(pip install "dask>=2025.1" "distributed>=2025.1" into this environment)'
        ) from None
    try:
        client = Client(scheduler, timeout="10s")
    except (OSError, ValueError) as error:
        raise NoCluster(
            f"no Dask scheduler answers at {scheduler!r} ({error}); start one with `dask scheduler` "
            "and give the address that it prints, e.g. tcp://192.168.1.5:8786"
        ) from error
    with client:
        yield client.get_executor()
