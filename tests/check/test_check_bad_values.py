"""What learners' functions return and do by mistake: a clear message, no penalty for noise."""

import logging
import os
import signal
import subprocess
import sys
import threading
import time
import warnings
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest

from anuman.check import check, examples, time_limit
from anuman.check.call import call
from anuman.check.task import tasks
from anuman.check.time_limit import TimeLimit


class Liar:
    """Claims to be a float that equals everything."""

    __class__ = float

    def __eq__(self, other):
        return True

    def __float__(self):
        return 200.0


class Seconds(float):
    def __float__(self):
        raise AssertionError("the checker runs the learner's methods")

    def __add__(self, other):
        raise AssertionError("the checker runs the learner's methods")


def yields(flops, bandwidth):
    yield flops / bandwidth


async def is_async(flops, bandwidth):
    return flops / bandwidth


def raises(flops, bandwidth):
    missing = {}
    return missing[flops]


def forever(flops, bandwidth):
    while True:
        pass


def endless_and_deaf(flops, bandwidth):
    while True:
        try:
            time.sleep(0.001)
            int("1")
        except:  # noqa: E722
            pass


def deeper(flops, bandwidth):
    return deeper(flops, bandwidth)


def leaves(flops, bandwidth):
    sys.exit(1)


def stub(flops, bandwidth):
    raise NotImplementedError()


BAD = {
    "nothing": (lambda f, b: None, "returned None. Did you forget the word return?"),
    "nan": (lambda f, b: float("nan"), "NaN"),
    "nan array": (lambda f, b: np.array([np.nan]), "NaN"),
    "infinity": (lambda f, b: np.inf, "infinity"),
    "huge integer": (lambda f, b: int(f) ** 200, "infinity"),
    "text": (lambda f, b: str(f / b), "returned text"),
    "boolean": (lambda f, b: f > b, "the answer of a comparison"),
    "numpy boolean": (lambda f, b: np.bool_(True), "the answer of a comparison"),
    "complex": (lambda f, b: (-f / b) ** 0.5, "complex number"),
    "comma": (lambda f, b: (f / b,), "Remove the comma"),
    "list": (lambda f, b: [f / b], "returned list (1); it must return one number"),
    "array": (lambda f, b: np.array([f, b]), "returned ndarray (2,)"),
    "empty array": (lambda f, b: np.array([]), "returned ndarray (0)"),
    "dict": (lambda f, b: {"ridge": f / b}, "returned dict (1)"),
    "function": (lambda f, b: max, "are the parentheses of a call missing?"),
    "generator": (yields, "uses yield"),
    "coroutine": (is_async, "async def"),
    "liar": (lambda f, b: Liar(), "returned Liar; it must return one number"),
    "raises": (raises, "stops with KeyError: <flops> (line"),
    "loop": (forever, "After 2 seconds the function had not ended"),
    "deaf loop": (endless_and_deaf, "After 2 seconds the function had not ended"),
    "recursion": (deeper, "calls itself too often"),
    "exit": (leaves, "calls exit() or quit()"),
    "untouched": (stub, "No answer yet"),
    "too few arguments": (lambda flops: flops, "The arguments must be ridge(flops, bandwidth)"),
    "too many arguments": (lambda a, b, c: a, "yours are ridge(a, b, c)"),
    "a number": (200.0, "ridge is no function but float"),
    "None": (None, "ridge is no function but NoneType"),
    "zero": (lambda f, b: 0, "is wrong is 0"),
    "negative": (lambda f, b: -f / b, "the sign is not"),
    "constant": (lambda f, b: 12.0, "the same in every case"),
    "seven times": (lambda f, b: 7 * f / b, "7.00 times too large"),
    "coarse": (lambda f, b: round(f / b, -2), "Rounded too early"),
}


@pytest.mark.parametrize("name", BAD)
def test_bad_function_is_told_what_is_wrong(name, capfd):
    function, message = BAD[name]
    points = check("02-roofline/ridge", function)
    said, errors = capfd.readouterr()
    assert type(points) is float
    assert points == 0.0
    assert message in said
    assert errors == ""


