"""Several chips: they add up their bandwidth or take turns, and hops take time."""

import pytest

from anuman import physics
from anuman.scenes.timeline import first_request, rides

WEIGHTS, BANDWIDTH, LAYERS, HOP = 100e9, 2e12, 50, 10e-6


def test_the_lesson_s_made_up_numbers():
    def time(split, chips):
        return physics.token_time(split, chips, WEIGHTS, BANDWIDTH, LAYERS, HOP)

    assert time("tensor", 1) == time("pipeline", 1) == pytest.approx(0.05)
    assert time("tensor", 8) == pytest.approx(0.00725)
    assert time("pipeline", 8) == pytest.approx(0.05007)
    with pytest.raises(ValueError, match="it must be 'tensor' or 'pipeline'"):
        time("both", 2)


def test_reading_and_hops_are_part_of_every_machine_s_time():
    for ride in rides(first_request()):
        d, site = ride.deployment, ride.site
        split = "tensor" if site.tp > 1 else "pipeline"
        reading = physics.reading_time(split, site.chips, d.weight_bytes, d.chip.bandwidth)
        assert 0 < reading + d.passing_s() < ride.tpot
        assert (d.passing_s() == 0) == (site.chips == 1)
