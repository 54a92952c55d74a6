"""Lesson 08: its questions, its worked numbers, its measurement, three ways to pair chips, its verdict."""

from dataclasses import replace
from functools import cache

from anuman import catalog, machine, physics
from anuman.physics.several_chips import PIPELINE, TENSOR
from anuman.scenes.copies import Copy
from anuman.widgets import Question, _, number, si, table, verdict_card
from anuman.widgets.chips.chips_words import split_name, watts
from anuman.widgets.kit.words import percent
from anuman.widgets.own_machine.machine_charts import message
from anuman.widgets.own_machine.measurement import Measuring
from anuman.widgets.own_machine.near_and_far import near_and_far

USERS = (1, 10, 100, 400)
PUBLISHED = ("P020", "P344", "P348")  # eight A100, the LPUs of 2024, a wafer
TRILLION = "Kimi-K2"  # a published model as large as those that the factor of 35 speaks of
PROMPT, DRAFTED = 100_000, 8  # tokens
TOKEN_BYTES, NUMBER_BYTES = 4, 2  # of a token's place in the vocabulary, of an activation
SHARES = (0.5, 0.7, 0.85, 0.95)


def gpus(users: int = 1) -> Copy:
    """Eight GPUs that split every layer."""
    return Copy(users=users)


def lpus(users: int = 1, split: str = PIPELINE, chip: str = "Groq-LPU1") -> Copy:
    """As few LPUs as hold the model and the caches."""
    copy = Copy(chip=chip, split=split, users=users)
    return copy.on(copy.fewest)


def questions() -> list[Question]:
    """The four predictions, with truths computed when they are revealed."""
    few, many = gpus(), lpus()
    names = {
        "model": few.model, "gpus": number(few.chips), "gpu": few.chip, "lpu": many.chip,
        "memory": si(catalog.chip(many.chip).capacity, "B"), "tokens": number(many.context),
        "bandwidth": si(catalog.chip(many.chip).bandwidth, "B/s"),
        "outside": si(catalog.chip(few.chip).bandwidth, "B/s"),
    }  # fmt: skip
    return [
        Question(
            "needed",
            _(
                "{model} with 8 bits a weight and the KV cache of one user with {tokens} tokens. How many "
                "{lpu} hold it, each with {memory}?"
            ).format(**names),
            _("chips"),
            lambda: many.chips,
        ),
        Question(
            "faster",
            _(
                "A {lpu} reads its memory at {bandwidth}, an {gpu} at {outside}. How many times as many "
                "tokens a second does one user get from the {lpu}, which take turns, as from {gpus} {gpu} "
                "that split every layer?"
            ).format(**names),
            "×",
            lambda: many.tokens_per_s / few.tokens_per_s,
        ),
        Question(
            "watts",
            _("And how many times the rated power of the {gpus} {gpu} do they draw?").format(
                **names
            ),
            "×",
            lambda: many.watts / few.watts,
        ),
        Question(
            "together",
            _(
                "Now all these {lpu} split every layer and read at the same time. How many tokens a "
                "second does the user get?"
            ).format(**names),
            _("tokens/s"),
            lambda: lpus(split=TENSOR).tokens_per_s,
        ),
    ]


def _name(c: Copy) -> str:
    return f"{number(c.chips)} × {c.chip}"


def worked_parts():
    """Table of a token's time, part by part, for one user on several copies."""
    few = gpus()
    shown = [
        few, replace(few, split=PIPELINE), *(replace(few, chip=name) for name in ("B200", "MI355X", "TPUv7")),
        lpus(), lpus(split=TENSOR), lpus(chip="Groq-LP30"),
    ]  # fmt: skip
    return table(
        [
            _("copy"), _("split"), _("weights and cache"), _("read at once with"), _("reading"),
            _("hops"), _("time of a hop"), _("a token"), _("tokens/s"),
        ],
        [
            (
                _name(c), split_name(c.split), si(c.read_bytes, "B"),
                si((c.chips if c.split == TENSOR else 1) * catalog.chip(c.chip).bandwidth, "B/s"),
                si(c.reading_s, "s"), number(c.hops), si(c.hop, "s"), si(c.token_s, "s"),
                number(c.tokens_per_s),
            )
            for c in shown
        ],
        caption=_(
            "{model} with 8 bits a weight, one user of {tokens} tokens. Bandwidths are the makers'. The "
            "start of a hop is measured for H100 and B200, stated by the maker for the newest LPU, else "
            "recalled or assumed: the widget says which."
        ).format(model=few.model, tokens=number(few.context)),
    )  # fmt: skip


