"""Formulas against values worked by hand, and against the limits that they must keep."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from anuman import physics

# A made-up chip with round figures: 100 TFLOP/s, 1 TB/s. Its ridge is 100 FLOP/byte.
F, W = 100e12, 1e12

amount = st.floats(min_value=1e-3, max_value=1e18)
width = st.sampled_from([4.0, 2.0, 1.0, 0.5625, 0.5])
portion = st.floats(min_value=0.01, max_value=1.0)


def test_ridge_and_critical_batch_by_hand():
    assert physics.ridge(F, W) == 100
    assert physics.critical_batch(F, W, 2) == 100
    assert physics.critical_batch(F, W, 1) == 50
    # Kernels that reach half the FLOP/s and 80 % of the bandwidth: 100 * 0.5 / 0.8.
    assert physics.critical_batch(F, W, 2, mfu=0.5, mbu=0.8) == pytest.approx(62.5)


def test_intensity_by_hand():
    assert physics.intensity(1, 2) == 1
    assert physics.intensity(32, 2) == 32
    assert physics.intensity(1, 0.5) == 4


def test_decode_step_by_hand():
    step = physics.decode_step(n=10e9, batch=1, flops=F, bandwidth=W, bytes_per_weight=2)
    assert step.memory_s == pytest.approx(20e-3)  # 20 GB at 1 TB/s
    assert step.compute_s == pytest.approx(0.2e-3)  # 20 GFLOP at 100 TFLOP/s
    assert (step.seconds, step.bound) == (step.memory_s, "memory")
    full = physics.decode_step(n=10e9, batch=400, flops=F, bandwidth=W, bytes_per_weight=2)
    assert full.seconds == pytest.approx(80e-3)
    assert full.bound == "compute"
    even = physics.decode_step(n=10e9, batch=100, flops=F, bandwidth=W, bytes_per_weight=2)
    assert even.bound == "both"


def test_flops_by_hand():
    assert physics.forward_flops(7e9, 1) == 14e9
    assert physics.training_flops(7e9, 1e12) == 4.2e22
    # 4·L·(heads·head_dim)·S = 4·32·4096·1000 beside 2·N.
    with_attention = physics.forward_flops(7e9, 1, layers=32, attention_width=4096, context=1000)
    assert with_attention == 14e9 + 524_288_000
    assert physics.training_flops(7e9, 1, 32, 4096, 1000) == 3 * with_attention


def test_bytes_by_hand():
    assert physics.weight_bytes(70e9, 2) == 140e9
    assert physics.training_state_bytes(1e9) == 16e9
    # 80 layers, 8 KV heads of 128, fp16: 2·80·8·128·2.
    assert physics.kv_bytes_per_token(80, 8, 128, 2) == 327_680
    assert physics.chips_needed(140e9, 80e9) == 2
    assert physics.chips_needed(80e9, 80e9) == 1


def test_mlp_layer_by_hand():
    flops, nbytes = physics.mlp_layer(
        tokens=4, width=10, ffn_width=20, matrices=3, bytes_per_weight=2
    )
    assert (flops, nbytes) == (4800, 1200)
    assert physics.mlp_layer(4, 10, 20, 3, 2, tp=2) == (2400, 600)


@given(n=amount, batch=amount, flops=amount, bandwidth=amount, w=width, mfu=portion, mbu=portion)
def test_the_step_is_never_faster_than_either_clock(n, batch, flops, bandwidth, w, mfu, mbu):
    peak = physics.decode_step(
        n=n, batch=batch, flops=flops, bandwidth=bandwidth, bytes_per_weight=w
    )
    real = physics.decode_step(
        n=n, batch=batch, flops=flops, bandwidth=bandwidth, bytes_per_weight=w, mfu=mfu, mbu=mbu
    )
    assert peak.seconds == max(peak.compute_s, peak.memory_s)
    assert real.seconds >= peak.seconds
    assert math.isfinite(real.seconds)


@given(n=amount, batch=amount, flops=amount, bandwidth=amount, w=width)
def test_more_sequences_never_shorten_a_step_and_never_lower_throughput(
    n, batch, flops, bandwidth, w
):
    one = physics.decode_step(
        n=n, batch=batch, flops=flops, bandwidth=bandwidth, bytes_per_weight=w
    ).seconds
    two = physics.decode_step(
        n=n, batch=2 * batch, flops=flops, bandwidth=bandwidth, bytes_per_weight=w
    ).seconds
    assert one <= two <= 2 * one * (1 + 1e-12)


@given(n=amount, flops=amount, bandwidth=amount, w=width, factor=st.floats(1.01, 100))
def test_below_the_ridge_more_flops_change_nothing_above_it_more_bandwidth_does_not(
    n, flops, bandwidth, w, factor
):
    edge = physics.critical_batch(flops, bandwidth, w)
    below = edge / (2 * factor)
    assert (
        physics.decode_step(
            n=n, batch=below, flops=flops, bandwidth=bandwidth, bytes_per_weight=w
        ).seconds
        == physics.decode_step(
            n=n, batch=below, flops=flops * factor, bandwidth=bandwidth, bytes_per_weight=w
        ).seconds
    )
    above = edge * 2 * factor
    assert (
        physics.decode_step(
            n=n, batch=above, flops=flops, bandwidth=bandwidth, bytes_per_weight=w
        ).seconds
        == physics.decode_step(
            n=n, batch=above, flops=flops, bandwidth=bandwidth * factor, bytes_per_weight=w
        ).seconds
    )


@given(flops=amount, bandwidth=amount, w=width, batch=amount)
def test_attainable_flops_is_what_a_step_reaches(flops, bandwidth, w, batch):
    step = physics.decode_step(
        n=1e9, batch=batch, flops=flops, bandwidth=bandwidth, bytes_per_weight=w
    )
    reached = physics.forward_flops(1e9, batch) / step.seconds
    roof = physics.attainable_flops(physics.intensity(batch, w), flops, bandwidth)
    assert reached == pytest.approx(roof)


@given(flops=amount, bandwidth=amount, w=width)
def test_both_clocks_agree_at_the_critical_batch(flops, bandwidth, w):
    edge = physics.critical_batch(flops, bandwidth, w)
    assert physics.intensity(edge, w) == pytest.approx(physics.ridge(flops, bandwidth))
    assert (
        physics.decode_step(
            n=1e9, batch=edge, flops=flops, bandwidth=bandwidth, bytes_per_weight=w
        ).bound
        == "both"
    )


@pytest.mark.parametrize("bad", [0, -1, math.nan, math.inf, "2", None])
@pytest.mark.parametrize("name", ["n", "batch", "flops", "bandwidth", "bytes_per_weight"])
def test_a_bad_argument_is_named(name, bad):
    good = {"n": 1e9, "batch": 1, "flops": F, "bandwidth": W, "bytes_per_weight": 2}
    with pytest.raises(ValueError, match=f"^{name} is"):
        physics.decode_step(**{**good, name: bad})


def test_a_share_above_one_is_refused():
    with pytest.raises(ValueError, match=r"mfu is 40: a share of the peak is at most 1"):
        physics.critical_batch(F, W, 2, mfu=40)


def test_negative_tokens_are_refused_and_none_cost_nothing():
    with pytest.raises(ValueError, match="tokens"):
        physics.forward_flops(7e9, -1)
    assert physics.forward_flops(7e9, 0) == 0


def test_room_beside_the_weights_by_hand():
    # 100 GB, 20 GB of weights, 10 GB for each text of 50,000 tokens at 200,000 bytes.
    assert physics.room_for(100e9, 20e9, 200_000, 50_000) == pytest.approx(8)
    assert physics.room_for(100e9, 120e9, 200_000, 50_000) == 0
    with pytest.raises(ValueError, match="context"):
        physics.room_for(100e9, 20e9, 200_000, 0)
