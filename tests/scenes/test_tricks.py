"""What fewer bytes a token gain, against numbers worked out by hand."""

import pytest

from anuman.scenes.tricks import (
    BATCHES,
    CACHE8,
    CHIPS,
    DRAFTS,
    LARGEST_BATCH,
    MIXTURE,
    MODELS,
    TRICKS,
    WEIGHTS4,
    Tricks,
)  # fmt: skip

SHORT = Tricks(context=1)


def test_four_bits_gain_their_ratio_with_one_user_and_nothing_once_the_arithmetic_waits():
    assert SHORT.speedup(WEIGHTS4, 1) == pytest.approx(16 / 4.5, rel=1e-3)
    assert SHORT.speedup(WEIGHTS4, 600) == pytest.approx(1)


def test_drafts_bring_their_tokens_for_one_user_and_cost_their_checks_for_many():
    tokens = (1 - 0.7**5) / 0.3
    assert SHORT.speedup(DRAFTS, 1) == pytest.approx(tokens / 1.2, rel=1e-3)
    assert SHORT.speedup(DRAFTS, 1000) == pytest.approx(tokens / 5.2, rel=1e-2)


def test_a_mixture_saves_reading_for_a_few_and_nothing_in_the_middle():
    assert SHORT.speedup(MIXTURE, 1) == pytest.approx(128 / 4, rel=1e-2)
    assert SHORT.speedup(MIXTURE, 128) == pytest.approx(1, rel=0.05)


def test_a_smaller_cache_helps_only_where_caches_are_read():
    assert Tricks(context=16).helps(CACHE8) is None
    assert Tricks(context=32_768).speedup(CACHE8, 16) > 1.5


@pytest.mark.parametrize("chip", CHIPS)
def test_every_setting_gives_finite_gains(chip):
    for model in MODELS:
        for extreme in (
            {"context": 16, "acceptance": 0.0, "draft_cost": 0.5, "drafted": 10},
            {"context": 131_072, "acceptance": 1.0, "draft_cost": 0.0, "drafted": 1},
        ):
            t = Tricks(chip=chip, model=model, **extreme)
            for trick in TRICKS:
                assert all(0 < gain < 1000 for _batch, gain in t.line(trick))
            assert t.room >= 0


def test_batches_rise_to_the_largest():
    assert list(BATCHES) == sorted(set(BATCHES)) and BATCHES[-1] == LARGEST_BATCH
