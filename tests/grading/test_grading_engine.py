"""The engine on small notebooks: time limits, features of a kernel, fairness, what a process does to it."""

import dataclasses
import json
import sys
import time

import pytest
from engine import RULES, answer, cell_of_test, error, graded, locked, printed, run, submitted

from anuman.grading.running import learner_outputs, session, shell

pytestmark = [
    pytest.mark.classroom,
    pytest.mark.usefixtures("zygotes"),
    pytest.mark.skipif(sys.platform != "linux", reason="isolation needs Linux"),
]


# ---- time ---------------------------------------------------------------------------------------

QUICK = dataclasses.replace(RULES, cell_s=1)


def test_a_slow_cell_loses_its_own_points_only():
    source = "def slow(x):\n    while True:\n        pass\ndef fast(x): return x"
    outputs = run(source, "slow(1)", "assert fast(2) == 2", rules=QUICK)
    assert error(outputs[1]).startswith("CellTimeoutError")
    assert error(outputs[2]) is None


def test_a_deaf_function_is_killed_and_the_state_comes_back():
    source = (
        "def deaf(x):\n    while True:\n        try:\n            while True: pass\n"
        "        except BaseException: pass\ndef fast(x): return x"
    )
    outputs = run(source, "deaf(1)", "assert fast(2) == 2", rules=QUICK)
    assert error(outputs[1]).startswith("CellTimeoutError")
    assert error(outputs[2]) is None


def test_a_test_that_catches_everything_ends_too():
    source = "def slow(x):\n    while True: pass"
    trying = "for i in range(1000):\n    try:\n        slow(1)\n    except BaseException: pass\nprint('end')"
    outputs = run(source, trying, "assert 1", rules=QUICK)
    assert error(outputs[1]).startswith("CellTimeoutError") and printed(outputs[1]) == "end\n"
    assert error(outputs[2]) is None


def test_a_loop_in_the_test_itself_ends():
    outputs = run(
        "x = 1",
        "while True:\n    try:\n        while x: pass\n    except BaseException: pass",
        "assert x",
        rules=QUICK,
    )
    assert error(outputs[1]).startswith("CellTimeoutError")
    assert error(outputs[2]) is None


def test_the_submission_has_a_limit_too():
    rules = dataclasses.replace(RULES, cell_s=30, submission_s=2)
    started = time.monotonic()
    outputs = run("import time\ntime.sleep(60)", "assert 1", rules=rules)
    assert error(outputs[0]).startswith("CellTimeoutError")
    assert error(outputs[1]).startswith("CellTimeoutError")
    assert time.monotonic() - started < 20


# ---- features of a kernel ------------------------------------------------------------------------


def test_kernel_features_work():
    source = """
%time 1
!echo from the shell
import asyncio, subprocess, sys
await asyncio.sleep(0)
from IPython.display import display, Markdown, HTML, clear_output
print('gone'); clear_output()
display(HTML('<script>alert(1)</script>'))
subprocess.run(['echo', 'low level'])
print('oops', file=sys.stderr)
_ = 5
value = %sx echo captured
print(value)
exit()
42
"""
    outputs = run(source)[0]
    text = printed(outputs)
    assert "low level" in text and "['captured']" in text and "gone" not in text
    assert [o for o in outputs if o.get("name") == "stderr"]
    assert outputs_of(outputs, "execute_result")[0]["data"] == {"text/plain": "42"}
    assert "script" not in json.dumps(outputs)


def outputs_of(outputs, kind):
    return [one for one in outputs if one["output_type"] == kind]


def test_output_is_limited():
    outputs = run("while True:\n    print('x' * 10000)", rules=QUICK)[0]
    assert len(json.dumps(outputs)) < 1_300_000


# ---- fairness ------------------------------------------------------------------------------------

CELLS = [
    locked("import math"),
    answer("def f(x):\n    raise NotImplementedError"),
    cell_of_test("assert f(3) == 9", "t"),
]
RIGHT = "def f(x): return x * x"


def passed(content, **files):
    outcome = graded(CELLS, content, **files)
    assert outcome.problem is None
    cells = {cell.grade_id: cell for cell in outcome.notebooks[0].cells if cell.grade_id}
    return error(cells["t"].outputs) is None, outcome.notes


def changed(**values):
    notebook = json.loads(submitted(("setup", "import math"), ("answer", RIGHT), ("t", "1")))
    return json.dumps(notebook | values).encode()


ODD = {
    "as it should be": changed(),
    "odd kernelspec": changed(metadata={"kernelspec": {"name": "R", "display_name": 3}}),
    "no metadata": changed(metadata=None),
    "old format": changed(nbformat=4, nbformat_minor=0),
    "format 3": json.dumps({"nbformat": 3, "worksheets": [{"cells": [
        {"cell_type": "code", "input": RIGHT, "metadata": {"nbgrader": {"grade_id": "answer"}}}]}]}).encode(),
    "with a byte order mark": b"\xef\xbb\xbf" + changed(),
    "a forged test": submitted(("answer", RIGHT), ("t", "raise ValueError")),
    "tests deleted": submitted(("answer", RIGHT)),
    "reordered": submitted(("t", "1"), ("answer", RIGHT), ("setup", "")),
    "an untouched copy first": submitted(("answer", "def f(x):\n    raise NotImplementedError"), ("answer", RIGHT)),
    "an untouched copy after": submitted(("answer", RIGHT), ("answer", "def f(x):\n    raise NotImplementedError")),
    "a second try after": submitted(("answer", "def f(x): return 0"), ("answer", RIGHT)),
    "a split cell": submitted(("answer", "k = 1"), ("answer", RIGHT)),
    "in a cell of its own": submitted((None, RIGHT)),
    "cells of odd shape": json.dumps({"nbformat": 4, "cells": [3, None, {"cell_type": 7},
        {"cell_type": "code", "source": RIGHT, "metadata": {"nbgrader": {"grade_id": "answer", "points": 1e9}}}]}).encode(),
    "own cells that fail": submitted((None, "1/0"), ("answer", RIGHT), (None, "import os\nos._exit(0)")),
}  # fmt: skip


