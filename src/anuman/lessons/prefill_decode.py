"""Lesson 03: its questions, its worked numbers, its measurement and its verdict, from the catalogue."""

from dataclasses import replace
from html import escape

from anuman import catalog, claims, physics
from anuman.scenes.timeline import CHOSEN, first_request, rides
from anuman.widgets import Figure, Question, _, number, si, table, verdict_card
from anuman.widgets.kit.words import percent
from anuman.widgets.own_machine.prefill_gain import prefill_gain
from anuman.widgets.timeline.timeline_words import about, least

CHIP, MODEL = "H100-SXM", "Llama-3.1-8B"
BF16 = 2  # bytes of a weight
PROMPT = 2_000  # tokens
PROMPTS = (1, 100, PROMPT, 10_000)
ROUNDS = 20  # of the agent, assumed
ARTICLE, CLAIM, SPEED_CLAIM = "003", "S3.11", "S3.1"
PUBLISHED = ("P344", "P348")  # published speeds of one user on the chips that nobody else timed
STORIES = 200


def _chip_step(tokens: float, mfu: float = 1.0, mbu: float = 1.0) -> physics.Step:
    """One step of the worked model on the worked chip."""
    chip, model = catalog.chip(CHIP), catalog.model(MODEL)
    peak = chip.peak(chip.peak16)
    return physics.decode_step(
        n=model.params,
        batch=tokens,
        flops=peak,
        bandwidth=chip.bandwidth,
        bytes_per_weight=BF16,
        mfu=mfu,
        mbu=mbu,
    )


def _flips() -> tuple[float, float]:
    """Tokens a second at which a reader, and a program, no longer wait: from the claims' own figures."""
    reading = next(s for s in claims.arithmetic(catalog.claim(CLAIM)) if s.flips).value
    figures = catalog.claim(SPEED_CLAIM).figures
    return reading, figures["answer"].value / figures["allowed"].value


def questions() -> list[Question]:
    """The three predictions, with truths computed when they are revealed."""
    ride = rides(first_request())[CHOSEN]
    figures = catalog.claim(CLAIM).figures
    names = {
        "model": MODEL, "chip": CHIP, "prompt": number(PROMPT), "site": ride.site.name,
        "large": ride.request.model, "long": number(ride.request.prompt),
        "answer": number(ride.request.answer), "words": number(int(figures["words"].value)),
        "tokens": number(figures["tokens_word"].value),
    }  # fmt: skip
    return [
        Question(
            "prompt",
            _(
                "{model} (2 bytes per weight) on one {chip}, both running at the chip's peak rates: "
                "reading a prompt of {prompt} tokens takes as long as writing how many tokens?"
            ).format(**names),
            _("tokens"),
            lambda: _chip_step(PROMPT).seconds / _chip_step(1).seconds,
        ),
        Question(
            "saved",
            _(
                "{large} (1 byte per weight) on {site} reads {long} tokens and writes {answer}. If the "
                "prompt were read in no time at all, what share of the whole time would be saved?"
            ).format(**names),
            "%",
            lambda: 100 * ride.ttft / ride.total,
        ),
        Question(
            "reader",
            _(
                "Adults read about {words} English words a minute; say {tokens} tokens a word. From "
                "how many tokens a second on does a reader no longer wait?"
            ).format(**names),
            _("tokens/s"),
            lambda: _flips()[0],
        ),
    ]


