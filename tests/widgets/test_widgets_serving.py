"""The theatre, the load curves and the duel: what they show at every setting, and what they never do."""

import html
import itertools
import re
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from drawing import drawings, examine, on_page, saved_svg, words
from gate import Gate
from hypothesis import given, settings
from hypothesis import strategies as st

from anuman import serving
from anuman.language import number, speaking
from anuman.scenes.duel import POLICIES as DUEL_POLICIES
from anuman.scenes.duel import DuelSetting, duel
from anuman.scenes.load_curves import POLICIES, SHARES, LoadSetting, curve
from anuman.scenes.theatre import Setting, stage
from anuman.widgets import batching_theatre, load_curves, policy_duel
from anuman.widgets.batching_theatre import theatre_slots, theatre_words
from anuman.widgets.kit.background import Background
from anuman.widgets.load_curves import load_charts, load_words
from anuman.widgets.load_curves.load_widget import QUICK, LoadCurves
from anuman.widgets.policy_duel import duel_charts, duel_words


def plain(page: str) -> str:
    return html.unescape(re.sub(r"<style>.*?</style>|<[^>]*>", " ", page))


def numbers(page: str) -> list[str]:
    return sorted(re.findall(r"\d(?:[\d,.]*\d)?", plain(page)))


# The theatre


def test_the_theatre_counts_what_the_simulator_does():
    state = stage(Setting(requests=8, slots=4, lengths="varied", mean=10, seed=3))
    static, continuous = state.scenes
    longest = [max(s.output_tokens for s in static.run[i : i + 4]) for i in (0, 4)]
    assert static.steps == sum(longest)
    every = sum(s.output_tokens for s in static.run)
    for scene in state.scenes:
        assert (scene.tokens(scene.steps), scene.finished(scene.steps)) == (every, 8)
        assert (scene.tokens(0), scene.finished(0)) == (0, 0)
        counted = [scene.tokens(step) for step in range(state.end + 1)]
        assert all(0 <= b - a <= 4 for a, b in itertools.pairwise(counted))
    used, taken = static.slot_steps(static.steps)
    assert (used, taken) == (every, 4 * static.steps)
    assert continuous.steps < static.steps


def test_equal_answers_gain_nothing():
    state = stage(Setting(lengths="equal"))
    assert state.gain == 1
    assert "= 1" in theatre_words.formula(state, state.end)


def test_every_control_of_the_theatre_changes_the_picture():
    widget = batching_theatre()
    widget.step.value = widget.step.high  # before the first step there is nothing to see
    seen = {on_page(widget)}
    for control, value in (
        (widget.lengths, "equal"), (widget.lengths, "varied"), (widget.mean, 14), (widget.slots, 6),
        (widget.requests, 30), (widget.rate, 20.0), (widget.kv_capacity, 150), (widget.seed, 7),
        (widget.step, 5), (widget.as_table, True),
    ):  # fmt: skip
        control.value = value
        seen.add(on_page(widget))
    assert len(seen) == 10  # back to "varied" is the first picture again


def test_the_theatre_opens_at_the_start_and_tells_its_result_at_the_end():
    widget = batching_theatre()
    end, gain = widget.stage.end, number(widget.stage.gain)
    assert widget.step.value == 0 and widget.step.high == end
    for step in (0, end - 1):
        widget.step.value = step
        assert str(end) not in widget.words and f"= {gain}" not in on_page(widget)
    widget.step.value = end
    assert f"= {gain}" in on_page(widget)
    widget.slots.value = 8  # what was shown to its end is shown to its end
    assert widget.step.value == widget.step.high == widget.stage.end
    widget.step.value = 3
    widget.slots.value = 4
    assert widget.step.value == 0


def test_the_waiting_line_and_the_memory_are_those_of_the_step():
    widget = batching_theatre()
    widget.step.value = 3
    static = widget.stage.scenes[0]
    shown = words(examine(drawings(on_page(widget))[0]))
    assert f"waiting: {len(static.waiting(3))}" in shown
    assert f"KV memory: {static.kv(3)} of 240 tokens" in shown