@pytest.mark.parametrize("name", ODD)
def test_odd_notebooks_earn_what_the_answer_deserves(name):
    assert passed(ODD[name])[0]


BAD = {
    "not json": b"{",
    "empty": b"",
    "a list": b"[1]",
    "deep": b"[" * 1_000_000,
    "not text": b"\xff\xfe\x00",
    "long number": b'{"cells": ' + b"9" * 100_000 + b"}",
    "many cells": json.dumps({"cells": [{}] * 20_000}).encode(),
}


@pytest.mark.parametrize("name", BAD)
def test_unreadable_notebooks_are_reported(name):
    outcome = graded(CELLS, BAD[name])
    assert outcome.problem is None
    assert not outcome.notebooks[0].found
    assert "nb.ipynb cannot be graded" in outcome.notes[0]


def test_a_renamed_file_is_found():
    outcome = graded(CELLS, b"", **{"my homework (1).ipynb": changed()})
    assert outcome.notebooks[0].found
    assert any("is graded as nb.ipynb" in note for note in outcome.notes)


def test_extra_files_lie_beside_the_notebook():
    content = submitted(("answer", "def f(x): return int(open('data/nine.txt').read())"))
    assert passed(content, **{"data/nine.txt": b"9"})[0]


# ---- what a learner's process does to the worker --------------------------------------------------

LEARNER_ITSELF = """
import gc, time
learner = next(one for one in gc.get_objects() if type(one).__name__ == 'Learner')
"""


def test_a_process_that_stops_reading_is_given_up():
    deaf = LEARNER_ITSELF + "learner._channel.receive = lambda *a, **k: time.sleep(10**6)"
    content = submitted((None, deaf), (None, f"x = '{'x' * 900_000}'"), ("answer", RIGHT))
    started = time.monotonic()
    outcome = graded(CELLS, content, QUICK)
    assert time.monotonic() - started < 20
    cells = outcome.notebooks[0].cells
    assert error(cells[1].outputs).startswith("CellTimeoutError")
    assert error(cells[-1].outputs)  # its first cell does the same to each new process


def test_a_frame_that_would_keep_the_worker_busy_costs_its_sender_only():
    forged = """
import struct
items = b','.join(b'%d' % ((2**61 - 1) * k) for k in range(1, 200_000))
head = b'[[],["l",%d,"ok",["s",' % learner._request + items + b'],["l"]]]'
learner._channel.socket.sendall(struct.pack('<II', len(head), 0) + head)
"""
    started = time.monotonic()
    outcome = graded(CELLS, submitted((None, LEARNER_ITSELF + forged), ("answer", RIGHT)), QUICK)
    assert time.monotonic() - started < 15
    assert error(outcome.notebooks[0].cells[-1].outputs) is None


def test_outputs_of_a_notebook_are_limited(monkeypatch):
    monkeypatch.setattr(learner_outputs, "MOST_OUTPUT", 100_000)
    own = [(None, f"print('{letter}' * 40_000)") for letter in "abcde"]
    outcome = graded(CELLS, submitted(*own, (None, "print('few')"), ("answer", RIGHT)))
    texts = [printed(cell.outputs) for cell in outcome.notebooks[0].cells]
    assert [text[:1] for text in texts[:2]] == ["a", "b"]
    assert texts[2:5] == [shell.MORE] * 3
    assert texts[5] == "few\n"
    assert error(outcome.notebooks[0].cells[-1].outputs) is None


def test_outputs_are_rebuilt_within_limits():
    long = "x" * 3_000_000
    made = learner_outputs._output({"output_type": "stream", "name": "stdout", "text": long})
    assert len(made["text"]) == shell.MOST_TEXT + len(shell.MORE)
    made = learner_outputs._output({"output_type": "display_data", "data": {"image/png": long}})
    assert made["data"] == {"image/png": long}
    for count, kept in ((3, 3), (-1, None), (True, None), (1 << 70, None), ("1", None)):
        one = {"output_type": "execute_result", "data": {}, "execution_count": count}
        assert learner_outputs._output(one)["execution_count"] == kept
    many = {"output_type": "error", "traceback": ["x"] * 10_000}
    assert len(learner_outputs._output(many)["traceback"]) == 200


def test_replays_end_with_the_time_of_the_submission(monkeypatch):
    late, ask = [], session.Session._ask

    def watched(self, process, request, seconds):
        if request[0] == "run" and time.monotonic() > self.end:
            late.append(request)
        return ask(self, process, request, seconds)

    monkeypatch.setattr(session.Session, "_ask", watched)
    rules = dataclasses.replace(QUICK, submission_s=4)
    source = """
calls = 0
def f(x):
    global calls
    calls += 1
    return x * x
def end():
    import os
    os._exit(0)
"""
    slow = """
import time
if not calls:
    try: time.sleep(60)
    except KeyboardInterrupt: time.sleep(0.9)
"""
    tests = [cell_of_test("assert f(3) == 9", "t"), cell_of_test("end()", "u")]
    tests.append(cell_of_test("assert f(1) == 1", "v"))
    own = [(None, slow)] * 15
    content = submitted(("answer", source), ("t", ""), *own, ("u", ""), ("v", ""))
    outcome = graded([answer(), *tests], content, rules)
    assert late == []
    found = {cell.grade_id: error(cell.outputs) for cell in outcome.notebooks[0].cells}
    assert found["t"] is None and found["u"] and found["v"]