def worked() -> Figure:
    """Table of prompts: both clocks at the peaks, the longer one, and the same at the rates reached."""
    reached = catalog.efficiency(CHIP, "gemm", 16)
    write = _chip_step(1).seconds
    rows = []
    for prompt in PROMPTS:
        step = _chip_step(prompt)
        real = _chip_step(prompt, reached.compute, reached.memory).seconds
        rows.append(
            (
                number(prompt), si(step.compute_s, "s"), si(step.memory_s, "s"),
                si(step.seconds, "s"), number(step.seconds / write), si(real, "s"),
            )
        )  # fmt: skip
    chip = catalog.chip(CHIP)
    head = [
        _("prompt S"), _("compute time"), _("memory time"), _("TTFT at the peaks"),
        _("tokens written in that time"),
        _("TTFT at mfu {mfu}, mbu {mbu}").format(
            mfu=number(reached.compute), mbu=number(reached.memory)
        ),
    ]  # fmt: skip
    caption = _(
        "{model}, {params} billion weights of 2 bytes, on one {chip}: {flops} (dense), {bandwidth}."
    ).format(
        model=MODEL, params=number(catalog.model(MODEL).params / 1e9), chip=CHIP,
        flops=si(chip.peak(chip.peak16), "FLOP/s"), bandwidth=si(chip.bandwidth, "B/s"),
    )  # fmt: skip
    return table(head, rows, caption)


