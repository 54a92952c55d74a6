"""Lesson 04: its questions, its worked numbers, the published slip and the verdict, from the catalogue."""

from dataclasses import replace
from html import escape
from math import floor

from anuman import catalog, physics
from anuman.language import ended
from anuman.scenes.jar import LATENT, Jar, first_jar, kept_heads, kv_per_token, sites
from anuman.widgets import Figure, Question, _, number, si, table, verdict_card
from anuman.widgets.kit.figure import folded, table_html, table_text
from anuman.widgets.memory_jar.jar_words import gib, site
from anuman.widgets.own_machine.cache_gain import cache_gain

FP16, INT8 = 2, 1  # bytes of a number
CONTEXT = 2**17  # tokens of a very long text
SHORT = 2**12  # tokens of an ordinary one
FAMILY = (
    "Llama-2-7B", "Llama-3.1-8B", "Llama-2-70B", "Llama-3.1-70B", "PaLM-540B", "DeepSeek-V3",
)  # fmt: skip
SLIP_MODEL = "Llama-2-70B"
VERDICT_MODEL = "Llama-2-70B"
VERDICT_CHIPS = ("Groq-LPU1", "H100-SXM", "WSE-3")
VERDICT_CONTEXTS = (2**11, 2**13, 2**15)


def _lpus(context: int, requests: int = 1) -> Jar:
    """The LPUs of the public demonstration with its model at one byte a weight."""
    chip, chips = next(s for s in sites() if s[0] == "Groq-LPU1")
    model = catalog.model(VERDICT_MODEL)
    return replace(
        first_jar(), chip=chip, chips=chips, model=model, kept=kept_heads(model)[0],
        weight_size=INT8, context=context, requests=requests,
    )  # fmt: skip


def questions() -> list[Question]:
    """The three predictions, with truths computed when they are revealed."""
    jar = first_jar()
    names = {
        "model": jar.model.name, "context": number(CONTEXT), "short": number(SHORT),
        "chips": number(jar.chips), "chip": jar.chip, "lpu_model": VERDICT_MODEL,
        "lpus": number(_lpus(SHORT).chips),
    }  # fmt: skip
    return [
        Question(
            "slab",
            _(
                "{model} writes a text of {context} tokens. How large is its KV cache "
                "(2 bytes for each number)?"
            ).format(**names),
            "GB",
            lambda: jar.token * CONTEXT / 1e9,
        ),
        Question(
            "requests",
            _(
                "How many such texts fit at once into the memory of {chips} × {chip}, "
                "beside the weights (2 bytes each)?"
            ).format(**names),
            _("requests"),
            lambda: jar.held,
        ),
        Question(
            "lpus",
            _(
                "{lpus} Groq LPUs hold {lpu_model} (1 byte per weight). For how many requests of "
                "{short} tokens is there room at once?"
            ).format(**names),
            _("requests"),
            lambda: _lpus(SHORT).held,
        ),
    ]


def family():
    """Table of models: what each layer keeps of a token, and what that is for a long text."""
    rows = []
    for name in FAMILY:
        model = catalog.model(name)
        kept = kept_heads(model)[0]
        token, all_heads = (kv_per_token(model, k, FP16) for k in (kept, model.heads))
        rows.append(
            (
                name,
                model.attention,
                number(model.layers),
                number(model.heads),
                number(kept)
                if kept != LATENT
                else _("latent: c = {c}, r = {r}").format(
                    c=number(model.kv_lora_rank), r=number(model.rope_head_dim)
                ),
                number(model.head_dim),
                number(int(token)),
                si(token * CONTEXT, "B"),
                f"{number(all_heads / token)} ×",
            )
        )
    return table(
        [
            _("model"), _("kind"), _("layers L"), _("query heads"), _("KV heads g"),
            _("numbers a head e"), _("bytes for one token"),
            _("cache of {tokens} tokens").format(tokens=number(CONTEXT)), _("smaller than MHA"),
        ],
        rows,
        caption=_("2 bytes for each number that is kept. The last column: against the same model with a KV head for every query head."),
    )  # fmt: skip


def worked_room():
    """Table of the jar's division, step by step, with few and with all KV heads, in GB and in GiB."""
    jar = first_jar()
    rows = []
    for kept in (jar.model.kv_heads, jar.model.heads):
        this = replace(jar, kept=kept)
        text = this.token * CONTEXT
        rows.append(
            (
                number(kept),
                si(this.memory, "B"),
                si(this.weights, "B"),
                si(this.memory - this.weights, "B"),
                f"{si(text, 'B')} = {gib(text)}",
                number(this.room),
                number(this.held),
            )
        )
    return table(
        [
            _("KV heads"), _("memory M"), _("weights w·N"), _("left"),
            _("cache of {tokens} tokens").format(tokens=number(CONTEXT)), _("left / cache"),
            _("requests"),
        ],
        rows,
        caption=_("{model}, 2 bytes for each weight and each kept number, on {site}.").format(
            model=jar.model.name, site=site(jar.chips, jar.chip)
        ),
    )  # fmt: skip


