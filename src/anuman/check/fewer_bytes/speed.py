"""What fewer bits, drafts and experts gain: speed-ups that end where the arithmetic takes over."""

from collections.abc import Iterator

from anuman import physics

from ..draws import first, seeded
from ..result import Result, number
from ..task import Case, Drill, Misconception, Part, Task, changed
from ..words import N_

BF16 = 16  # bits


def _clocks(batch: float, flops: float, bandwidth: float, bits: float) -> tuple[float, float]:
    """Seconds of arithmetic and of reading for one weight."""
    return 2 * batch / flops, bits / 8 / bandwidth


def _speedup(batch, flops, bandwidth, bits, step=max) -> float:
    before, after = (_clocks(batch, flops, bandwidth, width) for width in (BF16, bits))
    return step(before) / step(after)


def speedup_w4(batch: float, flops: float, bandwidth: float, bits_with_scales: float) -> float:
    """How many times as fast a decode step gets when 16 bits a weight become bits_with_scales.

    Arithmetic stays at 16 bits; reading and arithmetic overlap.
    """
    return _speedup(batch, flops, bandwidth, bits_with_scales)


def _machines() -> Iterator[Case]:
    """Batches below both ridges, between them and above both, in turn."""
    draw = seeded("07-fewer-bytes/speedup_w4")
    at = 0
    while True:
        bandwidth = draw.uniform(0.5e12, 8e12)
        ridge = draw.uniform(
            100, 500
        )  # batch at which 16-bit weights are as slow as the arithmetic
        bits = draw.choice((4.25, 4.5, 4.5, 8.5))
        low = ridge * bits / BF16
        batch = (
            draw.uniform(1, 0.7 * low),
            draw.uniform(1.25 * low, 0.85 * ridge),
            draw.uniform(1.2 * ridge, 3 * ridge),
        )[at % 3]
        yield round(batch), ridge * bandwidth, bandwidth, bits
        at += 1


SPEEDUP_CASES = ((1, 300e12, 1e12, 4.0), *first(9, _machines()))

SPEEDUP_W4 = Task(
    id="07-fewer-bytes/speedup_w4",
    function=speedup_w4,
    result=Result((number("speedup"),)),
    examples=((1, 300e12, 1e12, 4.5), (150, 300e12, 1e12, 4.5), (600, 300e12, 1e12, 4.5)),
    parts=(
        Part(N_("a single user"), 0.5, SPEEDUP_CASES[:1]),
        Part(N_("every batch"), 0.5, SPEEDUP_CASES),
    ),
    misconceptions=(
        Misconception(
            "constant 4",
            lambda batch, flops, bandwidth, bits_with_scales: 4.0,
            N_(
                "It is 4 in every case: the scales are read, too, and a large batch is held up by the arithmetic."
            ),
        ),
        Misconception(
            "bits alone",
            lambda batch, flops, bandwidth, bits_with_scales: BF16 / bits_with_scales,
            N_(
                "The gain is the same at every batch: but the arithmetic stays as it is, and with many "
                "users it takes longer than the reading."
            ),
        ),
        Misconception(
            "sum of the clocks",
            lambda batch, flops, bandwidth, bits_with_scales: _speedup(
                batch, flops, bandwidth, bits_with_scales, sum
            ),
            N_(
                "The two clocks are added: reading and arithmetic overlap, so the step takes the longer one."
            ),
        ),
        Misconception(
            "one FLOP a weight",
            lambda batch, flops, bandwidth, bits_with_scales: _speedup(
                batch, 2 * flops, bandwidth, bits_with_scales
            ),
            N_("Each weight costs 2 FLOPs a user, not 1."),
        ),
        Misconception(
            "bits for bytes",
            lambda batch, flops, bandwidth, bits_with_scales: (
                max(2 * batch / flops, BF16 / bandwidth)
                / max(2 * batch / flops, bits_with_scales / bandwidth)
            ),
            N_("The bits are taken for bytes: a byte has 8 bits."),
        ),
        changed(
            lambda right: 1 / right, "upside down", N_("Upside down: old time divided by new time.")
        ),
        Misconception(
            "all or nothing",
            lambda batch, flops, bandwidth, bits_with_scales: (
                BF16 / bits_with_scales if batch < flops / bandwidth else 1.0
            ),
            N_(
                "Between full gain and none lies a stretch: with fewer bits the arithmetic takes over "
                "at a smaller batch, and the gain shrinks from there on."
            ),
        ),
    ),
)


def _acceptances() -> Iterator[Case]:
    draw = seeded("07-fewer-bytes/expected_tokens")
    while True:
        yield round(draw.uniform(0.3, 0.95), 2), draw.randint(1, 8)