def test_memory_that_is_too_small_is_named_and_binding_memory_too():
    widget = batching_theatre(setting=Setting(kv_capacity=12))
    assert "Does not fit" in on_page(widget)
    assert "<svg" not in on_page(widget)
    widget.kv_capacity.value = 100
    assert "The KV memory is the limit" in on_page(widget)
    widget.kv_capacity.value = 5000
    assert "banner" not in on_page(widget)


# The load curves


def test_the_curve_is_what_the_simulator_finds():
    setting = LoadSetting()
    found = curve(setting, 200)
    assert len(found.points) == len(SHARES)
    assert [p.rate for p in found.points] == sorted(p.rate for p in found.points)
    assert all(p.ttft_p50_s <= p.ttft_p99_s for p in found.points)
    assert all(p.tpot_p50_s <= p.tpot_p99_s for p in found.points)
    assert all(0 <= p.goodput <= p.rate for p in found.points)


@pytest.mark.slow
def test_the_cliff_is_where_a_promise_breaks_and_its_cause_is_named():
    found = curve(LoadSetting(), 3000)
    cliff = found.cliff
    before = found.points[found.points.index(cliff) - 1]
    assert before.ttft_p99_s <= 2.0 and before.tpot_p99_s <= 0.1 and before.state != "overload"
    assert load_words.cause(cliff) in load_words.cliff(found)
    # Far beyond its limit this deployment has no memory left for newcomers.
    last = found.points[-1]
    assert (last.state, last.cause) == ("overload", "kv")
    assert "Overload: the queue grows by" in load_words.state(found, last)


def test_all_causes_occur():
    def causes(**changed) -> set[str]:
        return {p.cause for p in curve(LoadSetting(**changed), 200).points}

    assert "bandwidth" in causes(input=1)
    assert "compute" in causes(input=4000, output=10)
    assert "kv" in causes(chip="H100-SXM", model="Qwen3-32B", input=1000, output=1000)


@pytest.mark.slow
def test_a_model_that_does_not_fit_is_named():
    widget = load_curves(setting=LoadSetting(model="Llama-3.1-70B"))
    assert "does not fit" in on_page(widget)
    assert "<svg" not in on_page(widget)
    assert not widget.background.running
    widget.chips.value = 4
    assert "<svg" in on_page(widget)
    assert widget.background.wait(120)


@pytest.mark.slow
def test_short_runs_come_at_once_and_longer_ones_later():
    widget = load_curves()
    assert widget.curve.count == QUICK
    assert f"{QUICK} simulated requests at each rate" in on_page(widget)
    assert widget.background.wait(120)
    assert widget.curve.count == 3000
    assert "3,000 simulated requests at each rate" in on_page(widget)
    assert widget.stop.disabled and not widget.longer.disabled


@pytest.mark.slow
def test_an_exported_page_never_keeps_the_short_runs():
    widget = load_curves()
    assert "3,000 simulated requests" in saved_svg(widget.saved()["text/html"])
    assert widget.background.wait(120)
    assert widget.curve.count == 3000


def test_cancel_keeps_the_short_runs():
    widget = load_curves()
    widget.stop.click()
    assert widget.background.wait(120)
    assert widget.curve.count == QUICK
    assert widget.stop.disabled


def test_the_rate_is_dragged_to_the_nearest_that_was_simulated():
    widget = load_curves()
    widget.stop.click()
    widget._act({"drag": "rate", "value": widget.curve.capacity * 0.96})
    assert widget.point is widget.curve.points[SHARES.index(100)]
    widget._act({"drag": "rate", "value": 0, "steps": -1})
    assert widget.point is widget.curve.points[SHARES.index(90)]


def test_the_policy_before_stays_as_a_grey_curve_on_the_same_axes():
    widget = LoadCurves(count=QUICK)
    assert "ghost" not in on_page(widget)
    old = widget.curve
    widget.policy.value = "static-timeout"
    assert widget.pinned is old and "ghost" in on_page(widget)
    assert "Grey: the policy before" in on_page(widget)
    assert [p.rate for p in old.points] == [p.rate for p in widget.curve.points]
    widget.chip.value = "H200"  # another machine's curve would mislead
    assert widget.pinned is None


