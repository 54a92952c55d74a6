"""What the memory jar says in words and numbers: summary, failure states, cards, formula, rows."""

from anuman.language import _, number, scientific, si
from anuman.scenes.jar import FULL, LATENT, PAGED, Jar, kept_heads

from ..kit.words import percent

GIB = 2**30


def gib(nbytes: float) -> str:
    """Bytes in GiB."""
    return f"{number(nbytes / GIB)} GiB"


def keeping(j: Jar, kept: int) -> str:
    """What each layer keeps of a token, in words."""
    model = j.model
    built = kept == kept_heads(model)[0]
    if kept == LATENT:
        return _("a latent of {latent} + {rope} numbers, as built (MLA)").format(
            latent=number(model.kv_lora_rank), rope=number(model.rope_head_dim)
        )
    kind = "MHA" if kept == model.heads else "MQA" if kept == 1 else "GQA"
    words = _("KV heads: {heads}, as built ({kind})") if built else _("KV heads: {heads} ({kind})")
    return words.format(heads=number(kept), kind=kind)


def site(chips: int, chip: str) -> str:
    """So many chips of a kind."""
    return f"{number(chips)} × {chip}"


def policies() -> dict[str, str]:
    """How long the texts are and how room is handed out, in words."""
    return {
        FULL: _("every text fills its room"),
        "reserved": _("shorter texts, whole room reserved"),
        PAGED: _("shorter texts, pages of 16 tokens"),
    }


def summary(j: Jar) -> str:
    """The present state in one sentence, for ears and for pages without pictures."""
    said = _(
        "{model} on {site}: weights {weights} of {memory}, then requests of up to {context} tokens, "
        "{text} each. {held} fit; {requests} are wanted."
    ).format(
        model=j.model.name, site=site(j.chips, j.chip), weights=si(j.weights, "B"),
        memory=si(j.memory, "B"), context=number(j.context), text=si(j.context * j.token, "B"),
        held=number(j.held), requests=number(j.requests),
    )  # fmt: skip
    return " ".join([said, *problems(j)])


def problems(j: Jar) -> list[str]:
    """Named failure states of this setting: the weights or the requests do not fit."""
    fields = {
        "weights": si(j.weights, "B"), "memory": si(j.memory, "B"), "held": number(j.held),
        "requests": number(j.requests), "over": number(j.requests - j.held),
        "need": si(j.weights + j.reserved(j.requests), "B"), "model": j.model.name,
    }  # fmt: skip
    if not j.weights_fit:
        return [
            _(
                "Does not fit: the weights of {model} alone need {weights}, the memory has {memory}. "
                "Not one request can be served."
            ).format(**fields)
        ]
    if not j.fits:
        return [
            _(
                "Does not fit: with {requests} requests {need} are needed, the memory has {memory}. "
                "{held} fit, {over} must wait."
            ).format(**fields)
        ]
    return []


def _requests_fact(j: Jar) -> tuple[str, str, str]:
    if j.policy == FULL:
        note = _("{requests} wanted").format(requests=number(j.requests))
    else:
        note = _("{requests} wanted; {share} of what they reserve stays empty").format(
            requests=number(j.requests), share=percent(j.waste)
        )
    return _("Requests that fit"), number(j.held), note


def facts(j: Jar) -> list[tuple[str, str, str]]:
    """The three number cards: label, number, what it means."""
    text = j.context * j.token
    return [
        _requests_fact(j),
        (_("Cache of one token"), si(j.token, "B"), product(j) + f" = {number(int(j.token))} B"),
        (
            _("Cache of one request"),
            si(text, "B"),
            _("= {gib}, at {context} tokens; the weights are {weights}").format(
                gib=gib(text), context=number(j.context), weights=si(j.weights, "B")
            ),
        ),
    ]


def product(j: Jar) -> str:
    """The factors of the bytes of one token."""
    model, size = j.model, f"{j.kv_size:g}"
    if j.kept == LATENT:
        latent = f"({number(model.kv_lora_rank)} + {number(model.rope_head_dim)})"
        return f"{number(model.layers)} × {latent} × {size}"
    return f"2 × {number(model.layers)} × {number(j.kept)} × {number(model.head_dim)} × {size}"


def terms(j: Jar) -> list[tuple[str, str]]:
    """The fraction of the law, in symbols and with the present values."""
    symbols = "L·(c + r)·b" if j.kept == LATENT else "2·L·g·e·b"
    memory = f"{scientific(j.memory)} − {j.weight_size:g} × {scientific(j.model.params)}"
    return [
        ("M − w·N", f"{symbols}·S"),
        (memory, f"{product(j)} × {number(round(j.mean_slots))}"),
    ]


def result(j: Jar) -> str:
    """The quotient and the whole requests in it."""
    if not j.weights_fit:
        return _("below 0, so no request")
    room = number(j.room, len(str(j.held)) + 1)  # never rounded up to the next whole request
    if j.held == 1:
        return _("{room}, so 1 whole request").format(room=room)
    return _("{room}, so {held} whole requests").format(room=room, held=number(j.held))


def rows(j: Jar) -> list[tuple[str, str]]:
    """Every number of the picture, for the table."""
    return [
        (_("chips"), site(j.chips, j.chip)),
        (_("memory M"), f"{si(j.memory, 'B')} = {gib(j.memory)}"),
        (_("model, parameters N"), f"{j.model.name}, {scientific(j.model.params)}"),
        (_("bytes per weight w"), f"{j.weight_size:g}"),
        (_("weights"), f"{si(j.weights, 'B')} = {gib(j.weights)}"),
        (_("each layer keeps"), keeping(j, j.kept)),
        (_("bytes per kept number b"), f"{j.kv_size:g}"),
        (_("room of a request S, tokens"), number(j.context)),
        (_("texts and room"), policies()[j.policy]),
        *((label, f"{value} ({note})" if note else value) for label, value, note in facts(j)),
        (_("weights and requests together"), si(j.weights + j.reserved(j.requests), "B")),
    ]
