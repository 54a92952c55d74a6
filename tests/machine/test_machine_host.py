"""What the system says of the computer, and the number of BLAS threads."""

import os
import subprocess
import sys

import numpy as np
import pytest

from anuman.machine import host, threads

MIB = 2**20


def test_what_the_system_says():
    total, free = host.memory()
    assert 0 < free <= total
    assert host.processor().strip()
    cache = host.last_level_cache()
    assert cache is None or cache >= 2**15


def test_one_thread_is_really_in_force():
    with threads.one_thread() as count:
        found = [library["num_threads"] for library in threads._libraries()]
    assert count == max(found, default=None)


@pytest.mark.parametrize(("asked", "count"), [([], None), ([1], 1)])
def test_threads_of_a_library_that_cannot_be_limited(asked, count, monkeypatch):
    monkeypatch.setattr(threads, "_libraries", lambda: [])
    monkeypatch.setattr(threads, "_asked_in_time", asked)
    built_with = {"Build Dependencies": {"blas": {"name": "accelerate", "version": "unknown"}}}
    monkeypatch.setattr(np, "show_config", lambda mode: built_with)
    monkeypatch.setenv(threads.ACCELERATE, "1")  # set after NumPy was imported: without effect
    assert threads.blas_name() == "accelerate"
    with threads.one_thread() as found:
        assert found == count


def test_accelerate_is_asked_at_the_start_of_the_process():
    code = "from anuman.machine import threads; print(threads._accelerate_threads())"
    environment = os.environ | {threads.ACCELERATE: "3"}
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True)
    assert done.stdout.split() == [b"3"]


def test_caches_and_processor_on_macos(monkeypatch):
    says = {"machdep.cpu.brand_string": "Example  M9", "hw.perflevel0.l2cachesize": "16777216"}
    monkeypatch.setattr(host.sys, "platform", "darwin")
    monkeypatch.setattr(host, "_sysctl", lambda name: says.get(name, ""))
    assert host.processor() == "Example M9"
    assert host.last_level_cache() == 16 * MIB
