"""Hostile submissions: each gets the points it deserves and harms nobody, for root and an ordinary user."""

import pytest
from batch import BATCHES, FAMILIES, NEIGHBOURS, RUNS, SECRETS, end_of, graded
from plain_course import POINTS, honest
from rows import for_all

pytestmark = pytest.mark.classroom


every_run = pytest.mark.parametrize(
    ("batch", "user"),
    [
        # All that looks at one run goes to one worker, which grades the batch once.
        pytest.param(batch, user, marks=pytest.mark.xdist_group(f"attacks-{batch}-{user}"))
        for batch, user in RUNS
    ],
)
# What only the hidden tests hold must not show in feedback either.
HIDDEN = [
    "SECRET-hidden",
    "secret-hidden",
    "SECRET-HIDDEN",
    "271828",
    "314159",
    "16180",
]


def test_the_suite_is_large():
    names = [attack.name for attacks in FAMILIES.values() for attack in attacks]
    assert len(set(names)) == len(names) >= 200


@every_run
def test_the_run_ends_and_lists_everybody(batch, user):
    outcome = graded(batch, user)
    assert outcome.status in (0, 1), end_of(outcome.said)
    assert set(outcome.results) == {a.name for a in BATCHES[batch]} | set(NEIGHBOURS)


@every_run
def test_honest_neighbours_get_their_points(batch, user):
    outcome = graded(batch, user)
    release = outcome.course.release()
    for student, number in NEIGHBOURS.items():
        assert outcome.points[student] == honest(release, number)[1], student
        result = outcome.results[student]
        assert {
            t["id"]: t["points"] for t in result["tasks"] if t["id"] in POINTS
        } == outcome.points[student]


@every_run
def test_nothing_is_harmed_and_nothing_survives(batch, user):
    outcome = graded(batch, user)
    assert outcome.survivors == []
    assert outcome.connections == []
    assert outcome.escaped == []
    assert outcome.changed == []


@every_run
def test_feedback_for_everybody(batch, user):
    outcome = graded(batch, user)
    assert outcome.feedback_status in (0, 1), end_of(outcome.feedback_said)
    for student in NEIGHBOURS:
        assert set(outcome.pages(student)) == {"numbers", "words"}


@every_run
def test_points_are_those_deserved(batch, user):
    outcome = graded(batch, user)
    for_all(BATCHES[batch], lambda attack: assert_deserved(outcome, attack))


def assert_deserved(outcome, attack):
    result = outcome.results[attack.name]
    recorded = outcome.points.get(attack.name, {})
    shown = {task["id"]: task["points"] for task in result["tasks"]}
    deserved = attack.points
    refused = attack.or_refused and not any(recorded.get(task) for task in attack.or_refused)
    if refused:
        deserved |= dict.fromkeys(attack.or_refused, 0.0)
    deserved |= {task: recorded.get(task) or 0.0 for task in attack.own_harm}
    for found in (recorded, shown):
        assert {task: found.get(task) or 0.0 for task in POINTS} == deserved
    assert result["points"] == pytest.approx(sum(deserved.values()))
    if attack.noted or refused:
        assert result["notes"]
    for task in result["tasks"]:
        if deserved.get(task["id"]) == 0.0:
            assert task["reason"].strip(), task["id"]


@every_run
def test_nothing_leaks(batch, user):
    outcome = graded(batch, user)
    for_all(BATCHES[batch], lambda attack: assert_nothing_leaks(outcome, attack))


def assert_nothing_leaks(outcome, attack):
    outputs = outcome.outputs(attack.name)
    assert [secret for secret in SECRETS if secret in outputs] == []
    for name, page in outcome.pages(attack.name).items():
        shown = [secret for secret in (*SECRETS[1:], *HIDDEN) if secret in page]
        assert shown == [], name
