"""Lesson 10: its questions and tables, and what its storm says when it is skipped, stopped or cannot go on."""

import re

import pytest

from anuman.lessons import own_storm, training
from anuman.lm import LmError, kill_storm


def test_predictions_are_what_the_catalogue_and_the_law_give():
    days, minutes, speedup, watts = (question.answer() for question in training.questions())
    assert days == pytest.approx(
        6 * 405.85e9 * 15.6e12 / (20_000 * 989e12 * 0.4) / 86_400, rel=1e-3
    )
    assert minutes == pytest.approx(30.4, abs=0.05)
    assert speedup == pytest.approx(4.2, abs=0.01)
    assert watts == pytest.approx(1364, abs=1)


def test_the_product_stays_where_the_days_change():
    rows = [row.split(" | ") for row in training.worked_days().words.splitlines()[2:]]
    assert len({row[1] for row in rows}) == 3 and len({row[2] for row in rows}) == 1


def test_published_goodput_is_reached_only_with_quick_checkpoints():
    rows = [row.split(" | ") for row in training.published_goodput().words.splitlines()[2:]]
    reached = [float(row[1].removesuffix(" %")) > 90 for row in rows]
    assert reached == [True, True, False, False]


def test_published_hours_lie_below_the_peak_and_fall_with_the_model():
    rows = [row.split(" | ") for row in training.published_hours().words.splitlines()[2:]]
    shares = [float(row[-1].removesuffix(" %")) for row in rows]
    assert len(shares) >= 9 and shares[0] == min(shares) and max(shares) < 50


def test_the_sums_say_which_reports_agree():
    words = training.agreeing().words
    assert "83.3 days" in words and "1.82 kW each" in words
    assert re.search(r"cooling for 350 MW \| 636 W each .*not if all of them ran", words)
    assert words.count("nobody can say") == 2


def test_the_verdict_shows_both_clusters_and_what_came_of_it():
    words = training.verdict().words
    assert "Supported" in words and "It came true" in words
    assert "13.3 to 23.9 days" in words and "55.8 to 100 days" in words


def test_racks_need_thousands_of_times_more_air_than_water():
    rows = [row.split(" | ") for row in training.worked_rack().words.splitlines()[2:]]
    assert all(float(row[-1].replace(",", "")) > 1000 for row in rows)


@pytest.fixture
def shown(monkeypatch):
    """What the cell says in the end."""
    said = []
    monkeypatch.setattr(own_storm, "display", lambda *shown: None)
    plain = own_storm.message
    monkeypatch.setattr(own_storm, "message", lambda words: said.append(words) or plain(words))
    return said


@pytest.fixture(scope="module")
def run():
    names = ("start", "resume", "checkpoint", "saved", "failure", "resume", "end")
    times, steps = (0.0, 0.1, 1.1, 1.2, 1.7, 1.9, 3.0), (0, 0, 10, 10, 10, 10, 20)
    log = [
        {"at_s": at, "event": name, "step": step}
        for at, name, step in zip(times, names, steps, strict=True)
    ]
    return kill_storm.Run(10, log)


def test_a_storm_can_be_skipped(shown):
    assert own_storm.storm(0) is None
    assert own_storm.beside_law(None).words == own_storm.diary(None).words
    assert "Skipped" in shown[0] and "no run to look at" in shown[-1]


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (KeyboardInterrupt(), "Stopped; the training processes are ended. Finished runs: 1."),
        (LmError("the {file} is gone."), "no further: the {file} is gone. Finished runs: 1."),
        (OSError(28, "No space left on device"), "No space left on device. Finished runs: 1."),
    ],
)
def test_what_was_finished_is_kept_when_it_stops_or_fails(error, said, run, shown, monkeypatch):
    runs = iter([run, run, error])

    class Cluster:
        def __init__(self, folder):
            pass

        def run(self, every, kills, seconds, progress=None):
            made = next(runs)
            if made is error:
                raise error
            return made

        def clear(self):
            pass

    monkeypatch.setattr(kill_storm, "Storm", Cluster)
    weather = own_storm.storm(12)
    assert weather.runs == [run]
    assert said in shown[-1]
    assert "The first 7 of 7 events" in own_storm.diary(weather).words
    assert "Young's interval" in own_storm.beside_law(weather).words


def test_the_intervals_are_parts_and_multiples_of_young_s(run):
    steps = own_storm._intervals(run, 2.6)
    best = (2 * 0.1 * 2.6) ** 0.5 / kill_storm.step_s([run])
    assert steps == [max(1, round(f * best)) for f in own_storm.FACTORS]
