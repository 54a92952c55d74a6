"""The real server: everybody answered, in time order, with the words that each would get alone."""

import itertools

import pytest

from anuman import lm
from anuman.lm import live_server

PROMPTS = ("One day Anu", "Kabir was at the", "It was a rainy day. Zoya")


@pytest.fixture(scope="module")
def model():
    return lm.load()


class Clock:
    """A clock that a test moves: a thousandth of a second each time it is asked, more where it jumps."""

    def __init__(self, jumps=None):
        self.now, self.asked, self.jumps = 100.0, 0, jumps or {}

    def __call__(self) -> float:
        self.asked += 1
        self.now += 0.001 + self.jumps.get(self.asked, 0.0)
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds


def run(model, clock, **settings):
    coming = live_server.requests(PROMPTS, 40.0, 1.0, 5, seed=3)
    return coming, live_server.serve_live(
        model, coming, 40.0, 4, clock=clock, sleep=clock.sleep, **settings
    )


def test_everybody_is_answered_after_arriving(model):
    coming, live = run(model, Clock())
    assert len(live.answers) == len(coming) > 20
    assert live.unfinished == 0 and not live.stopped
    for one in live.answers:
        assert one.arrival_s < one.first_token_s <= one.finish_s <= live.seconds
        assert 1 <= len(one.tokens) <= one.most
    assert max(step.decodes for step in live.steps) <= 4
    read = sum(step.prompt_tokens for step in live.steps)
    assert read == sum(one.prompt_tokens for one in live.answers)


def test_a_batched_answer_is_the_one_written_alone(model):
    _coming, live = run(model, Clock())
    assert any(step.decodes > 1 for step in live.steps)
    for one in live.answers:
        assert live_server.written_alone(model, one) == one.tokens


@pytest.mark.parametrize("jump", [3600.0, -3600.0])
def test_a_clock_that_jumps_is_no_waiting(model, jump):
    _coming, live = run(model, Clock({50: jump}))
    assert live.seconds < 3
    assert live.paused_s == pytest.approx(max(jump, 0.0), abs=0.01)
    assert all(0 <= one.finish_s - one.arrival_s < 3 for one in live.answers)
    assert all(step.seconds >= 0 for step in live.steps)


def test_stopping_keeps_what_was_answered(model):
    count = itertools.count()

    def stop(_seconds):
        if next(count) == 40:
            raise KeyboardInterrupt

    coming, live = run(model, Clock(), progress=stop)
    assert live.stopped and 0 < len(live.answers) < len(coming)
    assert all(one.finish_s for one in live.answers)


def test_step_costs_are_found_again_and_never_negative():
    steps = [
        live_server.Step(n, p, 0.004 + 0.001 * n + 0.0005 * p)
        for n, p in ((1, 0), (2, 7), (5, 0), (8, 3), (3, 20))
    ]
    assert live_server.step_costs(steps) == pytest.approx((0.004, 0.001, 0.0005))
    falling = [live_server.Step(n, 0, 0.01 - 0.001 * n) for n in range(1, 6)]
    assert min(live_server.step_costs(falling)) >= 0


def test_bad_settings_are_refused_in_words(model):
    with pytest.raises(lm.LmError, match="above zero"):
        live_server.requests(PROMPTS, 0, 1, 5, 1)
    with pytest.raises(lm.LmError, match="0 slots"):
        live_server.serve_live(model, [], 1.0, 0)
