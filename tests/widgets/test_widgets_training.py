"""The training widget: it runs beside the notebook, can be stopped and goes on exactly there."""

import pytest
from drawing import examine, on_page, saved_svg, words
from gate import Gate
from hypothesis import given, settings
from hypothesis import strategies as st

from anuman.language import speaking
from anuman.lm import Config, checkpoints, load, training, training_cost, training_run
from anuman.lm.training_cost import Cost
from anuman.widgets import training_against_inference
from anuman.widgets.training_against_inference import training_charts, training_widget
from anuman.widgets.training_against_inference.training_charts import Seen

TINY = Config(vocab=300, dim=16, layers=1, heads=2, kv_heads=1, hidden=16, context=32)
COST = Cost(1000, 8, 32, 100, 300, 0.01, 0.025, 0.001, 4000, 16000, 5000, 60000)
STEPS = 8


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("ANUMAN_HOME", str(tmp_path))
    monkeypatch.setattr(training, "CONFIG", TINY)
    monkeypatch.setattr(training_widget, "STEPS", (4, STEPS))
    monkeypatch.setattr(training_widget, "SAMPLE_EVERY", 2)
    return tmp_path


def finished(widget) -> str:
    """Wait for the widget's thread; gives what it said last."""
    widget.thread.join(120)
    assert not widget.thread.is_alive()
    return widget.seen.status


def test_it_shows_the_courses_own_curve_before_anything_is_trained():
    widget = training_against_inference()
    bundle = widget.saved()
    assert "the course's model" in words(examine(saved_svg(bundle["text/html"])))
    assert "Not trained yet" in bundle["text/plain"]
    assert widget.stop.disabled and widget.go_on.disabled and not widget.train.disabled


@pytest.mark.slow
def test_it_trains_measures_and_keeps_the_model(home):
    widget = training_against_inference()
    widget.train.click()
    assert widget.train.disabled and not widget.stop.disabled
    assert finished(widget).startswith(f"Done: {STEPS} steps")
    assert [c.batch for c in widget.seen.costs] == list(training_widget.COST_BATCHES)
    for cost in widget.seen.costs:
        assert cost.step_flops == 3 * cost.forward_flops
        assert cost.training_state == 4 * cost.serving_state == 16 * cost.params
        assert cost.training_peak > cost.training_state
        assert cost.serving_peak > cost.serving_state
    assert len(widget.seen.losses) == STEPS
    assert [step for step, _text in widget.seen.samples] == [2, 4, 6, 8]
    assert "3.00 ×" in on_page(widget) and "4 ×" in on_page(widget)
    assert load(home / training_widget.FINISHED).config.layers == TINY.layers
    assert not (home / training_widget.KEPT).exists()
    assert widget.stop.disabled and not widget.train.disabled
    widget.as_table.value = True
    assert "<table" in on_page(widget)


@pytest.mark.slow
def test_a_stop_leaves_a_checkpoint_and_going_on_changes_nothing(home, monkeypatch):
    recipe = training.Recipe(steps=STEPS, batch=training_widget.BATCH, warmup=1)
    whole = training_run.run(training.Training.start(recipe, TINY))
    widget = training_against_inference()
    real = training_widget.TrainingLive._report

    def stop_at_three(self, state):
        report = real(self, state)
        return lambda state: (report(state), widget.stop.click() if state.step == 3 else None)

    with monkeypatch.context() as patched:
        patched.setattr(training_widget.TrainingLive, "_report", stop_at_three)
        widget.train.click()
        assert "Stopped after step 3" in finished(widget)
    assert not widget.go_on.disabled
    assert checkpoints.load_checkpoint(home / training_widget.KEPT).step == 3
    again = training_against_inference()  # a new day
    assert not again.go_on.disabled
    again.go_on.click()
    assert finished(again).startswith("Done")
    assert again.seen.losses == whole.losses


@pytest.mark.slow
def test_a_second_press_does_not_start_a_second_training():
    widget = training_against_inference()
    widget.train.click()
    first = widget.thread
    widget.train.click()
    assert widget.thread is first
    widget.stop.click()
    finished(widget)


@pytest.mark.slow
def test_a_stop_while_measuring_trains_nothing(monkeypatch):
    widget = training_against_inference()
    monkeypatch.setattr(widget.stopped, "clear", widget.stopped.set)
    widget.train.click()
    assert "nothing was trained" in finished(widget)
    assert widget.seen.costs == [] and widget.seen.losses == []


def test_a_stop_keeps_what_was_measured_and_the_measuring_shows_how_far_it_is(monkeypatch):
    widget = training_against_inference()
    parts = []
    widget.bar.observe(lambda change: parts.append(change["new"]), "value")
    real = training_cost.measure

    def stopping(config, batch, *arguments):
        if batch == training_widget.COST_BATCHES[1]:
            widget.stop.click()
        return real(config, batch, *arguments)

    monkeypatch.setattr(training_cost, "measure", stopping)
    widget.train.click()
    assert "What was measured stays" in finished(widget)
    assert [c.batch for c in widget.seen.costs] == [training_widget.COST_BATCHES[0]]
    assert len(set(parts)) > 5 and all(0 <= part <= 1 for part in parts)
    assert "unknown" not in on_page(widget)


def test_a_full_disk_is_said(monkeypatch):
    def full(*_args):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(checkpoints, "save_checkpoint", full)
    widget = training_against_inference()
    widget.train.click()
    assert "No space left on device" in finished(widget)
    assert not widget.train.disabled


def test_a_damaged_checkpoint_is_said(home):
    (home / training_widget.KEPT).write_bytes(b"not a checkpoint")
    widget = training_against_inference()
    widget.go_on.click()
    assert "safetensors" in finished(widget)
    assert (home / training_widget.KEPT).read_bytes() == b"not a checkpoint"


def test_it_stays_closed_until_the_gate_opens():
    gate = Gate()
    widget = training_against_inference(gate)
    assert not widget.panel
    gate.open()
    assert "train" in [control["name"] for control in widget.panel]


@pytest.mark.parametrize("lang", ["en", "hi"])
@given(
    losses=st.lists(st.floats(1e-4, 50), max_size=300),
    held_out=st.lists(st.tuples(st.integers(0, 10**6), st.floats(1e-4, 50)), max_size=20),
    shipped=st.lists(st.tuples(st.just(0.0) | st.floats(1, 1e9), st.floats(0.01, 12)), max_size=5),
    costs=st.sampled_from([[], [COST]]),
)
@settings(deadline=None, max_examples=40)
def test_any_training_gives_a_finite_picture(lang, losses, held_out, shipped, costs):
    with speaking(lang):
        seen = Seen("…", 1024, sorted(shipped), losses, sorted(held_out), costs=costs)
        examine(training_charts.curve(seen).markup())
        examine(training_charts.view(seen).figure().picture.markup())
        assert "nan" not in training_charts.view(seen).markup() + training_charts.view(seen).table()


def test_a_drawn_curve_has_few_points_and_keeps_the_mean():
    losses = [float(i) for i in range(1000)]
    points = training_charts.smoothed(losses, 10)
    assert len(points) <= training_charts.MOST_POINTS
    assert points[0][0] < points[-1][0] < 10_000
    assert "yours" in words(examine(training_charts.curve(Seen("", 10, [], losses)).markup()))