EXPECTED_TOKENS = Task(
    id="07-fewer-bytes/expected_tokens",
    function=lambda alpha, k: physics.expected_tokens(alpha, k),
    result=Result((number("tokens"),)),
    examples=((0.5, 2), (0.0, 4), (1.0, 4)),
    parts=(
        Part(N_("some are accepted"), 0.5, first(6, _acceptances())),
        Part(N_("none or all are accepted"), 0.5, ((0.0, 3), (1.0, 5), (1.0, 1))),
    ),
    drill=Drill(
        draw=_acceptances,
        asks=N_(
            "A draft of {k} tokens is checked; each is accepted with probability {alpha} if all "
            "before it were. How many tokens does a check bring on average?"
        ),
        worked=lambda alpha, k: f"(1 - {alpha:g}^({k:g} + 1)) / (1 - {alpha:g})",
    ),
    misconceptions=(
        Misconception(
            "alpha times k",
            lambda alpha, k: alpha * k,
            N_(
                "A draft counts only when all before it were accepted: later ones count less often."
            ),
        ),
        Misconception(
            "alpha times k and one",
            lambda alpha, k: alpha * k + 1,
            N_(
                "A draft counts only when all before it were accepted: later ones count less often."
            ),
        ),
        Misconception(
            "no token of its own",
            lambda alpha, k: sum(alpha**i for i in range(1, k + 1)),
            N_(
                "The token that the large model writes itself is missing: each check yields one "
                "more than the drafts that it accepts."
            ),
        ),
        Misconception(
            "one term short",
            lambda alpha, k: sum(alpha**i for i in range(k)),
            N_("The last term is missing: with all k drafts accepted there are k + 1 tokens."),
        ),
        Misconception(
            "without end",
            lambda alpha, k: 1 / (1 - alpha) if alpha < 1 else k + 1.0,
            N_("That is for drafts without end: only k are drafted."),
        ),
        Misconception(
            "all or none",
            lambda alpha, k: 1 + k * alpha**k,
            N_("Only the case counts in which all drafts are accepted: some may be."),
        ),
    ),
)


def _round(alpha, k, draft_cost, batch, critical_batch, checked=None, drafts=None) -> float:
    """Speed-up with another number of checked tokens or of paid drafts."""
    step = max(1.0, batch / critical_batch)
    tokens = k + 1 if checked is None else checked
    check = max(1.0, batch * tokens / critical_batch)
    paid = (k if drafts is None else drafts) * draft_cost * step
    return physics.expected_tokens(alpha, k) * step / (paid + check)


def _rounds() -> Iterator[Case]:
    """Batches whose checks are free, whose checks are paid, and whose steps already were, in turn."""
    draw = seeded("07-fewer-bytes/speculative_speedup")
    at = 0
    while True:
        k, critical = draw.randint(2, 6), draw.randint(100, 400)
        batch = (
            draw.uniform(1, 0.7 * critical / (k + 1)),
            draw.uniform(1.3 * critical / (k + 1), 0.9 * critical),
            draw.uniform(1.2 * critical, 2 * critical),
        )[at % 3]
        yield (
            round(draw.uniform(0.5, 0.95), 2), k, round(draw.uniform(0.03, 0.2), 3), round(batch),
            critical,
        )  # fmt: skip
        at += 1


