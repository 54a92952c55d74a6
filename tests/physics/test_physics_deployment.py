"""A deployment's step against the same sum worked by hand, and against the limits it must keep."""

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from anuman import catalog, physics
from anuman.physics import context, layers, load

CHIPS = ("A100-80", "H100-SXM", "H200", "B200", "L40S", "MI300X", "TPUv5e", "Groq-LPU1", "RPi5")
MODELS = ("Llama-3.1-8B", "Llama-3.1-70B", "Mixtral-8x7B", "DeepSeek-V3", "gpt-oss-120b")


def test_decode_step_is_the_sum_of_its_parts_by_hand():
    """Llama-2-7B on one A100, fp16, 4 sequences of 1,000 tokens: every term written out."""
    chip, model = catalog.chip("A100-80"), catalog.model("Llama-2-7B")
    gemm = catalog.efficiency("A100-80", "gemm", 16)
    small = catalog.efficiency("A100-80", "elementwise")
    attention = catalog.efficiency("A100-80", "decode_attention", 16)
    rate, peak = chip.bandwidth * gemm.memory, chip.peak("bf16") * gemm.compute
    d, f, batch = 4096, 11008, 4

    weights = 4 * d * d + 3 * d * f
    moved = 2 * (d + 3 * d + d + d + 2 * d + 3 * f) * batch
    products = math.hypot((2 * weights + moved) / rate, 2 * weights * batch / peak)
    norms = batch * 2 * (8 * d + 2 * 2 * d + 3 * f) / (chip.bandwidth * small.memory)
    layer = 4 * gemm.kernel_s + products + 6 * small.kernel_s + norms + attention.kernel_s
    head = gemm.kernel_s + math.hypot(2 * 32000 * d / rate, 2 * 32000 * d * batch / peak)
    scores = 12 * batch * 32000 / (chip.bandwidth * small.memory)
    cache = batch * 1000 * 524_288 / (chip.bandwidth * attention.memory)

    step = physics.Deployment("A100-80", "Llama-2-7B", activation="fp16").decode_step(4, 1000)
    assert step == pytest.approx(32 * layer + head + scores + cache, rel=1e-12)
    assert model.layers == 32


def test_tensor_parallel_adds_two_all_reduces_a_layer():
    one = physics.Deployment("A100-80", "Llama-2-7B", software="gpt-fast")
    two = physics.Deployment("A100-80", "Llama-2-7B", tp=2, software="gpt-fast")
    share = catalog.efficiency("A100-80", "all_reduce")
    link = catalog.chip("A100-80").quantity("link").value * share.memory
    nbytes = 4096 * 2
    expected = 64 * (share.nccl[0] + nbytes / link)
    without = physics.all_reduce(nbytes, 2, link, share.nccl[0]) * 64
    assert without == pytest.approx(expected)
    # Halving what each chip reads saves less than half of the step; the all-reduces are the rest.
    assert one.decode_step(1, 0) / 2 < two.decode_step(1, 0) < one.decode_step(1, 0)


def test_tensor_parallel_chips_each_pass_the_width_in_full():
    """Norms and the outer sides of the products are not shared out: many tokens gain less than twofold from two chips."""
    chip, m = catalog.chip("H100-SXM"), catalog.model("Llama-3.1-70B")
    small = catalog.efficiency("H100-SXM", "elementwise")
    share = catalog.efficiency("H100-SXM", "all_reduce")
    one = physics.Deployment("H100-SXM", m.name)
    two = physics.Deployment("H100-SXM", m.name, tp=2)
    group = layers.layer_groups(m)[0]
    assert (group.norm_bytes, group.elementwise_bytes) == (
        2 * 8 * m.width,
        2 * (2 * (m.heads + m.kv_heads) * m.head_dim + 3 * m.ffn_width),
    )

    def slope(d):
        return d.linear_s(200_001, 1) - d.linear_s(200_000, 1)

    rate = chip.bandwidth * small.memory
    reduced = 2 * m.layers * 2 * m.width / (chip.quantity("link").value * share.memory)
    norms = m.layers * group.norm_bytes / rate
    shared = m.layers * group.elementwise_bytes / rate
    # The products of so many tokens wait for arithmetic, which two chips halve, and a little for activations.
    products_one, products_two = (
        slope(one) - norms - shared,
        slope(two) - norms - shared / 2 - reduced,
    )
    assert products_one / 2 < products_two < products_one / 2 * 1.05