GOOD = {
    "int": lambda f, b: int(f / b),
    "float32": lambda f, b: np.float32(f / b),
    "longdouble": lambda f, b: np.longdouble(f) / b,
    "int64": lambda f, b: np.int64(f // b),
    "0-d array": lambda f, b: np.array(f / b),
    "array of one": lambda f, b: np.array([[f / b]]),
    "object array": lambda f, b: np.array([Fraction(f) / Fraction(b)], dtype=object),
    "fraction": lambda f, b: Fraction(f) / Fraction(b),
    "decimal": lambda f, b: Decimal(f) / Decimal(b),
    "subclass of float": lambda f, b: Seconds(f / b),
    "ufunc": np.divide,
    "vectorize": np.vectorize(lambda f, b: f / b),
    "default argument": lambda flops, bandwidth, scale=1: flops / bandwidth / scale,
    "any arguments": lambda *arguments: arguments[0] / arguments[1],
}


@pytest.mark.parametrize("name", GOOD)
def test_every_kind_of_number_counts(name, capsys):
    assert check("02-roofline/ridge", GOOD[name]) == 0.5


def noisy(flops, bandwidth):
    print("hidden", flops)
    print("hidden", flops, file=sys.stderr)
    warnings.warn("careless", stacklevel=1)
    logging.getLogger("learner").error("hidden %s", flops)
    os.write(2, b"raw")
    subprocess.run([sys.executable, "-c", "import sys; sys.stderr.write('child')"], check=True)
    return np.float64(flops) / bandwidth + 0 * np.log(-1.0)


def test_noise_is_swallowed_and_costs_nothing(capfd):
    assert check("02-roofline/ridge", lambda f, b: (noisy(f, b), f / b)[1]) == 0.5
    said, errors = capfd.readouterr()
    assert "hidden" not in said
    assert errors == ""


def test_examples_show_prints_but_never_errors(capfd):
    assert examples("02-roofline/ridge", raises) is None
    assert examples("02-roofline/ridge", None) is None
    assert examples("02-roofline/ridge", lambda f, b: print("seen") or f / b) is None
    said, errors = capfd.readouterr()
    assert "KeyError" in said
    assert "seen" in said
    assert errors == ""


def test_arguments_are_the_learners_own_copies(capsys):
    def spoils(nbytes, seconds):
        best = min(seconds[1:])
        seconds.clear()
        return 2 * nbytes / best

    assert check("02-roofline/copy_bandwidth", spoils) == 2.0


def test_pairs(capsys):
    task = "02-roofline/verdict"
    flips = "flops * mfu * w / (2 * bandwidth * mbu)"
    names = "batch, flops, bandwidth, w, mfu, mbu"
    for returned, message in [
        (f"{flips}", "it must return 2 values: (label, flips_at)"),
        ("('memory', None)", "returned None"),
        (f"('memory', {flips}, 1)", "returned tuple (3)"),
        ("None", "Did you forget the word return?"),
    ]:
        assert check(task, eval(f"lambda {names}: {returned}")) == 0.0
        assert message in capsys.readouterr().out
    for label in ("'slow'", "None", "7", "'memory or compute'"):
        assert check(task, eval(f"lambda {names}: ({label}, {flips})")) == 0.75
        assert 'label must be one of "memory" / "compute"' in capsys.readouterr().out
    for row in (
        "(f, 'Memory-bound' if batch < f else 'compute bound')",
        "['मेमोरी' if batch < f else 'गणना', f]",
        "(np.where(batch < f, 'memory', 'compute'), np.array([f]))",
        "np.array(['the memory' if batch < f else 'COMPUTE', f], dtype=object)",
    ):
        source = f"lambda {names}: (lambda f: {row})({flips})"
        assert check(task, eval(source, {"np": np})) == 1.0, row
    capsys.readouterr()
    for returned in [
        f"['memory' if batch < {flips} else 'compute', {flips}]",
        f"(' Memory' if batch < {flips} else 'COMPUTE', {flips})",
    ]:
        assert check(task, eval(f"lambda {names}: {returned}")) == 1.0


def test_time_limit_in_another_thread():
    """The way without signals, which Windows takes."""
    outcomes = []

    def body():
        outcomes.append(call(forever, (1.0, 1.0), seconds=0.2))
        outcomes.append(call(lambda f, b: f / b, (1.0, 2.0), seconds=0.2))

    thread = threading.Thread(target=body)
    thread.start()
    thread.join(30)
    assert isinstance(outcomes[0].error, TimeLimit)
    assert outcomes[1].value == 0.5


@pytest.mark.parametrize("thread", [False, True])
def test_a_busy_computer_has_more_time(monkeypatch, thread):
    monkeypatch.setattr(time_limit, "crowding", lambda: 5.0)
    outcomes = []

    def body():
        outcomes.append(call(lambda s: time.sleep(s) or 1.0, (0.8,), seconds=0.5))

    if thread:
        one = threading.Thread(target=body)
        one.start()
        one.join(30)
    else:
        body()
    assert outcomes[0].value == 1.0


def test_calls_together_have_more_time_on_a_busy_computer(monkeypatch):
    monkeypatch.setattr(time_limit, "crowding", lambda: 5.0)
    budget = time_limit.Budget(1.0)
    with budget.spent():
        time.sleep(0.5)
    assert budget.left > 0.7


def test_time_limit_leaves_no_trace():
    before = signal.getsignal(signal.SIGALRM), sys.gettrace()
    assert isinstance(call(endless_and_deaf, (1.0, 1.0), seconds=0.1).error, TimeLimit)
    assert (signal.getsignal(signal.SIGALRM), sys.gettrace()) == before
    assert signal.getitimer(signal.ITIMER_REAL) == (0.0, 0.0)


def test_the_users_own_interrupt_is_not_swallowed():
    def interrupted(flops, bandwidth):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        check("02-roofline/ridge", interrupted)


def test_slow_calls_share_one_limit(monkeypatch, capsys):
    """Many slow calls must not add up to more than a task may take."""
    monkeypatch.setattr("anuman.check.grade.TASK_SECONDS", 0.2)
    monkeypatch.setattr("anuman.check.task.SECONDS", 0.2)
    calls = []

    def slow(n, batch, flops, bandwidth, bytes_per_weight):
        calls.append(n)
        time.sleep(60)

    assert check("02-roofline/step_time", slow) == 0.0
    assert len(calls) == 3  # one for each part


ATTEND = "04-kv-cache/attend_with_cache"


def attended(change):
    """The right answer of the attention task, changed."""
    right = tasks()[ATTEND].function
    return lambda q, k, v, cache: change(*right(q, k, v, cache))


BAD_ARRAYS = {
    "nan": (lambda out, kv: (out * np.nan, kv), "holds NaN"),
    "no pair": (lambda out, kv: (out, kv[0]), "cache must be a pair of arrays"),
    "None in the cache": (lambda out, kv: (out, (kv[0], None)), "returned None"),
    "cache forgotten": (lambda out, kv: out, "it must return 2 values: (out, cache)"),
    "order": (lambda out, kv: (kv, out), "The order must be (out, cache)."),
    "ragged": (lambda out, kv: ([[1.0], [1.0, 2.0]], kv), "different lengths"),
    "flat": (lambda out, kv: (out.ravel(), kv), "must be an array with the axes (t, e)"),
    "text": (lambda out, kv: ([["a"]], kv), "returned text"),
    "complex": (lambda out, kv: (out + 1j, kv), "complex number"),
    "cut": (lambda out, kv: (out[:, :1], kv), "Its shape is"),
    "other values": (lambda out, kv: (out + 1, kv), "out is wrong in some cases"),
}


@pytest.mark.parametrize("name", BAD_ARRAYS)
def test_bad_array_is_told_what_is_wrong(name, capfd):
    change, message = BAD_ARRAYS[name]
    assert check(ATTEND, attended(change)) == 0.0
    said, errors = capfd.readouterr()
    assert message in said
    assert errors == ""


GOOD_ARRAYS = {
    "float32": lambda out, kv: (np.float32(out), [np.float32(a) for a in kv]),
    "lists": lambda out, kv: [out.tolist(), [a.tolist() for a in kv]],
    "stacked": lambda out, kv: (out, np.stack(kv)),
    "matrix": lambda out, kv: (np.asmatrix(out), kv),
    "objects": lambda out, kv: (out.astype(object), kv),
    "seven digits": lambda out, kv: (out.round(7), kv),
}


@pytest.mark.parametrize("name", GOOD_ARRAYS)
def test_every_kind_of_array_counts(name, capsys):
    assert check(ATTEND, attended(GOOD_ARRAYS[name])) == 3.0


def test_numbers_of_arrays_are_not_told_in_error_messages(capsys):
    def tells(q, k, v, cache):
        raise ValueError(f"{q[0, 0]!r} {float(k[0, 0])}")

    assert check(ATTEND, tells) == 0.0
    assert "ValueError: np.float64(<q>) <k>" in capsys.readouterr().out