def test_only_the_latest_sweep_counts_and_a_failure_is_told():
    got, failed, go = [], [], threading.Event()
    background = Background(lambda done, count: None, got.append, failed.append)
    case = serving.Case(1.0, 60, "10", "10", serving.Continuous(), 0.1, 4, 100, 1)

    class Slow(ThreadPoolExecutor):
        def submit(self, fn, *args):
            go.wait(60)
            return super().submit(fn, *args)

    background.start([case], lambda: Slow(1))
    first = background._thread
    background.start([case, case], lambda: ThreadPoolExecutor(1))
    assert background.wait(60)
    go.set()
    first.join(60)
    assert [len(results) for results in got] == [2]

    def no_pool():
        raise OSError("no processes here")

    background.start([case], no_pool)
    assert background.wait(60)
    assert [str(error) for error in failed] == ["no processes here"]
    assert not background.running


# The duel


def test_the_duel_explains_with_parts_that_add_up():
    state = duel(DuelSetting())
    for side in state.sides:
        assert side.latency_s == pytest.approx(side.found["latency_mean_s"])
    said = " ".join(duel_words.explanation(state))
    assert "waiting for a slot: B takes" in said
    assert "rows were kept for answers that were done" in said
    better = sum(b < a for a, b in state.pairs)
    assert f"{better} of 200 requests are faster with B" in said


def test_the_same_policy_twice_is_a_draw():
    state = duel(DuelSetting(first="continuous", second="continuous"))
    assert "A draw" in duel_words.winner(state)
    assert "0 of 200 requests are faster with B, 0 slower" in " ".join(
        duel_words.explanation(state)
    )


def test_every_control_of_the_duel_changes_the_picture():
    widget = policy_duel()
    seen = {on_page(widget)}
    for control, value in (
        (widget.first, "prefill-first"), (widget.second, "chunked"), (widget.chip, "H200"),
        (widget.chips, 2), (widget.model, "Qwen3-32B"), (widget.rate, 5.0), (widget.slots, 16),
        (widget.input, 400), (widget.output, 90), (widget.requests, 100), (widget.seed, 4),
        (widget.as_table, True),
    ):  # fmt: skip
        control.value = value
        seen.add(on_page(widget))
    assert len(seen) == 13


def test_the_chips_of_the_duel_show_what_the_lesson_says_of_them():
    widget = policy_duel()
    shown = []
    for chip in widget._tries():
        widget.set(**chip.settings)
        shown.append(widget.state)
    bus, chunks, shortest = shown
    assert 0 < sum(a < b for a, b in bus.pairs) < len(bus.pairs) / 10
    whole, pieces = chunks.sides
    assert pieces.latency_s == pytest.approx(whole.latency_s, rel=0.01)
    assert pieces.found["itl_p99_s"] < whole.found["itl_p99_s"] / 2
    assert pieces.found["ttft_p99_s"] > whole.found["ttft_p99_s"]
    first_come, by_length = shortest.sides
    assert by_length.latency_s < first_come.latency_s
    assert by_length.found["ttft_p99_s"] > 2 * first_come.found["ttft_p99_s"]


def test_overload_and_does_not_fit_are_named_in_the_duel():
    widget = policy_duel(setting=DuelSetting(first="one-at-a-time", rate=50))
    assert "overload, the queue grows by" in on_page(widget)
    widget.model.value = "Llama-3.1-70B"
    assert "does not fit" in on_page(widget)


# All three

MAKERS = {"theatre": batching_theatre, "curves": load_curves, "duel": policy_duel}


@pytest.mark.parametrize("name", MAKERS)
def test_a_locked_gate_keeps_it_closed_until_it_opens(name):
    gate = Gate()
    widget = MAKERS[name](gate)
    assert "Show me" in widget.markup
    assert not widget.panel
    gate.open()
    assert widget.panel
    assert "<svg" in on_page(widget)


@pytest.mark.parametrize("name", MAKERS)
def test_every_control_has_a_name_of_its_own(name):
    widget = MAKERS[name]()
    names = [control["label"] for control in widget.panel if control["kind"] != "bar"]
    assert all(names)
    assert len(set(names)) == len(names)