def worked_users():
    """Table of GPUs and LPUs with ever more users: chips, speed of each user, joules of a token."""
    rows = []
    for users in USERS:
        few, many = gpus(users), lpus(users)
        rows.append(
            (
                number(users), number(few.chips), number(few.tokens_per_s), watts(few),
                number(few.joules), number(many.chips), number(many.tokens_per_s), watts(many),
                number(many.joules),
            )
        )  # fmt: skip
    few, many = gpus(), lpus()
    return table(
        [
            _("users"), few.chip, _("tokens/s a user"), _("power"), _("J a token"), many.chip,
            _("tokens/s a user"), _("power"), _("J a token"),
        ],
        rows,
        caption=_(
            "{model}, 8 bits a weight, {tokens} tokens a user; {gpu} split every layer, {lpu} take turns, "
            "as many as hold the caches. Rated power of the chips alone."
        ).format(
            model=few.model, tokens=number(few.context), gpu=few.chip, lpu=many.chip
        ),
    )  # fmt: skip


def own_memories(seconds: float = 4.0) -> None:
    """Time products with weights inside and outside of this computer's caches, and show what came of it."""
    shown = Measuring(_("Reading weights of growing sizes."))
    shown._ipython_display_()
    end = message(_("Stopped; nothing was saved. Run the cell again to measure."))
    try:
        end = near_and_far(
            machine.measure_products(seconds, lambda fraction: shown.reach(fraction, ""))
        )
    except KeyboardInterrupt:
        pass
    except (MemoryError, ValueError) as error:
        end = message(_("It could not be measured: {error}").format(error=error))
    shown.end(end)


@cache
def _runs() -> list[tuple]:
    """Published single-user runs, each with its Copy."""
    found = []
    for id in PUBLISHED:
        row = catalog.measurement(id)
        split = TENSOR if row.tp and row.tp > 1 and row.chip != "Groq-LPU1" else PIPELINE
        copy = Copy(
            chip=row.chip, model=row.model, chips=row.n_chips, split=split,
            context=round((row.input_tokens or 0) + (row.output_tokens or 0) / 2) or 1,
            weight_bytes=round(row.w_bits / 8),
        )  # fmt: skip
        found.append((row, copy))
    return found


def published():
    """Table of published speeds of one user: what reading and hops explain, and the rest."""
    rows = []
    for row, c in _runs():
        seconds = row.value / 1000
        together = c.read_bytes / (c.chips * catalog.chip(c.chip).bandwidth)
        rows.append(
            (
                f"{c.model}, {_name(c)}", row.date, split_name(c.split), number(1 / seconds),
                si(seconds, "s"), si(c.reading_s, "s"), si(c.hops_s, "s"),
                si(seconds - c.reading_s - c.hops_s, "s"), number(seconds / together),
            )
        )  # fmt: skip
    return table(
        [
            _("published"), _("date"), _("split"), _("tokens/s"), _("a token"), _("reading"),
            _("all hops"), _("rest"), _("too fast by, if all bandwidths added up"),
        ],
        rows,
        caption=_(
            "One user each. Which way the LPUs of 2024 split the model was not published: read as taking "
            "turns, with 8 bits a weight. The rest is software, arithmetic, and what nobody has published."
        ),
    )  # fmt: skip


def faster_than_turns():
    """A published speed that chips taking turns cannot reach: how many must read at the same time."""
    speed = catalog.statement("lpx-gemma-speed")
    chip = catalog.chip("Groq-LP30")
    weights = catalog.statement("gemma-4-31b-weights").value  # 8 bits each, as this chip multiplies
    in_turn = weights / chip.bandwidth
    return table(
        [
            _("published tokens/s of one user"), _("weights, 8 bits"), _("read in turn"),
            _("most tokens/s in turn"), _("chips that must read at once, or tokens a reading"),
        ],
        [
            (
                number(speed.value), si(weights, "B"), si(in_turn, "s"), number(1 / in_turn),
                number(speed.value * in_turn),
            )
        ],
        caption=_("Gemma 4 on {chip}, claimed by the maker ({publisher}, {date})").format(
            chip=chip.name, publisher=speed.source.publisher, date=speed.source.date
        ),
    )  # fmt: skip


def _since(date: str):
    return next(entry for entry in catalog.claim("S2.2").since if entry.date == date).figures