@pytest.mark.parametrize("name", MODELS)
def test_weights_of_the_layers_add_up_to_the_model(name):
    model = catalog.model(name)
    groups = layers.layer_groups(model)
    total = sum(g.count * (g.shared_weights + g.experts * g.expert_weights) for g in groups)
    embeddings = model.vocab * model.width * (1 if model.tied_embedding else 2)
    assert sum(g.count for g in groups) == model.layers
    assert total + embeddings == pytest.approx(model.params, rel=0.02)


def test_experts_touched_by_hand():
    # Mixtral: one token reads 2 experts, two tokens 2 + 2·(6/8) = 3.5 on average.
    assert physics.experts_touched(1, 8, 2) == pytest.approx(2)
    assert physics.experts_touched(2, 8, 2) == pytest.approx(3.5)
    assert physics.experts_touched(1e6, 8, 2) == pytest.approx(8)


@settings(max_examples=150, deadline=None)
@given(
    chip=st.sampled_from(CHIPS),
    model=st.sampled_from(MODELS),
    batch=st.floats(1, 4096),
    context=st.floats(1, 200_000),
    tp=st.sampled_from([1, 2, 4, 8]),
    bits=st.sampled_from([16, 8, 4.5]),
)
def test_every_step_is_finite_affine_and_grows(chip, model, batch, context, tp, bits):
    linked = "link" in catalog.chip(chip).quantities
    d = physics.Deployment(chip, model, tp=tp if linked else 1, weight_bits=bits)
    fixed, slope = d.affine(batch, context=context)
    step = d.decode_step(batch, context)
    assert math.isfinite(step) and step > 0
    assert step == pytest.approx(fixed + slope * batch * context, rel=1e-12)
    assert d.decode_step(batch + 1, context) > step
    longer = d.decode_step(batch, context + 1)
    assert longer > step or (slope == 0 and longer == step)  # every window is full
    assert d.affine(batch, 100, 5000.0)[0] > fixed


@given(prompt=st.integers(16, 50_000), pieces=st.integers(1, 20))
def test_chunks_lose_time_never_pairs(prompt, pieces):
    """Chunked or whole, S²/2 query-key pairs are computed; each piece starts kernels and reads weights again."""
    d = physics.Deployment("H100-SXM", "Llama-3.1-8B")
    whole, cut = d.prefill(prompt), d.prefill(prompt, chunk=prompt / pieces)
    assert cut >= whole * (1 - 1e-9)
    pair_s = d.affine(0, prompt, 1e9)[0] - d.affine(0, prompt, 0.0)[0]
    assert whole - d.affine(0, prompt, 0.0)[0] == pytest.approx(
        pair_s * prompt**2 / 2 / 1e9, rel=1e-6
    )


def test_what_does_not_fit_is_named():
    with pytest.raises(physics.DoesNotFit, match=r"needs 141\.1 GB.*1 H100-SXM have 80 GB"):
        _ = physics.Deployment("H100-SXM", "Llama-3.1-70B").kv_capacity
    small = physics.Deployment("H100-SXM", "Llama-3.1-8B")
    with pytest.raises(physics.DoesNotFit, match="not one request of 1000000 tokens fits"):
        physics.max_batch(small, 900_000, 100_000)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"tp": 0}, "tp is 0"),
        ({"weight_bits": 64}, "bits, not bytes"),
        ({"activation": "int3"}, "activation is 'int3'"),
        ({"clock": 1.5}, "at most 1"),
        ({"kv_bits": float("nan")}, "kv_bits is nan"),
    ],
)
def test_impossible_arguments_are_refused_by_name(arguments, message):
    with pytest.raises(ValueError, match=message):
        physics.Deployment("H100-SXM", "Llama-3.1-8B", **arguments)


def test_a_known_32_bit_peak_is_waited_for():
    """A desktop processor reads 4,096 tokens no faster than its 32-bit peak allows; a GPU's is not in the catalogue."""
    chip = catalog.chip("i9-13900K")
    d = physics.Deployment("i9-13900K", "Llama-2-7B", weight_bits=4.5, activation="fp32")
    assert d.prefill(4096) > 2 * (
        d.model.params - 2 * d.model.vocab * d.model.width
    ) * 4096 / chip.peak("fp32")
    with pytest.raises(catalog.MissingValue, match=r"peak\.fp32"):
        physics.Deployment("H100-SXM", "Llama-2-7B", activation="fp32").decode_step(1, 10)