def gib_trap() -> Figure:
    """What becomes of the requests when each GB is taken for a GiB."""
    jar = first_jar()
    wrong = physics.room_for(jar.memory / 1e9 * 2**30, jar.weights, jar.token, CONTEXT)
    said = _(
        "The same division with every GB of memory taken for a GiB: {wrong}, so {count} requests "
        "instead of {right}. The last one would not fit."
    ).format(wrong=number(wrong), count=number(floor(wrong)), right=number(jar.held))
    return Figure(f"<p>{escape(said)}</p>", said)


def own_cache() -> Figure:
    """Measure one attention layer and the bundled model with and without a cache; about five seconds."""
    from anuman import lm
    from anuman.lm import cached_layer, cached_model

    return cache_gain(cached_layer.measure_cache(), cached_model.measure_cache(lm.load()))


def slip() -> Figure:
    """A published number, the same by the law, and (folded) what explains the factor between them."""
    claimed = catalog.statement("kv-of-one-request-lab13")
    tokens = int(catalog.statement("tokens-of-one-request-lab13").value)
    model = catalog.model(SLIP_MODEL)
    right, all_heads = (
        kv_per_token(model, kept, FP16) * tokens for kept in (model.kv_heads, model.heads)
    )
    head = [_("what"), _("value")]
    rows = [
        (
            _("published: KV cache of one request, {model}, {tokens} tokens").format(
                model=model.name, tokens=number(tokens)
            ),
            si(claimed.value, "B"),
        ),
        (
            _("by the law, 2·L·g·e·b·S with {heads} KV heads").format(heads=number(model.kv_heads)),
            f"{si(right, 'B')} = {gib(right)}",
        ),
    ]
    unit = 1e9 / 2**30
    answer_rows = [
        (_("published / law"), f"× {number(claimed.value / right)}"),
        (
            _("{all} query heads counted instead of {kept} KV heads").format(
                all=number(model.heads), kept=number(model.kv_heads)
            ),
            f"× {number(all_heads / right)}",
        ),
        (_("divided by 2³⁰ (GiB), printed as GB"), f"× {number(unit)}"),
        (_("both together"), f"× {number(all_heads / right * unit)}"),
    ]
    source = claimed.source
    cited = ended(f"{source.title}, {source.publisher}")
    shown = f"{cited} {_('Read on 25 November 2026 in a stored copy.')}"
    answer = table_html([_("slip"), _("factor")], answer_rows)
    html = (
        f"{table_html(head, rows)}{folded(_('What explains the factor?'), answer)}"
        f'<p class="quiet"><a href="{escape(source.url)}" target="_blank" rel="noopener">'
        f"{escape(shown)}</a></p>"
    )
    text = [table_text(head, rows), table_text([_("slip"), _("factor")], answer_rows), shown]
    return Figure(html, "\n\n".join(text))


def waste_published() -> Figure:
    """What was published about empty reservations before paging and after it."""
    least, most, paged = (
        catalog.statement(f"kv-waste-{name}")
        for name in ("reserved-least", "reserved-most", "paged-most")
    )
    source = least.source
    said = _(
        "Published on {date}: systems that reserve in advance leave {least} to {most} % of the "
        "cache's memory empty; with pages it is less than {paged} %."
    ).format(
        date=source.date, least=number(least.value), most=number(most.value),
        paged=number(paged.value),
    )  # fmt: skip
    shown = f"{source.title}, {source.publisher}"
    html = (
        f'<p>{escape(said)}</p><p class="quiet"><a href="{escape(source.url)}" target="_blank" '
        f'rel="noopener">{escape(shown)}</a></p>'
    )
    return Figure(html, f"{said} ({shown}, {source.url})")


def verdict():
    """The card that judges claim S0.11: how many texts fit beside the weights, for three lengths."""
    model = catalog.model(VERDICT_MODEL)
    token = kv_per_token(model, model.kv_heads, FP16)
    weights = physics.weight_bytes(model.params, INT8)
    head = [
        _("chips"),
        _("memory"),
        _("left beside the weights"),
        *(_("requests of {tokens} tokens").format(tokens=number(c)) for c in VERDICT_CONTEXTS),
    ]
    rows = []
    for name in VERDICT_CHIPS:
        chips = next(count for chip, count in sites() if chip == name)
        memory = chips * catalog.chip(name).capacity
        rooms = (physics.room_for(memory, weights, token, c) for c in VERDICT_CONTEXTS)
        rows.append(
            (
                f"{name} × {number(chips)}",
                si(memory, "B"),
                si(memory - weights, "B"),
                *(number(floor(room)) for room in rooms),
            )
        )
    caption = _(
        "{model}, {weight} byte for each weight and {kept} for each kept number: weights of {weights}, "
        "and {token} for each token of a request."
    ).format(
        model=model.name, weight=number(INT8), kept=number(FP16), weights=si(weights, "B"),
        token=si(token, "B"),
    )  # fmt: skip
    return verdict_card("000", "S0.11", head, rows, caption)
