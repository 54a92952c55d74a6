"""A model on many chips, against numbers worked out by hand."""

from dataclasses import replace

import pytest

from anuman import catalog
from anuman.physics.several_chips import PIPELINE, TENSOR
from anuman.scenes.copies import CHIPS, MODELS, MOST_CHIPS, SPLITS, Copy, beside

GPUS = Copy()
LPUS = Copy(chip="Groq-LPU1", split=PIPELINE, chips=313)


def test_a_token_s_time_can_be_rebuilt_from_its_parts():
    model, chip = catalog.model(GPUS.model), catalog.chip(GPUS.chip)
    cache = 2 * model.layers * model.kv_heads * model.head_dim * 2 * 4096
    assert GPUS.reading_s == pytest.approx((model.params + cache) / (8 * chip.bandwidth))
    assert GPUS.hops == 2 * model.layers
    start, _known = GPUS.start
    sent = 2 * model.width / chip.quantity("link").value
    assert GPUS.token_s == pytest.approx(GPUS.reading_s + GPUS.hops * (start + sent))


def test_in_a_pipeline_chips_take_turns_and_hops_grow_with_them():
    here, there = LPUS, LPUS.on(900)
    assert here.reading_s == pytest.approx(there.reading_s)
    assert (here.hops, there.hops) == (312, 899)
    together = replace(here, split=TENSOR)
    assert together.reading_s == pytest.approx(here.reading_s / here.chips)


def test_hundreds_of_lpus_hold_what_eight_gpus_hold_draw_more_and_write_faster():
    assert replace(LPUS, context=1).fewest == 307
    assert replace(LPUS, context=1, weight_bytes=2).fewest == 614
    assert LPUS.fits and not LPUS.on(312).fits
    assert LPUS.watts > 10 * GPUS.watts
    assert LPUS.tokens_per_s > 2 * GPUS.tokens_per_s


def test_many_users_go_round_in_groups_and_wait_for_the_arithmetic_in_the_end():
    many = replace(GPUS, split=PIPELINE, users=800, context=16)
    assert many.group == 100
    assert many.arithmetic_s == pytest.approx(100 * replace(many, users=8).arithmetic_s)
    full = replace(GPUS, users=1024, context=16)
    assert full.arithmetic_s > full.reading_s
    assert full.token_s == pytest.approx(full.arithmetic_s + full.hops_s)


def test_what_nobody_has_published_stays_unknown():
    wafer, newest, tpu = (Copy(chip=name) for name in ("WSE-3", "Groq-LP30", "TPUv6e"))
    assert wafer.arithmetic_s is None and wafer.racks is None and wafer.watts
    assert newest.watts is None and newest.joules is None and newest.racks == 1
    assert tpu.watts is None and tpu.floor is None
    assert replace(newest, weight_bytes=2).arithmetic_s is None


def test_the_learner_s_own_hop_counts():
    own = replace(LPUS, hop_s=1e-3)
    assert own.start == (1e-3, "yours")
    assert own.hops_s == pytest.approx(312 * (1e-3 + LPUS.hop - LPUS.start[0]))


@pytest.mark.parametrize("chip", CHIPS)
def test_every_setting_gives_finite_times(chip):
    for model in MODELS:
        for split in SPLITS:
            for users, context in ((1, 16), (1024, 131_072)):
                c = Copy(chip=chip, model=model, split=split, users=users, context=context)
                line = c.line()
                assert all(0 < one.token_s < 1e4 for one in line)
                assert [one.chips for one in line] == sorted({one.chips for one in line})
                assert not line or (line[0].chips, line[-1].chips) == (c.fewest, MOST_CHIPS)


def test_every_chip_stands_beside_the_others_on_enough_of_them():
    assert [c.chip for c in beside(GPUS)] == list(CHIPS)
    assert all(c.fits for c in beside(replace(GPUS, users=200)))
