"""The bus and the escalator: formulas against the simulator, the puzzle's checker, the real model in slots."""

import math
import random
import sys

import engine
import pytest
from answer_bank import answers
from hypothesis import given
from hypothesis import strategies as st

from anuman import lm, physics, serving
from anuman.check.batching.admit import ADMIT
from anuman.check.puzzle import Queue, bound, mean_steps
from anuman.check.result import Unreadable
from anuman.serving.priced import good_prices, mean_finish_bound

lengths = st.lists(st.integers(1, 40), min_size=1, max_size=30)


@given(lengths, st.integers(1, 12))
def test_steps_agree_with_the_simulator(answers, slots):
    requests = [(0.0, 1, answer) for answer in answers]
    for policy, steps in (
        (serving.Static(), physics.static_steps),
        (serving.Continuous(), physics.continuous_steps),
    ):
        run = serving.simulate(requests, policy, 1, slots, 10_000)
        assert steps(answers, slots) == pytest.approx(run.end_s)
    assert 0 <= physics.wasted_slot_fraction(answers, slots) < 1


@given(lengths, st.integers(1, 12))
def test_continuous_is_never_slower_than_static_and_never_below_the_mean(answers, slots):
    steps = physics.continuous_steps(answers, slots)
    assert steps <= physics.static_steps(answers, slots)
    assert steps >= max(max(answers), math.ceil(sum(answers) / slots))


def test_longest_of_many_lengths():
    assert physics.longest_over_mean(1, 10) == pytest.approx(1)
    assert physics.longest_over_mean(5, 1) == 1
    assert physics.longest_over_mean(32, 1000) == pytest.approx(physics.harmonic(32), rel=1e-3)
    draw = random.Random(1)
    geometric = serving.geometric(10)
    longest = [max(geometric(draw) for _one in range(8)) for _trial in range(20_000)]
    expected = physics.longest_over_mean(8, 10)
    assert sum(longest) / len(longest) / 10 == pytest.approx(expected, rel=0.02)
    with pytest.raises(ValueError, match="at least 1 token"):
        physics.longest_over_mean(3, 0.5)


def test_a_chain_serves_as_many_queries_as_chips_for_nothing():
    machine = (70e9, 1e9, 100e12, 10e12, 1)
    alone = physics.chain(1, 50, *machine)
    full = physics.chain(50, 50, *machine)
    assert full.tpot_s == alone.tpot_s
    assert full.throughput == pytest.approx(50 * alone.throughput)
    assert physics.chain(100, 50, *machine).tpot_s > full.tpot_s


@pytest.mark.parametrize("bad", [([], 2), ([3, 0], 2), ([3], 0), ([3], 1.5)])
def test_bad_queues_are_refused(bad):
    for steps in (physics.static_steps, physics.continuous_steps, physics.wasted_slot_fraction):
        with pytest.raises(ValueError, match=r"lengths|slots|length"):
            steps(*bad)


# The puzzle


@pytest.mark.parametrize("case", [*ADMIT.examples, *ADMIT.parts[0].cases], ids=["example", "cases"])
def test_the_puzzle_s_bound_is_close_and_no_rule_gets_below_it(case):
    (queues,) = case
    rules = [ADMIT.function, *(m.function for m in ADMIT.misconceptions)]
    for queue in queues:
        reached = [mean_steps(rule, queue) for rule in rules]
        assert 0.9 * min(reached) < queue.bound < min(reached)


def test_memory_times_steps_beats_shortest_first_and_passing_pays_in_every_graded_queue():
    hints = {m.name: m.function for m in ADMIT.misconceptions}
    for queue in ADMIT.parts[0].cases[0][0]:
        best = mean_steps(ADMIT.function, queue)
        assert mean_steps(hints["shortest first"], queue) > 1.05 * best
        assert mean_steps(hints["memory times steps, nobody passes"], queue) > best


def test_points_of_the_puzzle_grow_with_the_score():
    (part,) = ADMIT.parts
    (case,) = part.cases
    worth = [
        ADMIT.worth(part, [(280.0, bound(case[0]) / s)], False) for s in (0.5, 0.7, 0.85, 0.93)
    ]
    assert worth[0] == 0 < worth[1] < worth[2] < worth[3] == 3
    assert ADMIT.worth(part, [None], False) == 0