def test_unknown_precision_and_chip_are_refused():
    with pytest.raises(catalog.MissingValue, match=r"A100-80 has no peak\.fp8"):
        physics.Deployment("A100-80", "Llama-3.1-8B", activation="fp8").decode_step(1, 10)
    with pytest.raises(catalog.UnknownName, match="H100-SXM"):
        physics.Deployment("H1000", "Llama-3.1-8B").decode_step(1, 10)


@settings(max_examples=60, deadline=None)
@given(prompt=st.integers(1, 8000), output=st.integers(2, 4000), share=st.floats(0.05, 0.95))
def test_load_and_tpot_are_inverse(prompt, output, share):
    d = physics.Deployment("H100-SXM", "Llama-3.1-8B", weight_bits=8, activation="fp8", kv_bits=8)
    most = physics.max_batch(d, prompt, output)
    rate = share * most / (output * physics.steady_step(d, most, prompt, output))
    tpot = physics.tpot_at_rate(d, rate, prompt, output)
    assert physics.rate_at_tpot(d, tpot, prompt, output) == pytest.approx(rate, rel=1e-6)


def test_overload_is_a_state_with_its_growth():
    d = physics.Deployment("H100-SXM", "Llama-3.1-8B")
    state = physics.tpot_at_rate(d, 1e6, 500, 500)
    assert isinstance(state, physics.Saturated)
    assert state.growth == pytest.approx(1e6 - state.capacity)
    assert physics.rate_at_tpot(d, 1e-6, 500, 500) == 0.0


def test_steady_step_mixes_only_what_arrives():
    """With one newcomer in every hundred steps, the mean step is 99 plain ones and one with a whole prompt."""
    d = physics.Deployment("H100-SXM", "Llama-3.1-8B", software="vLLM")
    plain = d.decode_step(1, 1000 + 50)
    with_prompt = d.affine(1, 1000, 1000**2 / 2)[0] + d.affine(1)[1] * 1050
    assert load.steady_step(d, 1, 1000, 100) == pytest.approx(0.99 * plain + 0.01 * with_prompt)


def test_a_prediction_knows_nothing_of_its_value():
    """Only notes that state a condition enter: a power limit, active parameters, cache hits, a batch."""
    conditions = ("power-", "active_params_B", "cache hits", "batch per GPU")
    blind = {"value": 1e9, "id": "", "group": "", "confidence": ""}
    for measured in catalog.measurements():
        row = vars(measured)
        changed = {**row, **blind}
        if not any(words in measured.note for words in conditions):
            changed["note"] = ""
        assert physics.predict(changed) == physics.predict(row)


def test_stages_work_on_groups_of_the_batch_at_once():
    """Two stages, 64 sequences: each step takes 32 of them through both, while the other 32 are in the other stage."""
    whole = physics.Deployment("H100-SXM", "Llama-3.1-8B")
    staged = physics.Deployment("H100-SXM", "Llama-3.1-8B", pp=2)
    hop = catalog.efficiency("H100-SXM", "pipeline").hop_s
    assert physics.steady_step(staged, 64, 0, 100) == pytest.approx(whole.decode_step(32, 50) + hop)
    many = physics.continuous_throughput(staged, 64, 0, 100)
    assert many > 1.5 * physics.continuous_throughput(whole, 32, 0, 100)
    assert physics.steady_step(staged, 1, 0, 100) == pytest.approx(whole.decode_step(1, 50) + hop)


def test_a_full_window_stops_the_cache_from_growing():
    """gpt-oss: half of the layers see 128 tokens."""
    model = catalog.model("gpt-oss-120b")
    assert context.windowed_share(model) == 0.5
    d = physics.Deployment("H200", "gpt-oss-120b", weight_bits=4.25)
    token = physics.kv_elements_per_token(model) * 2
    assert d.kv_bytes(100) == 100 * token
    for tokens in (1_000, 10_000, 100_000):
        assert d.kv_bytes(tokens) == (tokens + 128) / 2 * token
    fixed, slope = d.affine(10)
    start = model.layers * catalog.efficiency("H200", "decode_attention", 16).kernel_s
    assert fixed - d.linear_s(10, 10) - start == pytest.approx(slope * 10 * 128)
    assert d.affine(10, context=100) == pytest.approx((d.linear_s(10, 10) + start, 2 * slope))


