"""How a generation looks, step by step: its tokens, the time and bytes of each step, the cache growing."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from html import escape
from statistics import median

from anuman.language import _, number, si

from ..kit.chart import Axis, Chart, round_up
from ..kit.style import COMPUTE, KV_CACHE, MEMORY
from ..kit.svg import Picture
from ..kit.view import View

WIDTH = 540.0


@dataclass
class Seen:
    """What there is to show of a generation.

    status: what happens now, in the learner's language.  weights: bytes of the model's weights.
    kv_per_token: bytes that a token leaves in the cache.  prompt, written: bytes of each token.
    steps: lm.Step, in order.
    """

    status: str
    weights: int = 0
    kv_per_token: int = 0
    prompt: list[bytes] = field(default_factory=list)
    written: list[bytes] = field(default_factory=list)
    steps: list = field(default_factory=list)

    @property
    def prefill(self) -> list:
        return [step for step in self.steps if step.kind == "prefill"]

    @property
    def decode(self) -> list:
        return [step for step in self.steps if step.kind == "decode"]


def times(seen: Seen) -> Picture:
    """Time of every step: the prompt's, then one a token."""
    steps = seen.steps
    # A step that another program held up must not make all others invisible: it is cut off at the top.
    longest = max([s.seconds for s in seen.prefill] or [0.01])
    longest = max(longest, 3 * _decode(seen)) if seen.decode else longest
    shown = max(len(steps), 8)
    every = max(1, round(round_up(shown / 6)))
    chart = Chart(
        Axis(
            -0.5,
            shown - 0.5,
            _("step"),
            format=lambda x: number(round(x) + 1),
            marks=(0.0, *(float(i - 1) for i in range(every, shown + 1, every))),
        ),
        Axis(0, 1.25 * longest, _("time of the step"), format=lambda s: si(s, "s", like=longest)),
        _("First the prompt in one go, then one step a token"),
        WIDTH,
        300,
    )
    width = max(1.5, min(14.0, 300 / max(len(steps), 1)))
    for place, step in enumerate(steps):
        colour = COMPUTE if step.kind == "prefill" else MEMORY
        top = min(step.seconds, chart.y.high)
        chart.line([(place, 0), (place, top)], colour, width=width, key=f"step{place}")
        name = f"{_kind(step)}: {si(step.seconds, 's')}"
        if len(steps) < 150:
            shape = "square" if step.kind == "prefill" else "circle"
            shape = "triangle" if top < step.seconds else shape
            chart.point(place, top, colour, shape, 3.5, name, f"step{place}")
    if any(step.seconds > chart.y.high for step in steps):
        label = _("▲ far longer: another program was at work")
        chart.label(len(steps), 0.95 * chart.y.high, label, "left", kind="small")
    if seen.prefill:
        taken, tokens = _prefill(seen)
        label = _("■ prefill: {tokens} tokens in {time}").format(
            tokens=number(tokens), time=si(taken, "s")
        )
        chart.label(0, seen.prefill[0].seconds, label, "right", kind="strong")
    if seen.decode:
        label = _("● decode: {time} a token").format(time=si(_decode(seen), "s"))
        chart.label(len(steps) / 2, _decode(seen), label, "above", kind="strong")
    return chart.picture(summary(seen))


def cache(seen: Seen) -> Picture:
    """Bytes of keys and values kept, by tokens seen."""
    most = max((step.context for step in seen.steps), default=8)
    chart = Chart(
        Axis(0, 1.05 * most, _("tokens so far, prompt and text")),
        Axis(
            0, 1.25 * most * max(seen.kv_per_token, 1), _("bytes in the KV cache"),
            format=lambda b: si(b, "B", like=most * seen.kv_per_token or 1),
        ),
        _("The KV cache grows by the same bytes with every token"),
        WIDTH,
        260,
    )  # fmt: skip
    points = [(step.context, step.cache_bytes) for step in seen.steps]
    if points:
        chart.line([(0, 0), *points], KV_CACHE)
        chart.point(*points[-1], KV_CACHE, "diamond", 5, si(points[-1][1], "B"))
        label = _("{size} a token").format(size=si(seen.kv_per_token, "B"))
        chart.label(*points[-1], label, "left", 12, "strong")
    return chart.picture(summary(seen))


def _kind(step) -> str:
    return _("prefill") if step.kind == "prefill" else _("decode")


def _prefill(seen: Seen) -> tuple[float, int]:
    """Time in s and tokens of the whole prompt."""
    return sum(s.seconds for s in seen.prefill), sum(s.tokens for s in seen.prefill)