def test_any_prices_prove_a_bound_and_good_ones_a_close_one():
    """Three requests, worked by hand: both small ones at once, then the large one: (2 + 2 + 4) / 3."""
    requests = [(6, 2), (4, 2), (10, 2)]
    least = 8 / 3
    draw = random.Random(1)
    for _trial in range(50):
        prices = tuple([draw.uniform(0, 3) for _step in range(6)] for _row in range(2))
        assert mean_finish_bound(requests, 10, prices) <= least + 1e-9
    good = good_prices(requests, 10, least)
    assert mean_finish_bound(requests, 10, good) == pytest.approx(least, rel=0.02)
    with pytest.raises(ValueError, match="negative"):
        mean_finish_bound(requests, 10, ((-1.0,), ()))


QUEUE = Queue(((0.0, 10, 5), (0.0, 30, 5), (1.0, 10, 2)), 50, 1.0)


@pytest.mark.parametrize(
    ("rule", "said"),
    [
        (lambda w, r, f: [job["id"] for job in w], "count free_kv down"),
        (lambda w, r, f: [], "somebody who waits must be admitted"),
        (lambda w, r, f: [w[0]["id"]] * 2, "only once"),
        (lambda w, r, f: ["nobody"], "only a request that is waiting"),
        (lambda w, r, f: 7, "must return a list"),
    ],
)
def test_a_rule_that_breaks_the_rules_is_stopped(rule, said):
    with pytest.raises(Unreadable) as stopped:
        mean_steps(rule, QUEUE)
    assert said in stopped.value.message.said("en")


def test_an_error_of_the_rule_is_the_learner_s_own():
    with pytest.raises(KeyError):
        mean_steps(lambda waiting, running, free_kv: [waiting[0]["name"]], QUEUE)


def test_a_rule_cannot_change_the_queue():
    def spoils(waiting, running, free_kv):
        chosen = [waiting[0]["id"]] if not running else []
        for job in waiting:
            job["output_tokens"] = job["kv_tokens"] = 1
        return chosen

    def honest(waiting, running, free_kv):
        return [waiting[0]["id"]] if not running else []

    assert mean_steps(spoils, QUEUE) == mean_steps(honest, QUEUE)


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="isolation needs Linux")
def test_the_puzzle_is_graded_across_the_wall():
    """The rule runs in the learner's process, decision by decision; the queue stays on this side."""
    stub = "def admit(waiting, running, free_kv):\n    raise NotImplementedError()"
    check = 'from anuman.check import check\n\ncheck("05-batching/admit", admit)'
    for kind, points in (("right", None), ("wrong", 0.85)):
        chosen = next(
            a for a in answers("05-batching", kind) if a.task == "admit" and a.points == points
        )
        outputs = engine.run(chosen.source, check, stub=stub)[-1]
        result = next(o for o in outputs if o["output_type"] == "execute_result")
        assert float(result["data"]["text/plain"]) == (points or ADMIT.points)
        assert chosen.hint in engine.printed(outputs)


# The real model

PROMPTS = ["One day Anu", "One day Anu had 3 books and gave 2. Now Anu had", "एक दिन अनु"] * 2


@pytest.fixture(scope="module")
def model():
    return lm.load()


@pytest.mark.slow
def test_both_ways_write_the_same_answers_in_the_counted_steps(model):
    static, continuous = (
        lm.serve(model, PROMPTS, 3, policy) for policy in ("static", "continuous")
    )
    alone = lm.serve(model, PROMPTS, 1, "continuous")
    assert static.texts == continuous.texts == alone.texts
    assert static.steps == physics.static_steps(static.lengths, 3)
    assert continuous.steps == physics.continuous_steps(continuous.lengths, 3)
    assert continuous.rows == sum(continuous.lengths) < static.rows <= 3 * static.steps


def test_a_full_cache_ends_an_answer(model):
    context = model.config.context
    for policy in ("static", "continuous"):
        run = lm.serve(model, PROMPTS[:2], 2, policy, max_tokens=10 * context, temperature=1.5)
        assert all(1 <= n <= context for n in run.lengths)
    short = lm.serve(model, PROMPTS[:2], 2, "static", max_tokens=4)
    assert max(short.lengths) <= 4


def test_bad_calls_are_refused(model):
    with pytest.raises(ValueError, match="policy"):
        lm.serve(model, PROMPTS, 2, "bus")
    with pytest.raises(lm.LmError, match="slots"):
        lm.serve(model, PROMPTS, 0, "static")