def pairings():
    """Table of the three published ways to pair GPU and LPU: what crosses between them, and how late it may be."""
    model, speed = catalog.model(TRILLION), _since("2026-05")["speed"].value
    claimed = _since("2026-08-26")
    crossings = 2 * model.layers  # there and back, in every layer
    cache = physics.kv_cache_bytes(model, PROMPT, NUMBER_BYTES)
    token_s = 1 / speed

    def product(*factors: str, total: float) -> str:
        return f"{' × '.join(factors)} = {si(total, 'B')}"

    rows = [
        (
            _("GPU: attention and caches. LPU: the rest of each layer"), _("activations, twice a layer"),
            product(
                number(crossings), number(model.width), f"{NUMBER_BYTES} B",
                total=crossings * model.width * NUMBER_BYTES,
            ),
            _("every token"), si(token_s / crossings, "s"),
            number(claimed["attention"].value),
        ),
        (
            _("GPU: reads the prompt. LPU: writes the whole answer"), _("the KV cache of {tokens} tokens").format(tokens=number(PROMPT)),
            product(number(PROMPT), si(cache / PROMPT, "B"), total=cache), _("once an answer"), _("before the first token"),
            number(claimed["prefill"].value),
        ),
        (
            _("LPU: drafts. GPU: checks"), _("{count} drafted tokens, and what was kept").format(count=number(DRAFTED)),
            product("2", number(DRAFTED), f"{TOKEN_BYTES} B", total=2 * DRAFTED * TOKEN_BYTES), _("every round"), si(token_s, "s"), number(claimed["drafts"].value),
        ),
    ]  # fmt: skip
    return table(
        [
            _("who does what"), _("what crosses"), _("bytes"), _("how often"),
            _("latest, at {speed} tokens/s").format(speed=number(speed)),
            _("claimed speed for a user, against GPUs alone"),
        ],
        rows,
        caption=_(
            "Bytes of {model} (a trillion weights), 16 bits a number: its {layers} layers hand over {width} "
            "numbers there and back. A draft is sent as the number of its token, {token} bytes, and answered. "
            "Latest: the time of a token shared by all its crossings, if nothing else took any. The claims "
            "are for another model, of two trillion weights ({date})."
        ).format(
            model=model.name, layers=number(model.layers), width=number(model.width),
            token=number(TOKEN_BYTES), date="2026-08-26",
        ),
    )  # fmt: skip


def spark():
    """Table of a whole task whose writing gets faster: what the demonstration of Codex-Spark fits to."""
    figures = _since("2026-02-12")
    factor = figures["writes"].value
    shown = figures["before"].value / figures["after"].value
    rows = [
        (
            percent(share), percent(1 - share), percent(share / factor),
            number(1 / (1 - share + share / factor)),
        )
        for share in SHARES
    ]  # fmt: skip
    return table(
        [
            _("share of the time that was writing"), _("rest, as before"), _("writing, now"),
            _("the task is so many times as fast"),
        ],
        rows,
        caption=_(
            "Writing {factor} times as fast. In the demonstration the task took {before} and then {after}: "
            "{shown} times as fast."
        ).format(
            factor=number(factor), before=si(figures["before"].value, "s"),
            after=si(figures["after"].value, "s"), shown=number(shown),
        ),
    )  # fmt: skip


def verdict():
    """The card that judges claim S2.2: most tokens a second of one user, and the joules of a hundred."""
    rows = []
    for one in (
        gpus(), *(replace(gpus(), chip=name) for name in ("B200", "MI355X", "TPUv7", "Rubin")), lpus(),
        lpus(chip="Groq-LP30"),
    ):  # fmt: skip
        full = replace(one, users=100)
        full = full.on(max(full.fewest, full.chips))
        rows.append(
            (
                _name(one), number(one.tokens_per_s), watts(one), number(full.chips),
                number(full.tokens_per_s),
                _("unknown") if full.joules is None else number(full.joules),
            )
        )  # fmt: skip
    head = [
        _("copy for one user"), _("tokens/s"), _("power"), _("chips for 100 users"),
        _("tokens/s of each"), _("J a token"),
    ]  # fmt: skip
    caption = _(
        "{model}, 8 bits a weight, {tokens} tokens a user; GPUs and TPUs split every layer, LPUs take turns."
    ).format(model=gpus().model, tokens=number(gpus().context))
    return verdict_card("002", "S2.2", head, rows, caption)
