"""Lesson 07: its questions, its worked numbers, its measurements and its verdict."""

import time
from collections.abc import Callable
from functools import cache
from itertools import islice
from math import sqrt
from statistics import fmean, stdev

from anuman import catalog, lm, physics
from anuman.language import language
from anuman.lm import prompt_lookup, stories
from anuman.scenes.tricks import BITS4, CACHE8, DRAFTS, FULL_BITS, WEIGHTS4, WEIGHTS8, Tricks
from anuman.widgets import Question, _, number, si, table, verdict_card
from anuman.widgets.kit.words import percent

FORMATS = (
    ("Q8_0", 32, 8, 16), ("MXFP4", 32, 4, 8), ("NVFP4", 16, 4, 8), ("Q4_0", 32, 4, 16),
)  # fmt: skip
SHORT, LONG = 16, 2**15  # tokens of a user
BATCHES = (1, 8, 64, 256, 512)
STORIES = 40  # held-out stories that a loss is the mean of
DRAFTED = (2, 4, 8)
WRITTEN = 90  # tokens
ROUNDS = 3  # of which the best time counts
PUBLISHED = "gpt-fast-readme"


def questions() -> list[Question]:
    """The three predictions, with truths computed when they are revealed."""
    short = Tricks(context=SHORT)
    critical = physics.critical_batch(*_rates(short), FULL_BITS / 8)
    names = {
        "model": short.model, "chip": short.chip, "bits": number(BITS4), "tokens": number(SHORT),
        "k": number(short.drafted), "alpha": number(short.acceptance), "batch": number(round(critical)),
        "cost": number(short.draft_cost),
    }  # fmt: skip
    return [
        Question(
            "one",
            _(
                "{model} on one {chip}, a single user with a short text. Its weights shrink from 16 bits to "
                "{bits}. How many times as fast does a token come?"
            ).format(**names),
            "×",
            lambda: short.speedup(WEIGHTS4, 1),
        ),
        Question(
            "until",
            _(
                "The same, with ever more users who all have short texts. At which batch is the gain of the "
                "{bits} bits down to 2?"
            ).format(**names),
            _("users"),
            lambda: next(b for b in range(1, 2000) if short.speedup(WEIGHTS4, b) <= 2),
        ),
        Question(
            "drafts",
            _(
                "A small model drafts {k} tokens a round, each accepted with probability {alpha}; a draft "
                "takes {cost} of a step. How many times as fast do {batch} users get their tokens?"
            ).format(**names),
            "×",
            lambda: short.speedup(DRAFTS, round(critical)),
        ),
    ]


def _rates(t: Tricks) -> tuple[float, float]:
    chip = catalog.chip(t.chip)
    return chip.peak(chip.peak16), chip.bandwidth


def formats():
    """Table of published formats: what a weight takes with its share of the scale."""
    model = catalog.model(Tricks().model)
    rows = []
    for name, block, bits, scale in FORMATS:
        whole = bits + scale / block
        rows.append(
            (
                name, number(block), number(bits), number(scale), number(whole),
                si(physics.weight_bytes(model.params, whole / 8), "B"),
                number(FULL_BITS / whole),
            )
        )  # fmt: skip
    return table(
        [
            _("format"), _("weights a block"), _("bits a weight"), _("bits of the scale"),
            _("bits in all"), _("size of {model}").format(model=model.name), _("times smaller than 16"),
        ],
        rows,
    )  # fmt: skip


def worked_gains():
    """Table of gains at growing batches, for short and for long texts."""
    rows = []
    for context in (SHORT, LONG):
        t = Tricks(context=context)
        for batch in BATCHES:
            if batch > t.room:
                continue
            rows.append(
                (
                    number(context), number(batch), si(t.plain(batch), "s"),
                    *(number(t.speedup(trick, batch)) for trick in (WEIGHTS8, WEIGHTS4, CACHE8, DRAFTS)),
                )
            )  # fmt: skip
    t = Tricks()
    return table(
        [
            _("tokens of each user"), _("users"), _("TPOT"), _("8-bit weights"), _("4-bit weights"),
            _("8-bit KV cache"), _("drafts"),
        ],
        rows,
        caption=_(
            "Gains on one {chip} with {model}, the least times that both clocks allow. Batches whose caches "
            "do not fit beside the 16-bit weights are left out. Drafts: {k} tokens, acceptance {alpha}."
        ).format(chip=t.chip, model=t.model, k=number(t.drafted), alpha=number(t.acceptance)),
    )  # fmt: skip


@cache
def _model() -> lm.Model:
    return lm.load()


def _losses(model: lm.Model) -> list[float]:
    texts = islice(stories.stories((language(),), 0, validation=True), STORIES)
    tokenizer, context = _model().tokenizer, _model().config.context
    return [lm.loss(model, tokenizer.encode(text)[:context]) for text in texts]


