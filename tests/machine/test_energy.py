"""The processor's energy counters, as Linux shows them, in a folder made for the test."""

import pytest

from anuman.machine import energy


@pytest.fixture
def powercap(tmp_path):
    """Two zones: a package of the processor, and the whole computer, which would count it twice."""
    for zone, name in (("intel-rapl:0", "package-0"), ("intel-rapl:1", "psys")):
        folder = tmp_path / zone
        folder.mkdir()
        (folder / "name").write_text(name + "\n")
        (folder / "energy_uj").write_text("1000000\n")
        (folder / "max_energy_range_uj").write_text("9999999\n")
    return tmp_path


def test_joules_are_counted_from_the_package_alone(powercap):
    meter = energy.meter(powercap)
    (powercap / "intel-rapl:0" / "energy_uj").write_text("3500000")
    assert meter.joules() == pytest.approx(2.5)


def test_a_counter_that_began_again_is_read_on(powercap):
    meter = energy.meter(powercap)
    (powercap / "intel-rapl:0" / "energy_uj").write_text("500000")
    assert meter.joules() == pytest.approx(9.5)  # 9 to the end of its range, 0.5 from 0
    assert meter.joules() == pytest.approx(9.5)


def test_where_nothing_can_be_read_there_is_no_meter(tmp_path, powercap):
    assert energy.meter(tmp_path / "nowhere") is None
    (powercap / "intel-rapl:0" / "energy_uj").unlink()
    assert energy.meter(powercap) is None