def several_chips() -> Figure:
    """Table of the widget's machines: reading at the peak, hops, what is left, and their sum, the TPOT shown."""
    request = first_request()
    rows = []
    for r in rides(request):
        at_once = r.site.tp > 1
        split = _("at the same time") if at_once else _("in turn") if r.site.pp > 1 else "–"
        d, chips = r.deployment, r.site.chips
        kind = "tensor" if at_once else "pipeline"
        reading = physics.reading_time(kind, chips, d.weight_bytes, d.chip.bandwidth)
        count, passing = physics.hops(kind, chips, d.model.layers), d.passing_s()
        hops = (
            f"{number(count)} × {si(passing / count, 's')} = {si(passing, 's')}" if count else "–"
        )
        rows.append(
            (
                about(r) + r.site.listed, split, si(d.chip.bandwidth, "B/s"), si(reading, "s"), hops,
                si(r.tpot - reading - passing, "s"), si(r.tpot, "s"),
            )
        )  # fmt: skip
    weights = rides(request)[0].deployment.weight_bytes
    head = [
        _("machine"), _("its chips work"), _("bandwidth of one chip"), _("reading the weights"),
        _("hops"), _("the rest"), _("TPOT of the widget"),
    ]  # fmt: skip
    caption = _(
        "{model}, 1 byte per weight: {weights}; one user, whose text has {tokens} tokens on average"
    ).format(
        model=request.model, weights=si(weights, "B"),
        tokens=number(request.prompt + request.answer // 2),
    )  # fmt: skip
    note = _(
        "Reading and hops are the law's: the peak bandwidth, and the hops of the catalogue. The rest is "
        "what kernels lose against the peak, the KV cache of the text, and the start of each kernel."
    )
    return _with_note(table(head, rows, caption), note)


def _with_note(shown: Figure, note: str) -> Figure:
    """A table with a line of text below it."""
    html = f'{shown.html}<p class="quiet">{escape(note)}</p>'
    return Figure(html, f"{shown.words}\n{note}")


def agent() -> Figure:
    """Table of machines: one round of a code agent, many rounds one after another, and a human's pace."""
    work, chat = catalog.workload("coding-agent"), catalog.workload("chat")
    prompt, answer = round(work.input.mean), round(work.output.mean)
    request = replace(first_request(), prompt=prompt, answer=answer)
    rows = []
    for r in rides(request):
        if not r.fits:
            rows.append((about(r) + r.site.listed, "–", "–", "–", _("does not fit")))
            continue
        sign = least(r)
        rows.append(
            (
                about(r) + r.site.listed, sign + si(r.ttft, "s"), si(r.total - r.ttft, "s"),
                percent(r.ttft / r.total), sign + si(ROUNDS * r.total, "s"),
            )
        )  # fmt: skip
    head = [
        _("machine"), _("reading"), _("writing"), _("share of reading"),
        _("{rounds} rounds").format(rounds=number(ROUNDS)),
    ]  # fmt: skip
    reading = _flips()[0]
    caption = _("One round: {prompt} tokens read, {answer} written by {model}").format(
        prompt=number(prompt), answer=number(answer), model=request.model
    )
    note = _(
        "1 byte per weight; tokens of a round: the averages of a published trace of agents ({source}); "
        "{rounds} rounds are assumed. For comparison: the average chat answer has {chat} tokens, and a "
        "person takes {time} to read it."
    ).format(
        rounds=number(ROUNDS), chat=number(round(chat.output.mean)),
        time=si(chat.output.mean / reading, "s"),
        source=work.quantity("output.mean").source.title,
    )  # fmt: skip
    return _with_note(table(head, rows, caption), note)


def languages() -> Figure:
    """Table of the same texts in English and Hindi: bytes, tokens, tokens a word, a reader's pace."""
    from anuman import lm
    from anuman.lm.stories import HELD_OUT, story

    tokenizer = lm.load().tokenizer
    words_a_second = catalog.claim(CLAIM).figures["words"].value / 60
    stories = {
        lang: "\n".join(story(lang, HELD_OUT * i) for i in range(STORIES)) for lang in ("en", "hi")
    }
    article = catalog.article(ARTICLE)
    texts = [
        (_("stories like those it has learned from"), stories),
        (_("the news of this lesson"), {lang: article.digest(lang) for lang in ("en", "hi")}),
    ]
    names = {"en": _("English"), "hi": _("Hindi")}
    rows = []
    for what, both in texts:
        for lang, text in both.items():
            words, nbytes, tokens = len(text.split()), len(text.encode()), tokenizer.encode(text)
            each = len(tokens) / words
            rows.append(
                (
                    what, names[lang], number(nbytes / words), number(each),
                    number(each * words_a_second),
                )
            )  # fmt: skip
    published = {lang: catalog.statement(f"tokens-a-word-llama-3-1-{lang}") for lang in names}
    for lang, said in published.items():
        rows.append(
            (
                _("published: Llama 3.1, translated sentences"), names[lang], _("unknown"),
                number(said.value), number(said.value * words_a_second),
            )
        )  # fmt: skip
    head = [
        _("text"), _("language"), _("bytes a word"), _("tokens a word"),
        _("tokens/s that a reader needs"),
    ]  # fmt: skip
    caption = _(
        "The course's own tokenizer of {vocab} tokens; words are what stands between spaces. The last "
        "column takes {words} words a minute in both languages; for Hindi that is an assumption."
    ).format(
        vocab=number(len(tokenizer.vocabulary)), words=number(int(words_a_second * 60))
    )  # fmt: skip
    shown = table(head, rows, caption)
    source = published["hi"].source
    return _with_note(shown, f"{source.title}, {source.publisher}, {source.url}")


def own_prefill() -> Figure:
    """Measure how long the bundled model takes to read prompts of growing length; some seconds."""
    from anuman import lm
    from anuman.lm.prefilling import measure_prefill

    return prefill_gain(measure_prefill(lm.load()))


def verdict() -> Figure:
    """The card that judges claim S3.11: who still waits at the speed that one user gets on each machine."""
    reader, program = _flips()
    request = first_request()
    waits = {
        (True, True): _("both wait"), (False, True): _("only the program"),
        (False, False): _("nobody"), (True, False): _("only the reader"),
    }  # fmt: skip

    def row(name: str, speed: float) -> tuple[str, ...]:
        return (
            name, number(speed), f"{number(speed / reader)} ×", si(request.answer / speed, "s"),
            waits[speed < reader, speed < program],
        )  # fmt: skip

    rows = [
        row(_("a reader no longer waits from here on"), reader),
        row(_("a program no longer waits from here on"), program),
        *(row(about(r) + r.site.listed, 1 / r.tpot) for r in rides(request) if r.fits),
    ]
    by_id = {m.id: m for m in catalog.measurements()}
    for m in (by_id[i] for i in PUBLISHED):
        name = _("published {date}: {chips} × {chip}, {model}").format(
            date=m.date, chips=number(int(m.n_chips)), chip=m.chip, model=m.model
        )
        rows.append(row(name, 1000 / m.value))
    head = [
        _("machine, {model} at 1 byte per weight").format(model=request.model),
        _("tokens/s for one user"), _("as fast as a reader"),
        _("{answer} tokens take").format(answer=number(request.answer)), _("who waits"),
    ]  # fmt: skip
    return verdict_card(ARTICLE, CLAIM, head, rows)
