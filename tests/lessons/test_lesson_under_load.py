"""Lesson 06: its questions and tables against the simulator, and a short run of its server."""

import pytest

from anuman import lm
from anuman.lessons import own_server, under_load
from anuman.lm import live_server


@pytest.mark.slow
def test_predictions_are_what_the_simulator_finds():
    inside, tail, cliff, idle = (question.answer() for question in under_load.questions())
    half, full = under_load._at(under_load.HALF), under_load._at(under_load.AT_LIMIT)
    assert inside == pytest.approx(half.inside, rel=0.1)  # Little's law, but for the run's ends
    assert tail == half.ttft_p99_s / half.ttft_p50_s > 2
    assert cliff > 5 and full.state == "stable"
    assert 20 < idle < 80


def test_few_samples_scatter_more():
    def width(row: str, column: int) -> float:
        low, high = (float(part.split()[0]) for part in row.split(" | ")[column].split(" to "))
        return high / low

    rows = under_load.worked_percentiles().words.splitlines()[2:5]
    assert width(rows[0], 3) > width(rows[2], 3)
    assert width(rows[0], 2) > width(rows[2], 2)


@pytest.mark.slow
def test_verdict_names_load_chip_and_length():
    words = under_load.verdict().words
    seconds = [
        float(line.split(" | ")[-1].split()[0])
        for line in words.splitlines()
        if line.count(" | ") == 4 and line.endswith(" s")
    ]
    quiet, half, limit, beyond, other_chip, short = seconds
    assert quiet < half < limit < beyond
    assert other_chip < beyond
    assert short == pytest.approx(limit / 2, rel=0.02)


@pytest.fixture(scope="module")
def run():
    model, rate = lm.load(), 30.0
    coming = live_server.requests(own_server._prompts(), rate, 2.0, own_server.MY_TOKENS, 1)
    return live_server.serve_live(model, coming, rate, own_server.MY_SLOTS)


@pytest.mark.slow
def test_the_learner_s_run_stands_beside_the_simulator(run):
    words = own_server.beside_simulator(run).words
    assert f"{len(run.answers)} requests" in words
    assert len(words.splitlines()) == 5
    count = min(len(run.answers), own_server.CHECKED)
    assert f"{count} of {count} answers" in own_server.same_alone(run).words


def test_a_skipped_or_stopped_run_is_said_in_words(run, capsys):
    assert own_server.serve(0) is None
    assert "no run" in own_server.beside_simulator(None).words
    assert "no run" in own_server.same_alone(None).words
    run.stopped, run.unfinished, run.paused_s = True, 7, 3600.0
    told = own_server._told(run)
    assert "7 requests were still inside" in told and "clock jumped" in told and "guess" in told