def test_a_step_grows_only_by_what_the_layers_read():
    """From 10,000 to 100,000 tokens Gemma-2's windows of 4,096 stay full: half the layers read more."""
    d = physics.Deployment("H100-SXM", "Gemma-2-9B")
    short, long = (d.decode_step(1, context) for context in (10_000, 100_000))
    whole = d.affine(1, context=1)[1]  # no window is full: every layer reads every token
    assert long - short == pytest.approx(90_000 * whole / 2)
    assert d.decode_step(1, 4096) == pytest.approx(d.affine(1)[0] + 4096 * whole)


def test_a_prompt_beyond_the_window_has_fewer_pairs():
    assert context.capped_pairs(100, 100**2 / 2, 128) == 100**2 / 2
    # The first w tokens see all before them, the others w.
    assert context.capped_pairs(1000, 1000**2 / 2, 128) == 128**2 / 2 + (1000 - 128) * 128


def test_expert_parallel_chips_share_experts_and_exchange_tokens():
    """32 H800 with DeepSeek-V3's experts: each reads 1/32 of those touched by all, and sends 8 copies a token."""
    chip, m = catalog.chip("H800"), catalog.model("DeepSeek-V3")
    numbers = {"weight_bits": 8, "activation": "fp8"}
    alone = physics.Deployment("H800", m.name, **numbers)
    group = physics.Deployment("H800", m.name, ep=32, **numbers)
    routed = layers.layer_groups(m)[1]
    experts = routed.count * m.experts * routed.expert_weights
    assert group.weight_bytes == pytest.approx(alone.weight_bytes - experts * 31 / 32)
    assert group.fits and not alone.fits

    # So many tokens touch every expert: the group's chip reads 8 of 256, the lone one all.
    share = catalog.efficiency("H800", "experts", 8)
    rate = chip.bandwidth * share.memory
    spared = group.linear_s(0.001, 1) / alone.linear_s(0.001, 1)
    assert spared == pytest.approx(
        1, rel=1e-3
    )  # one token reads its own 8 experts, wherever they are
    assert group.linear_s(128, 1) < alone.linear_s(128, 1)
    assert alone.linear_s(128, 1) - group.linear_s(128, 1) < experts / rate

    start = 2 * catalog.efficiency("H800", "all_reduce").custom[-1]
    copies = m.experts_per_token * 31 / 32
    exchange = routed.count * (start + 128 * copies * m.width * 3 / chip.quantity("network").value)
    # Four nodes: two half batches take turns, one computes while the other is exchanged.
    attention = m.layers * catalog.efficiency("H800", "decode_attention", 16).kernel_s
    assert group.affine(128)[0] - attention == pytest.approx(
        max(exchange, 2 * group.linear_s(64, 64))
    )
    # A prompt's tokens go once to each of four nodes, 2.7 of them elsewhere at most.
    nodes = physics.experts_touched(8, 4, 1) * 3 / 4
    sent = routed.count * (start + 1000 * nodes * m.width * 3 / chip.quantity("network").value)
    start = m.layers * catalog.efficiency("H800", "prefill_attention").kernel_s
    assert group.affine(0, 1000)[0] - start == pytest.approx(max(sent, 2 * group.linear_s(500, 1)))

    # Within one node nothing overlaps.
    node = physics.Deployment("H800", m.name, ep=8, **numbers)
    link = chip.quantity("link").value * catalog.efficiency("H800", "all_reduce").memory
    copies = physics.experts_touched(8, 8, 1) * 7 / 8
    start = 2 * catalog.efficiency("H800", "all_reduce").custom[-1]
    sent = routed.count * (start + 128 * copies * m.width * 3 / link)
    assert node.affine(128)[0] - attention == pytest.approx(node.linear_s(128, 128) + sent)


@pytest.mark.parametrize(
    ("model", "arguments", "message"),
    [
        ("Llama-3.1-8B", {"ep": 8}, "has no experts"),
        ("Mixtral-8x7B", {"ep": 16}, "only 8 experts"),
        ("Mixtral-8x7B", {"ep": 8, "tp": 2}, "tp is 1"),
        ("Mixtral-8x7B", {"ep": 0}, "ep is 0"),
    ],
)
def test_impossible_groups_of_experts_are_refused(model, arguments, message):
    with pytest.raises(ValueError, match=message):
        physics.Deployment("H100-SXM", model, **arguments)
