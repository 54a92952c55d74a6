"""The batch sweep: every point measured, held against the machine's own roofline, stoppable."""

from dataclasses import replace

import pytest
from drawing import examine, on_page, saved_svg, words
from gate import Gate
from hypothesis import given, settings
from hypothesis import strategies as st
from test_widgets_machine import made_up

from anuman import lm, machine, physics
from anuman.language import speaking
from anuman.lm import batch_sweep as measuring
from anuman.lm.batch_sweep import BATCHES, FORMS, BatchStep, Sweep
from anuman.widgets import batch_sweep
from anuman.widgets.batch_sweep import sweep_chart
from anuman.widgets.batch_sweep.sweep_chart import Seen

TINY = lm.Config(vocab=64, dim=32, layers=1, heads=2, kv_heads=1, hidden=64, context=128)


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("ANUMAN_HOME", str(tmp_path))
    monkeypatch.setattr(measuring, "SPEED_CONFIG", TINY)
    monkeypatch.setattr(measuring, "MOST_ROUNDS", 4)
    return tmp_path


@pytest.fixture
def kept_machine():
    """A measurement of this computer, so that the widget need not make one."""
    kept = made_up(name=machine.host.processor())
    machine.save(kept)
    return kept


def made_sweep(seconds=lambda form, batch: 0.01 * batch, spread=0.02) -> Sweep:
    """A sweep of 1,000 weights with these times; FLOPs and bytes as a real one counts them."""
    steps = {
        form: tuple(
            BatchStep(b, seconds(form, b), 2000 * b, 4000 + 100 * b) for b in BATCHES
        )
        for form in FORMS
    }  # fmt: skip
    return Sweep(1000, 4000, 64, 4, spread, steps)


def test_every_point_is_measured_and_counted():
    model = lm.random(TINY)
    seen = []
    sweep = measuring.measure(model, 10, rounds=2, seconds_wanted=0, progress=seen.append)
    assert sweep.rounds == 2
    assert sweep.steps["blocks"][0] == sweep.steps["plain"][0]  # one row: the same product
    assert seen == sorted(seen) and seen[-1] == 1
    kv = 4 * TINY.kv_per_token
    for form in FORMS:
        assert tuple(s.batch for s in sweep.steps[form]) == BATCHES
        for step in sweep.steps[form]:
            assert step.seconds > 0
            assert step.flops == step.batch * sweep.steps[form][0].flops
            one = sweep.steps[form][0].nbytes
            assert step.nbytes - one == (step.batch - 1) * 11 * kv  # the weights are read once
    assert sweep.spread >= 0 and sweep.weight_bytes == model.nbytes


def test_a_sweep_can_be_stopped_and_needs_two_rounds():
    model = lm.random(TINY)
    assert measuring.measure(model, context=4, cancelled=lambda: True) is None
    with pytest.raises(ValueError, match="at least 2"):
        measuring.measure(model, rounds=1)


def test_both_forms_give_the_same_logits():
    model = lm.random(TINY)
    tokens = [[1], [2], [3]]
    blocks = lm.forward(model, tokens, [lm.Cache(TINY, 4) for _ in tokens])
    with measuring.plain():
        plain = lm.forward(model, tokens, [lm.Cache(TINY, 4) for _ in tokens])
    assert abs(blocks - plain).max() < 1e-4


def test_limits_are_the_machines_roofline(kept_machine):
    seen = Seen("", kept_machine, made_sweep(), "m")
    for (batch, memory, compute), step in zip(
        sweep_chart.limits(seen), seen.sweep.steps["blocks"], strict=True
    ):
        rate = physics.attainable_flops(
            step.flops / step.nbytes, kept_machine.peak, kept_machine.bandwidth
        )
        assert max(memory, compute) == pytest.approx(step.flops / rate)
        assert sweep_chart.share_of_limit(seen, batch) == pytest.approx(
            max(memory, compute) / step.seconds
        )