@pytest.mark.slow
@pytest.mark.parametrize("name", MAKERS)
def test_the_picture_stands_without_a_kernel(name):
    bundle = MAKERS[name]().saved()
    examine(saved_svg(bundle["text/html"]))
    assert "<table" in bundle["text/html"]
    assert bundle["text/plain"].strip()


def looks_right(page: str, still) -> None:
    for svg in drawings(page):
        examine(svg)
    if still.picture:
        examine(still.picture.markup())
    assert still.words.strip()
    assert not re.search(r"\b(nan|inf|none)\b", plain(page).lower())


@pytest.mark.slow
@pytest.mark.parametrize("lang", ["en", "hi"])
@settings(deadline=None, max_examples=40)
@given(
    requests=st.sampled_from([1, 2, 24, 200]),
    slots=st.integers(1, 16),
    lengths=st.sampled_from(["varied", "equal"]),
    mean=st.sampled_from([1, 2, 10, 100]),
    rate=st.sampled_from([0.0, 0.1, 20.0, 1000.0]),
    kv=st.sampled_from([11, 60, 240, 100_000]),
    at=st.floats(0, 1),
)
def test_extremes_of_the_theatre(lang, requests, slots, lengths, mean, rate, kv, at):
    with speaking(lang):
        state = stage(Setting(requests, slots, lengths, mean, rate, kv))
        step = round(at * state.end)
        page = theatre_slots.view(state, step).markup()
        looks_right(
            page + (theatre_slots.view(state, step).table() if state.scenes else ""),
            theatre_slots.view(state, step).figure(),
        )
        assert bool(state.scenes) or theatre_words.problems(state)


@pytest.mark.slow
@pytest.mark.parametrize("lang", ["en", "hi"])
@settings(deadline=None, max_examples=12)
@given(
    chip=st.sampled_from(["H100-SXM", "RTX-4090", "Groq-LPU1", "WSE-3", "M1-Max"]),
    chips=st.sampled_from([1, 8]),
    policy=st.sampled_from(POLICIES),
    input=st.sampled_from([1, 1000, 100_000]),
    output=st.sampled_from([1, 200, 10_000]),
    slo=st.sampled_from([0.001, 0.1, 100.0]),
    share=st.sampled_from(SHARES),
)
def test_extremes_of_the_load_curves(lang, chip, chips, policy, input, output, slo, share):
    with speaking(lang):
        found = curve(LoadSetting(chip, chips, "Llama-3.1-8B", policy, input, output, slo, slo), 60)
        point = found.points[SHARES.index(share)] if found.points else None
        page = load_charts.view(found, point).markup() + (
            load_charts.view(found, point).table() if found.points else ""
        )
        looks_right(page, load_charts.view(found, point).figure())
        assert bool(found.points) or load_words.problems(found)


@pytest.mark.parametrize("lang", ["en", "hi"])
@settings(deadline=None, max_examples=15)
@given(
    first=st.sampled_from(DUEL_POLICIES),
    second=st.sampled_from(DUEL_POLICIES),
    rate=st.sampled_from([0.01, 10.0, 10_000.0]),
    slots=st.sampled_from([1, 64, 4096]),
    requests=st.sampled_from([1, 2, 200]),
    output=st.sampled_from([1, 200]),
    chip=st.sampled_from(["H100-SXM", "RTX-4090"]),
)
def test_extremes_of_the_duel(lang, first, second, rate, slots, requests, output, chip):
    with speaking(lang):
        load = LoadSetting(chip=chip, output=output)
        state = duel(DuelSetting(load, first, second, rate, slots, requests))
        page = duel_charts.view(state).markup() + (
            duel_charts.view(state).table() if state.sides else ""
        )
        looks_right(page, duel_charts.view(state).figure())
        assert bool(state.sides) or duel_words.problems(state)


def test_hindi_and_english_show_the_same_numbers():
    shown = {}
    for lang in ("en", "hi"):
        with speaking(lang):
            pages = (
                theatre_slots.view(stage(Setting()), 40).markup(),
                load_charts.view(found := curve(LoadSetting(), 60), found.points[4]).markup(),
                duel_charts.view(duel(DuelSetting())).markup(),
            )
            shown[lang] = [numbers(page) for page in pages]
    assert shown["en"] == shown["hi"]
