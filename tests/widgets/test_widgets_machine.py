"""The measured machine and the published measurements on the axes of the roofline."""

import datetime
from dataclasses import replace

import pytest
from drawing import SVG, examine, words
from hypothesis import given, settings
from hypothesis import strategies as st

from anuman import catalog, machine, physics
from anuman.language import speaking
from anuman.machine import Machine, MachineFileError, Step, SweepPoint
from anuman.widgets import measure, own_machine, published_roofline
from anuman.widgets.own_machine import measurement
from anuman.widgets.published import kernels

BATCHES = (1, 2, 4, 8, 16, 32, 64, 128)


def made_up(fast=100e9, slow=10e9, peak=100e9, share=0.5, **changes) -> Machine:
    def sweep(part):
        points = []
        for batch in BATCHES:
            intensity = batch / 2
            rate = part * min(peak, slow * intensity)
            points.append(SweepPoint(batch, 2e6 * batch / rate, rate, intensity))
        return tuple(points)

    machine = Machine(
        name="Made-up <CPU>", date=datetime.datetime.now().astimezone().isoformat(), threads=1,
        blas="BLAS", numpy="2", memory_bytes=8 * 2**30, cache_bytes=32 * 2**20,
        staircase=tuple(Step(2**k, fast if k < 25 else slow) for k in range(16, 29)),
        bandwidth=slow, peak=peak, matrix=(4096, 2048), sweep=sweep(share / 2),
        blocked_sweep=sweep(share), spread=0.01, cpu_share=1.0, rounds=5, seconds_taken=6.0,
    )  # fmt: skip
    return replace(machine, **changes)


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("ANUMAN_HOME", str(tmp_path))
    return tmp_path


@pytest.fixture
def shown(monkeypatch):
    """What measure() displays, in order."""
    seen = []
    monkeypatch.setattr(measurement, "display", lambda figure, **_kwargs: seen.append(figure))
    return seen


def test_own_machine_shows_both_pictures_and_their_numbers():
    figure = own_machine(made_up())
    root = examine(figure.picture.markup())
    said = words(root)
    for text in ("100 GB/s", "10 GB/s", "H100-SXM", "TPUv6e", "Groq-LPU1", "this computer"):
        assert text in said, text
    assert "Made-up &lt;CPU&gt;" in figure.html
    assert figure.html.count("<tr>") == 2 + 13 + len(BATCHES)
    assert "10 FLOP/byte" in figure.words


@pytest.mark.parametrize("lang", ["en", "hi"])
@given(
    slow=st.floats(1e7, 1e12), ratio=st.floats(1, 300), balance=st.floats(0.3, 3000),
    share=st.floats(0.01, 1.2), cache=st.none() | st.integers(2**16, 2**40),
)  # fmt: skip
@settings(deadline=None, max_examples=40)
def test_any_machine_gives_finite_pictures(lang, slow, ratio, balance, share, cache):
    any_machine = made_up(
        fast=slow * ratio, slow=slow, peak=slow * balance, share=share, cache_bytes=cache
    )
    with speaking(lang):
        examine(own_machine(any_machine).picture.markup())


def test_warnings_of_the_measurement_are_shown():
    figure = own_machine(made_up(warnings=("busy",)))
    assert machine.WARNINGS["busy"] in figure.html


def test_without_a_measurement_it_says_what_to_do():
    assert "measure()" in own_machine().words


def test_the_kept_measurement_is_used():
    machine.save(made_up(name="Kept"))
    assert "Kept" in own_machine(None).words


def test_a_damaged_file_is_named(home):
    (home / "machine.json").write_text("{")
    assert "machine.json" in own_machine().words


def test_measure_uses_todays_result_and_measures_again_when_asked(monkeypatch, shown):
    calls = []
    monkeypatch.setattr(machine, "measured_here", lambda _m: True)
    monkeypatch.setattr(
        machine, "measure", lambda seconds, progress: calls.append(seconds) or made_up(name="new")
    )
    assert measure().name == "new"
    assert calls == [6.0]
    assert measure().name == "new"
    assert calls == [6.0]
    assert "Measured earlier today" in shown[-1].words
    measure(again=True, seconds=1)
    assert calls == [6.0, 1]


def test_yesterdays_or_anothers_result_is_measured_anew(monkeypatch, shown):
    monkeypatch.setattr(machine, "measure", lambda seconds, progress: made_up(name="new"))
    machine.save(made_up(name="old", date="2020-01-01T00:00:00+00:00"))
    monkeypatch.setattr(machine, "measured_here", lambda _m: True)
    assert measure().name == "new"
    machine.save(made_up(name="other computer"))
    monkeypatch.setattr(machine, "measured_here", lambda _m: False)
    assert measure().name == "new"


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (KeyboardInterrupt(), "Stopped; nothing was saved"),
        (MemoryError("needs 12 MB"), "needs 12 MB"),
    ],
)
def test_what_stops_a_measurement_is_said(monkeypatch, shown, home, error, said):
    def stop(_seconds, _progress):
        raise error

    monkeypatch.setattr(machine, "measure", stop)
    assert measure() is None
    assert said in shown[-1].words
    assert not (home / "machine.json").exists()


def test_a_result_that_cannot_be_kept_is_used_all_the_same(monkeypatch, shown):
    def refuse(_machine):
        raise OSError("disk full")

    monkeypatch.setattr(machine, "measure", lambda seconds, progress: made_up(name="new"))
    monkeypatch.setattr(machine, "save", refuse)
    assert measure().name == "new"
    assert "disk full" in shown[-1].words


def test_a_damaged_file_is_told_and_measured_over(monkeypatch, shown):
    def damaged():
        raise MachineFileError("machine.json is damaged")

    monkeypatch.setattr(machine, "load", damaged)
    monkeypatch.setattr(machine, "measure", lambda seconds, progress: made_up(name="new"))
    assert measure().name == "new"
    assert "machine.json is damaged" in shown[-1].words


def test_every_published_point_is_below_its_roof_and_tells_its_source():
    figure = published_roofline()
    root = examine(figure.picture.markup())
    rows = catalog.measurements(metric="mlp_layer_us")
    wanted = [r for r in rows if r.chip in ("H100-SXM", "A100-80")]
    assert wanted
    points = [e for e in root.iter() if e.find(f"{SVG}title") is not None and e is not root]
    assert len(points) == len(wanted)
    for name in ("H100-SXM", "A100-80"):
        for kernel in kernels.kernels(name):
            assert 0.05 < kernel.share < 1
    for row in wanted:
        assert row.source.title.replace("&", "&amp;") in figure.html
        assert row.source.date in figure.html


def test_a_kernel_by_hand():
    row = catalog.measurements(id="P427")[0]
    kernel = next(k for k in kernels.kernels("H100-SXM") if k.row is row)
    model = catalog.model(row.model)
    weights = 3 * model.width * model.ffn_width
    assert kernel.intensity == pytest.approx(1.0)
    assert kernel.rate == pytest.approx(2 * weights / 102e-6)
    assert kernel.share == pytest.approx(
        2 * weights / 102e-6 / physics.attainable_flops(1, 989e12, 3.35e12)
    )


def test_chips_without_measurements_or_too_many_are_refused():
    with pytest.raises(ValueError, match=r"'TPUv6e'.*A100-80"):
        published_roofline(("TPUv6e",))
    with pytest.raises(ValueError, match="0 chips"):
        published_roofline(())
    with pytest.raises(catalog.UnknownName):
        published_roofline(("H100",))