def test_the_packing_step_is_said():
    sweep = made_sweep(lambda form, b: 1.0 if b == 1 else 3.0 if form == "plain" else 1.1)
    facts = sweep_chart.facts(Seen("", made_up(), sweep, "m"))
    assert facts[1][1] == "3 × → 1.1 ×"
    assert facts[0][1] == f"1 → {32 / 1.1:.1f}"


def test_the_widget_measures_shows_and_has_a_table(kept_machine):
    widget = batch_sweep()
    assert "Not measured yet" in widget.saved()["text/plain"]
    assert not any("SmolLM2" in label for label, _key in widget.model.options)  # not installed here
    widget.measure.click()
    widget.thread.join(120)
    assert kept_machine.name in widget.seen.status
    assert not widget.measure.disabled and widget.stop.disabled
    picture = words(examine(saved_svg(widget.saved()["text/html"])))
    assert "limit: reading" in picture and "in blocks" in picture
    assert "<table" not in on_page(widget)
    widget.as_table.value = True
    assert on_page(widget).count("<tr>") == 1 + len(BATCHES)


def test_a_computer_not_measured_yet_is_measured_first(monkeypatch):
    asked = []

    def measured(**arguments):
        asked.append(arguments["cancelled"]())
        return made_up()

    monkeypatch.setattr(machine, "measure", measured)
    widget = batch_sweep()
    widget.measure.click()
    widget.thread.join(120)
    assert asked == [False]
    assert machine.load().name == made_up().name
    assert widget.seen.sweep is not None


def test_a_stop_shows_nothing_new(kept_machine, monkeypatch):
    widget = batch_sweep()
    monkeypatch.setattr(widget.stopped, "clear", widget.stopped.set)
    widget.measure.click()
    widget.thread.join(120)
    assert "Stopped" in widget.seen.status and widget.seen.sweep is None


def test_too_little_memory_is_said(kept_machine, monkeypatch):
    def full(*_args, **_settings):
        raise lm.OutOfMemory("the model's weights need 9 GB")

    monkeypatch.setattr(lm, "random", full)
    widget = batch_sweep()
    widget.measure.click()
    widget.thread.join(120)
    assert "9 GB" in widget.seen.status and not widget.measure.disabled


def test_what_makes_it_doubtful_is_shown():
    noisy = Seen("", made_up(warnings=("busy",)), made_sweep(spread=0.5), "m")
    shown = sweep_chart.view(noisy).markup()
    assert machine.WARNINGS["busy"] in shown and "The rounds differ by 50 %" in shown
    assert "fit in the processor" in shown  # 4,000 bytes of weights, 32 MiB of cache
    quiet = replace(made_up(), cache_bytes=1000)
    assert "banner" not in sweep_chart.view(Seen("", quiet, made_sweep(), "m")).markup()


@pytest.mark.slow
@pytest.mark.parametrize("lang", ["en", "hi"])
@given(
    times=st.lists(st.floats(1e-7, 1e3), min_size=12, max_size=12),
    slow=st.floats(1e7, 1e12), balance=st.floats(0.3, 3000),
)  # fmt: skip
@settings(deadline=None, max_examples=40)
def test_any_sweep_gives_a_finite_picture(lang, times, slow, balance):
    numbered = {
        (f, b): t for (f, b), t in zip([(f, b) for f in FORMS for b in BATCHES], times, strict=True)
    }
    seen = Seen(
        "…", made_up(slow=slow, peak=slow * balance), made_sweep(lambda f, b: numbered[f, b]), "m"
    )
    with speaking(lang):
        examine(sweep_chart.times(seen).markup())
        examine(sweep_chart.view(seen).figure().picture.markup())
        assert "nan" not in sweep_chart.view(seen).markup() + sweep_chart.view(seen).table()


def test_it_stays_closed_until_the_gate_opens():
    gate = Gate()
    widget = batch_sweep(gate)
    assert not widget.panel
    gate.open()
    assert "measure" in [control["name"] for control in widget.panel]
