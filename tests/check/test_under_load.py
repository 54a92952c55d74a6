"""Assignment 06: every percentile method counts, the logs are of both kinds, the puzzle is bounded."""

import numpy as np
import pytest

from anuman.check.under_load.next_step import CASES, CURVE, NEXT_STEP, _chunks, bound
from anuman.check.under_load.percentile import MEDIANS, PERCENTILE_LATENCY, TAILS
from anuman.check.under_load.stable import CASES as LOGS
from anuman.check.under_load.stable import is_stable

METHODS = (
    "inverted_cdf", "averaged_inverted_cdf", "closest_observation", "interpolated_inverted_cdf",
    "hazen", "weibull", "linear", "median_unbiased", "normal_unbiased", "lower", "higher", "midpoint",
    "nearest",
)  # fmt: skip


@pytest.mark.parametrize("method", METHODS)
def test_every_percentile_method_counts(method):
    value = PERCENTILE_LATENCY.result.fields[0]
    for samples, p in (*MEDIANS, *TAILS):
        right, _enough = PERCENTILE_LATENCY.function(samples, p)
        found = value.read(float(np.percentile(samples, p, method=method)))
        assert value.same(value.read(right), found), (p, len(samples))


def test_logs_are_of_both_kinds():
    states = [is_stable(*log) for log in LOGS]
    assert 4 <= sum(states) <= len(states) - 4


def test_the_puzzle_grows_with_each_idea_and_stays_below_its_bound():
    (case,) = CASES
    play = NEXT_STEP.job
    shares = [
        play(rule)(*case) for rule in (_chunks(512), _chunks(256), _chunks(), NEXT_STEP.function)
    ]
    assert shares == sorted(shares) and len(set(shares)) == 4
    assert CURVE[-1][0] <= shares[-1] <= bound(case[0])
