"""Sweeps: the same result wherever they run, workers that die, and a real Dask cluster."""

import contextlib
import json
import os
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from distributed import Client

from anuman import serving

STEP = serving.AffineStep(0.02, 1e-4, 2e-5, 1e-8)


def case(rate: float, policy: object = "continuous", **changed) -> serving.Case:
    return serving.Case(
        **{
            "rate": rate, "count": 60, "input": "geometric:200", "output": "lognormal:80:1",
            "policy": policy, "step_time": STEP, "slots": 8, "kv_capacity": 4000, "seed": 3,
            "slo": serving.Slo(1.0, 0.1), **changed,
        }
    )  # fmt: skip


CASES = [case(rate, policy) for policy in ("continuous", "static") for rate in (0.5, 1, 2, 4)]


@pytest.fixture(scope="module")
def here() -> list[dict]:
    """What one process finds."""
    return [serving.run_case(one) for one in CASES]


@pytest.mark.parametrize("workers", [1, 2, 3])
def test_the_result_does_not_depend_on_the_number_of_processes(workers, here):
    seen = []
    with serving.executor(workers=workers) as pool:
        found = serving.sweep(CASES, pool, progress=lambda done, count: seen.append((done, count)))
    assert found == here
    assert seen == [(done, len(CASES)) for done in range(1, len(CASES) + 1)]


def test_replicas_share_the_requests_and_the_totals_add_up():
    one = serving.run_case(case(4, replicas=1))
    two = serving.run_case(case(4, replicas=2))
    assert one["output_tokens"] == two["output_tokens"]
    assert two["latency_mean_s"] < one["latency_mean_s"]
    assert two["in_system_mean_requests"] == pytest.approx(
        two["throughput_req_per_s"] * two["latency_mean_s"], rel=1e-9
    )


def test_a_case_that_cannot_be_says_why_and_the_others_go_on():
    with ThreadPoolExecutor(2) as pool:
        found = serving.sweep([CASES[0], case(1, kv_capacity=10), CASES[1]], pool)
    assert "tokens of KV memory" in found[1]["error"]
    assert all("ttft_p50_s" in found[place] for place in (0, 2))


def dies_once(one: serving.Case) -> dict:
    """The first process that takes a marked case ends without a word."""
    marker = one.name.get("marker")
    if marker and not os.path.exists(marker):
        with open(marker, "w", encoding="ascii"):
            pass
        os._exit(9)
    return serving.run_case(one)


def always_dies(one: serving.Case) -> dict:
    os._exit(9)


@pytest.mark.slow
def test_a_worker_that_dies_is_replaced_and_its_case_computed_again(tmp_path, here):
    marked = [*CASES[:3], case(CASES[3].rate, name={"marker": str(tmp_path / "died")}), *CASES[4:]]
    with serving.executor(workers=2) as pool:
        assert serving.sweep(marked, pool, task=dies_once) == here


@pytest.mark.slow
def test_a_case_that_kills_every_worker_is_given_up_with_its_error():
    with serving.executor(workers=1) as pool, pytest.raises(Exception, match="terminated abruptly"):
        serving.sweep(CASES[:1], pool, retries=1, task=always_dies)


def test_a_cancelled_sweep_stops_and_says_how_far_it_came():
    begun = []

    def slow(one):
        begun.append(one)
        time.sleep(0.05)
        return {}

    with ThreadPoolExecutor(1) as pool, pytest.raises(serving.Cancelled, match="of 8 cases"):
        serving.sweep(CASES, pool, task=slow, cancelled=lambda: len(begun) >= 2)
    assert len(begun) < len(CASES)


@pytest.fixture(scope="module")
def cluster(tmp_path_factory):
    """A Dask scheduler and two workers, each a process of its own; gives the scheduler's address."""
    folder = tmp_path_factory.mktemp("dask")
    file = folder / "scheduler.json"
    tests = os.path.dirname(__file__)
    environment = os.environ | {"PYTHONPATH": tests}
    log = (folder / "log").open("w")

    def start(what: str, *arguments: str) -> subprocess.Popen:
        command = [sys.executable, "-m", f"distributed.cli.dask_{what}", *arguments]
        return subprocess.Popen(command, cwd=folder, env=environment, stdout=log, stderr=log)

    scheduler_options = ("--scheduler-file", str(file), "--host", "127.0.0.1", "--port", "0",
                         "--no-dashboard", "--no-show")  # fmt: skip
    worker_options = ("--scheduler-file", str(file), "--nthreads", "1", "--no-dashboard",
                      "--host", "127.0.0.1", "--local-directory", str(folder))  # fmt: skip
    started = [start("scheduler", *scheduler_options)]
    started += [start("worker", *worker_options) for _ in range(2)]
    try:
        deadline = time.monotonic() + 120
        while not file.exists() or not file.read_text():
            assert time.monotonic() < deadline, (folder / "log").read_text()
            assert started[0].poll() is None, (folder / "log").read_text()
            time.sleep(0.1)
        address = json.loads(file.read_text())["address"]
        with Client(address, timeout="60s") as client:
            client.wait_for_workers(2, timeout=120)
        yield address, started
    finally:
        for process in reversed(started):
            process.terminate()
        for process in started:
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(20)
            process.kill()
        log.close()


@pytest.mark.slow
def test_a_dask_cluster_finds_the_same(cluster, here):
    address, _started = cluster
    with serving.executor(scheduler=address) as pool:
        assert serving.sweep(CASES, pool) == here


@pytest.mark.slow
def test_a_dask_worker_that_is_killed_changes_nothing(cluster, here, tmp_path):
    address, _started = cluster
    marked = [*CASES[:3], case(CASES[3].rate, name={"marker": str(tmp_path / "died")}), *CASES[4:]]
    with serving.executor(scheduler=address) as pool:
        assert serving.sweep(marked, pool, task=dies_once) == here
    assert (tmp_path / "died").exists()


@pytest.mark.slow
def test_a_scheduler_that_is_not_there_is_named():
    with (
        pytest.raises(
            serving.NoCluster, match=r"no Dask scheduler answers at 'tcp://127\.0\.0\.1:9'"
        ),
        serving.executor(scheduler="tcp://127.0.0.1:9"),
    ):
        pass


def test_static_batching_waits_for_its_batch_and_not_for_memory():
    policy, many = serving.as_policy("static-timeout"), {"slots": 64, "count": 200}
    assert serving.run_case(case(1, policy, kv_capacity=10**6, **many))["limited_by"] == "batch"
    assert serving.run_case(case(4, policy, kv_capacity=2000, **many))["limited_by"] == "kv"
    assert serving.run_case(case(4, kv_capacity=2000, **many))["limited_by"] == "kv"