SPECULATIVE_SPEEDUP = Task(
    id="07-fewer-bytes/speculative_speedup",
    function=lambda alpha, k, draft_cost, batch, critical_batch: physics.speculative_speedup(
        alpha, k, draft_cost, batch, critical_batch
    ),
    result=Result((number("speedup"),)),
    examples=((0.5, 2, 0.1, 1, 300), (0.5, 2, 0.1, 200, 300), (0.5, 2, 0.1, 600, 300)),
    parts=(
        Part(N_("few users"), 0.5, ((0.7, 4, 0.05, 1, 295), *first(9, _rounds())[::3])),
        Part(N_("every batch"), 0.5, first(9, _rounds())),
    ),
    misconceptions=(
        Misconception(
            "checks are free",
            lambda alpha, k, draft_cost, batch, critical_batch: (
                physics.expected_tokens(alpha, k) / (1 + k * draft_cost)
            ),
            N_(
                "The check costs one step at any batch: above the critical batch each checked token costs time."
            ),
        ),
        Misconception(
            "drafts are free",
            lambda alpha, k, draft_cost, batch, critical_batch: _round(
                alpha, k, 0, batch, critical_batch
            ),
            N_("draft_cost is not used: the drafts take time, too."),
        ),
        Misconception(
            "one draft paid",
            lambda alpha, k, draft_cost, batch, critical_batch: _round(
                alpha, k, draft_cost, batch, critical_batch, drafts=1
            ),
            N_("The draft is paid once: k tokens are drafted, one after the other."),
        ),
        Misconception(
            "only the drafts are checked",
            lambda alpha, k, draft_cost, batch, critical_batch: _round(
                alpha, k, draft_cost, batch, critical_batch, checked=k
            ),
            N_("The check computes k + 1 tokens for each user: the drafts and the one after them."),
        ),
        Misconception(
            "step before not counted",
            lambda alpha, k, draft_cost, batch, critical_batch: (
                _round(alpha, k, draft_cost, batch, critical_batch)
                / max(1.0, batch / critical_batch)
            ),
            N_(
                "Compared with one step of a single user: without speculation, a large batch is slower, too."
            ),
        ),
        Misconception(
            "alpha times k",
            lambda alpha, k, draft_cost, batch, critical_batch: (
                _round(alpha, k, draft_cost, batch, critical_batch)
                * (alpha * k + 1)
                / physics.expected_tokens(alpha, k)
            ),
            N_(
                "A draft counts only when all before it were accepted: take the tokens of the task before."
            ),
        ),
        Misconception(
            "time instead of speed",
            lambda alpha, k, draft_cost, batch, critical_batch: (
                1 / _round(alpha, k, draft_cost, batch, critical_batch)
            ),
            N_("Upside down: old time a token divided by new time a token."),
        ),
    ),
)


def moe_bytes_read(tokens: float, experts: int, top_k: int, expert_bytes: float) -> float:
    """Bytes of experts that one step reads, routing at random: E·(1 - (1 - k/E)^T) of them."""
    return experts * (1 - (1 - top_k / experts) ** tokens) * expert_bytes


def _mixtures() -> Iterator[Case]:
    draw = seeded("07-fewer-bytes/moe_bytes_read")
    while True:
        experts, top_k = draw.choice(((8, 2), (16, 1), (64, 6), (128, 4), (128, 8), (256, 8)))
        tokens = max(2, round(experts / top_k * draw.uniform(0.3, 1.6)))
        yield tokens, experts, top_k, draw.choice((44e6, 90e6, 176e6))


MOE_BYTES_READ = Task(
    id="07-fewer-bytes/moe_bytes_read",
    function=moe_bytes_read,
    result=Result((number("bytes"),)),
    examples=((1, 8, 2, 100e6), (2, 8, 2, 100e6), (1000, 8, 2, 100e6)),
    parts=(
        Part(N_("all cases"), 0.5, ((1, 64, 6, 50e6), (5000, 64, 6, 50e6), *first(7, _mixtures()))),
    ),
    drill=Drill(
        draw=_mixtures,
        asks=N_(
            "A layer has {experts} experts of {expert_bytes} bytes; each of {tokens} tokens goes to "
            "{top_k} of them, drawn at random. How many bytes are read on average?"
        ),
        worked=lambda tokens, experts, top_k, expert_bytes: (
            f"{experts:g} · (1 - (1 - {top_k:g} / {experts:g})^{tokens:g}) · {expert_bytes:g}"
        ),
        unit="B",
    ),
    misconceptions=(
        Misconception(
            "always top_k",
            lambda tokens, experts, top_k, expert_bytes: top_k * expert_bytes,
            N_("tokens is not used: other tokens go to other experts, and all of those are read."),
        ),
        Misconception(
            "always all",
            lambda tokens, experts, top_k, expert_bytes: experts * expert_bytes,
            N_("All experts are read in every case: a few tokens reach only some of them."),
        ),
        Misconception(
            "top_k for every token",
            lambda tokens, experts, top_k, expert_bytes: tokens * top_k * expert_bytes,
            N_(
                "An expert that two tokens share is read twice in your answer: it is read once a step."
            ),
        ),
        Misconception(
            "top_k for every token, at most all",
            lambda tokens, experts, top_k, expert_bytes: (
                min(experts, tokens * top_k) * expert_bytes
            ),
            N_(
                "Tokens choose at random, so some of them choose the same expert before all are "
                "taken: count those that nobody has chosen."
            ),
        ),
        Misconception(
            "never chosen",
            lambda tokens, experts, top_k, expert_bytes: (
                experts * (1 - top_k / experts) ** tokens * expert_bytes
            ),
            N_("These are the experts that nobody has chosen: the others are read."),
        ),
        Misconception(
            "one expert a token",
            lambda tokens, experts, top_k, expert_bytes: (
                experts * (1 - (1 - 1 / experts) ** tokens) * expert_bytes
            ),
            N_("top_k is not used: each token goes to top_k experts."),
        ),
    ),
)