def _decode(seen: Seen) -> float:
    """Median time in s of a decode step."""
    return median(step.seconds for step in seen.decode)


def summary(seen: Seen) -> str:
    """The state in words."""
    said = [seen.status]
    if seen.prefill:
        taken, tokens = _prefill(seen)
        said.append(
            _("Prefill: {tokens} tokens in {time}.").format(
                tokens=number(tokens), time=si(taken, "s")
            )
        )
    if seen.decode:
        said.append(
            _("Decode: {time} a token, the median of {count}; the cache holds {size}.").format(
                time=si(_decode(seen), "s"),
                count=number(len(seen.decode)),
                size=si(seen.steps[-1].cache_bytes, "B"),
            )
        )
    return " ".join(said)


def facts(seen: Seen) -> list[tuple[str, str, str]]:
    """The three numbers: prefill a token, decode a token, bytes of a step."""
    labels = (
        _("A token of the prompt costs"), _("A token of the text costs"), _("Read for the last token"),
    )  # fmt: skip
    unknown = [(label, _("unknown"), "") for label in labels]
    if not seen.prefill:
        return unknown
    taken, tokens = _prefill(seen)
    first = (
        labels[0],
        si(taken / tokens, "s"),
        _("{tokens} of them shared each weight that was read").format(tokens=number(tokens)),
    )
    if not seen.decode:
        return [first, *unknown[1:]]
    each, last = _decode(seen), seen.decode[-1]
    return [
        first,
        (
            labels[1],
            si(each, "s"),
            _("{ratio} × as much; {rate} tokens/s").format(
                ratio=number(each / (taken / tokens), 2), rate=number(1 / each)
            ),
        ),
        (
            labels[2],
            si(last.work.bytes, "B"),
            _("{weights} of weights, {kv} of keys and values").format(
                weights=si(last.work.weight_bytes, "B"), kv=si(last.work.kv_bytes, "B")
            ),
        ),
    ]


def token_text(token: bytes) -> str:
    """A token as it can be shown: its text with a mark for the space, or its bytes."""
    try:
        return token.decode("utf-8").replace(" ", "␣").replace("\n", "↵")
    except UnicodeDecodeError:
        return "·".join(f"{byte:02X}" for byte in token)


def tokens_html(seen: Seen) -> str:
    """Every token in a frame of its own: the prompt's, then the text's."""

    def frames(tokens: Sequence[bytes], colour: str) -> str:
        look = (
            f"display:inline-block;border:1px solid {colour};border-bottom-width:3px;"
            "border-radius:4px;padding:0 3px;margin:1px;font-size:14px;white-space:pre"
        )
        return "".join(f'<span style="{look}">{escape(token_text(t))}</span>' for t in tokens)

    if not seen.prompt:
        return ""
    prompt = _("Prompt, {count} tokens").format(count=number(len(seen.prompt)))
    written = _("Text, {count} tokens so far").format(count=number(len(seen.written)))
    return (
        f"<h3 class='minor'>{escape(prompt)}</h3><div>{frames(seen.prompt, COMPUTE)}</div>"
        f"<h3 class='minor'>{escape(written)}</h3><div>{frames(seen.written, MEMORY)}</div>"
    )


def view(seen: Seen) -> View:
    """All steps with what each cost."""
    head = [
        _("step"), _("kind"), _("tokens in"), _("token out"), _("time"), _("arithmetic"),
        _("weights read"), _("keys and values read"), _("KV cache after it"),
    ]  # fmt: skip
    given_out = iter(seen.written)
    rows = [
        [
            number(place), _kind(step), number(step.tokens),
            "" if step.token is None else token_text(next(given_out, b"")),
            si(step.seconds, "s"), si(step.work.flops, "FLOP"), si(step.work.weight_bytes, "B"),
            si(step.work.kv_bytes, "B"), si(step.cache_bytes, "B"),
        ]
        for place, step in enumerate(seen.steps, 1)
    ]  # fmt: skip
    return View(
        title=_("A text, token by token"),
        words=summary(seen),
        pictures=[times(seen), cache(seen)],
        cards=facts(seen),
        above=f"<p><b>{escape(seen.status)}</b></p>{tokens_html(seen)}",
        told=[" ".join(token_text(token) for token in (*seen.prompt, *seen.written))],
        head=head,
        rows=rows,
        caption=_("One BLAS thread, weights and cache in fp32"),
    )
