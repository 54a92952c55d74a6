"""What a command of a course takes: wall and CPU time, the first result, memory while it runs."""

import contextlib
import os
import resource
import subprocess
import tempfile
import time
from dataclasses import dataclass, field

import psutil
from plain_course import ASSIGNMENT, PlainCourse


@dataclass
class Run:
    """One command: wall time, CPU time of all its processes, when the first result was there."""

    wall_s: float
    cpu_s: float
    first_s: float | None
    worker_pss: list[float] = field(default_factory=list)  # largest worker, by time, in bytes
    main_pss: list[float] = field(default_factory=list)


def timed(course: PlainCourse, words: list[str], memory: bool = False) -> Run:
    """Run a command in the course folder and watch for the first folder in autograded/."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    started = time.perf_counter()
    with tempfile.TemporaryFile("w+") as said:
        process = subprocess.Popen(
            words, cwd=course.root, env=course.environment, stdout=said, stderr=subprocess.STDOUT
        )
        run = Run(0, 0, None)
        sampled = started
        while process.poll() is None:
            now = time.perf_counter()
            if run.first_s is None and any(course.root.glob(f"autograded/*/{ASSIGNMENT}")):
                run.first_s = now - started
            if memory and run.first_s is not None and now - sampled > 0.2:
                sampled = now
                _sample(process.pid, run)
            time.sleep(0.02)
        run.wall_s = time.perf_counter() - started
        if process.returncode:
            said.seek(0)
            raise SystemExit(f"{' '.join(words)} failed:\n{said.read()[-3000:]}")
    with contextlib.suppress(ChildProcessError):
        while True:  # orphans come to us: their CPU time counts too
            os.waitpid(-1, 0)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    run.cpu_s = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return run


def _sample(pid: int, run: Run) -> None:
    """Proportional memory of the main process, and of the largest worker with all its forks."""
    try:
        main = psutil.Process(pid)
        workers = [sum(map(_pss, [w, *w.children(recursive=True)])) for w in main.children()]
        run.main_pss.append(_pss(main))
        if workers:
            run.worker_pss.append(max(workers))
    except psutil.Error:
        pass  # it has just ended


def _pss(process: psutil.Process) -> float:
    try:
        return process.memory_full_info().pss
    except psutil.Error:
        return 0.0