def own_losses():
    """Table of the bundled model in fewer bits: size, loss, and the loss of quality with its interval."""
    whole = _losses(_model())
    rows = [
        (
            _("32 (as it is)"), si(_model().nbytes, "B"), number(fmean(whole)), "", "",
        )
    ]  # fmt: skip
    for bits in (8, 4, 2):
        small = lm.quantize_model(_model(), bits)
        fast = lm.quantize_model(_model(), bits, keep=False)
        worse = [a - b for a, b in zip(_losses(fast), whole, strict=True)]
        error = 2 * stdev(worse) / sqrt(len(worse))
        low, high = fmean(worse) - error, fmean(worse) + error
        told = _("yes") if low > 0 else _("no: 0 lies inside the interval")
        rows.append(
            (
                number(bits), si(small.nbytes, "B"), number(fmean(whole) + fmean(worse)),
                _("{low} to {high}").format(low=number(low, 2), high=number(high, 2)), told,
            )
        )  # fmt: skip
    return table(
        [
            _("bits"), _("size"), _("loss, nats a token"), _("change of the loss, two standard errors"),
            _("shown to be worse?"),
        ],
        rows,
        caption=_(
            "The course's own model on {count} stories that it never saw. The change is taken story by story, "
            "so that easy and hard stories do not blur it."
        ).format(count=number(STORIES)),
    )  # fmt: skip


def _best(work: Callable) -> tuple:
    """What the work gives, and its best time of ROUNDS in s."""
    times = []
    for _round in range(ROUNDS):
        start = time.perf_counter()
        result = work()
        times.append(time.perf_counter() - start)
    return result, min(times)


def own_drafts():
    """Table of drafts looked up in the prompt, on this computer: acceptance, speed, and whether the text is the same."""
    model, prompt = _model(), stories.BEGINNINGS[language()]
    plain, plain_s = _best(lambda: lm.generate(model, prompt, WRITTEN, 0.0, 0))
    rows = [(_("without"), "", "", si(plain_s, "s"), number(1), "")]
    for k in DRAFTED:
        rounds, seconds = _best(
            lambda k=k: list(prompt_lookup.speculate_by_lookup(model, prompt, WRITTEN, k))
        )
        drafted, accepted = sum(r.drafted for r in rounds), sum(r.accepted for r in rounds)
        tokens = sum(len(r.tokens) for r in rounds)
        same = "".join(r.text for r in rounds) == plain
        rows.append(
            (
                number(k), number(accepted / drafted) if drafted else _("nothing drafted"),
                number(tokens / len(rounds)), si(seconds, "s"), number(plain_s / seconds),
                _("yes, to the letter") if same else _("no"),
            )
        )  # fmt: skip
    return table(
        [
            _("drafted tokens"), _("share accepted"), _("tokens a check"), _("time"), _("times as fast"),
            _("same text?"),
        ],
        rows,
        caption=_(
            "The draft is what followed the same words earlier in the text, so it costs nearly nothing. "
            "Temperature 0, one user, this computer."
        ),
    )  # fmt: skip


def published():
    """Table of published decode steps on one chip at several widths, beside the least that the bandwidth allows."""
    rows = []
    for row in catalog.measurements():
        if row.source.id != PUBLISHED or row.n_chips != 1 or row.batch != 1:
            continue
        model, chip = catalog.model(row.model), catalog.chip(row.chip)
        if model.experts:
            continue
        least = physics.weight_bytes(model.params, row.w_bits / 8) / chip.bandwidth
        seconds = row.value / 1000
        rows.append((model.name, row.w_bits, seconds, least))
    rows.sort(key=lambda row: (row[0], -row[1]))
    chip = catalog.chip("A100-80")
    return table(
        [_("model"), _("bits a weight"), _("published TPOT"), _("least by the bandwidth"), _("share reached")],
        [
            (name, number(bits), si(seconds, "s"), si(least, "s"), number(least / seconds))
            for name, bits, seconds, least in rows
        ],
        caption=_("One user on one {chip}, as the makers of gpt-fast published it").format(chip=chip.name),
    )  # fmt: skip


def verdict():
    """The card that judges claim S0.10: how much of a GPU a token needs, by users and bits."""
    t = Tricks()
    chip = catalog.chip(t.chip)
    flops, _bandwidth = _rates(t)
    n = catalog.model(t.model).params
    head = [
        _("users"), _("weights"), _("TPOT"), _("share of the peak used"), _("J per token, rated power"),
    ]  # fmt: skip
    rows = []
    for batch in (1, 32, 512):
        for bits in (FULL_BITS, BITS4):
            seconds = t.plain(batch) if bits == FULL_BITS else t.with_trick(WEIGHTS4, batch)
            used = physics.forward_flops(n, batch) / seconds / flops
            rows.append(
                (
                    number(batch), _("{bits} bits").format(bits=number(bits)), si(seconds, "s"),
                    percent(used), number(chip.power * seconds / batch),
                )
            )  # fmt: skip
    return verdict_card("000", "S0.10", head, rows)
