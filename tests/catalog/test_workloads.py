"""Workloads: lengths that a simulator can draw from, arrivals, deadlines, and what nobody publishes."""

import pytest
from rows import for_each

from anuman import catalog

WORKLOADS = [catalog.workload(name) for name in catalog.workloads()]
UNITS = {
    "mean": {"token", "item"},
    "median": {"token", "item"},
    "p90": {"token"},
    "p99": {"token"},
    "cv": {""},
    "rate": {"request/s"},
    "ttft": {"s"},
    "tpot": {"s"},
    "ttft_fast": {"s"},
    "tpot_fast": {"s"},
    "deadline": {"s"},
    "percentile": {""},
    "flops": {"FLOP"},
}
DOCUMENTED = ("input", "output", "arrival", "candidates", *UNITS)
every_workload = for_each("workload", WORKLOADS, ids=lambda w: w.name)


def test_the_workloads_of_the_course_are_there():
    assert set(catalog.workloads()) >= {
        "chat",
        "coding-agent",
        "voice",
        "summarisation",
        "recommendation",
        "image-recognition",
        "driving",
    }


@every_workload
def test_fields_are_documented_and_in_si_units(workload):
    assert set(workload.label) == {"en", "hi"}
    for name, value in workload.quantities.items():
        assert all(part in DOCUMENTED for part in name.split(".")), name
        assert value.unit in UNITS[name.rpartition(".")[2]], name
        assert value.value > 0, name


@every_workload
def test_lengths_are_ordered_as_lengths_are(workload):
    for side in ("input", "output"):
        steps = [workload.quantities.get(f"{side}.{p}") for p in ("median", "p90", "p99")]
        values = [step.value for step in steps if step]
        assert values == sorted(values)
        mean = workload.quantities.get(f"{side}.mean")
        assert not (mean and values) or mean.value < max(values), side


@every_workload
def test_limits_are_ordered(workload):
    values = {name: value.value for name, value in workload.quantities.items()}
    for name in ("ttft", "tpot"):
        if f"{name}_fast" in values:
            assert values[f"{name}_fast"] < values[name]
    assert 0.9 < values.get("percentile", 0.99) < 1
    assert {"ttft", "deadline"} & values.keys() or "ttft" in workload.missing


@every_workload
def test_what_is_missing_is_absent_and_explained(workload):
    for name, reason in workload.missing.items():
        assert name not in workload.quantities
        assert len(reason) > 20


def test_lengths_for_a_simulator():
    chat = catalog.workload("chat")
    assert (chat.input.mean, chat.input.median, chat.input.cv) == (1154.7, 1020, 0.96)
    assert chat.output.mean == 211.1
    assert catalog.workload("coding-agent").input.median is None


@pytest.mark.parametrize(
    ("name", "field"),
    [("voice", "input"), ("recommendation", "output"), ("driving", "input")],
)
def test_lengths_that_nobody_publishes_are_refused(name, field):
    with pytest.raises(catalog.MissingValue, match=f"{name} has no {field}.mean.*Known of it"):
        getattr(catalog.workload(name), field)


def test_an_unknown_workload_names_the_nearest():
    with pytest.raises(catalog.UnknownName, match="summarisation"):
        catalog.workload("summarization")
