"""Lesson 05: its questions, its worked numbers, its measurements and its verdict."""

from functools import cache

from anuman import catalog, lm, physics
from anuman.lm import batch_sweep
from anuman.scenes.load_curves import LoadSetting
from anuman.scenes.theatre import Setting, stage
from anuman.widgets import Question, _, number, si, table, verdict_card
from anuman.widgets.batch_gain import MEAN, batch_gain
from anuman.widgets.own_machine.own_batching import own_batches, own_queue
from anuman.widgets.own_machine.own_batching import packing as own_packing
from anuman.widgets.published.served_batches import published_batching

CHIP, MODEL = "H100-SXM", "Llama-3.1-8B"
FP16, INT8 = 2, 1  # bytes of a number
CONTEXT = 2**11  # tokens of one user's text
BATCHES = (1, 8, 32, 64, 128, 256)
SLOTS = 32  # of the third prediction
USERS = 64  # of the fourth
VERDICT_MODEL, VERDICT_CONTEXT = "Llama-2-70B", 2**12
AT_ONCE = {"H100-SXM"}  # chips that add up their bandwidth; the others take turns
FLEETS = (("Groq-LPU1", None), ("H100-SXM", 8))  # None: as many as the public demonstration had
MINE = (
    "One day Anu",
    "एक दिन अनु",
    "One day Anu had",
    "One day Anu had 3 books and gave 2. Now Anu had",
)
MY_SLOTS = 4

gain, servers = batch_gain, published_batching


def _step(batch: float) -> physics.Step:
    """A decode step of the worked model on the worked chip, 16-bit weights and caches."""
    chip, model = catalog.chip(CHIP), catalog.model(MODEL)
    cache_bytes = physics.kv_cache_bytes_per_token(model) * CONTEXT
    return physics.decode_step(
        batch=batch,
        n=model.params,
        kv_per_seq=cache_bytes,
        flops=chip.peak(chip.peak16),
        bandwidth=chip.bandwidth,
        bytes_per_weight=FP16,
    )


def questions() -> list[Question]:
    """The four predictions, with truths computed when they are revealed."""
    first = Setting()

    def bus() -> str:
        return number(int(stage(first).scenes[0].steps))

    names = {
        "requests": number(first.requests), "slots": number(first.slots), "bus": bus(),
        "tokens": number(sum(s.output_tokens for s in stage(first).scenes[0].run)),
        "many": number(SLOTS), "mean": number(MEAN), "users": number(USERS), "model": MODEL,
        "chip": CHIP, "context": number(CONTEXT),
    }  # fmt: skip
    return [
        Question(
            "escalator",
            _(
                "{requests} answers, {tokens} tokens in all, share {slots} slots. Some are very "
                "short, some long. The bus needs {bus} steps. How many does the escalator need?"
            ).format(**names),
            _("steps"),
            lambda: stage(first).scenes[1].steps,
        ),
        Question(
            "equal",
            _(
                "Now all answers are equally long. How many times as fast is the escalator then?"
            ).format(**names),
            "×",
            lambda: stage(Setting(lengths="equal")).gain,
        ),
        Question(
            "many",
            _(
                "{many} slots and a long queue; each token is the last of its answer with a chance "
                "of 1 in {mean}. How many times as fast is the escalator?"
            ).format(**names),
            "×",
            lambda: physics.longest_over_mean(SLOTS, MEAN),
        ),
        Question(
            "together",
            _(
                "{model} on one {chip}, every user with a text of {context} tokens. There was one "
                "user, now there are {users}. How many times as long does each wait for a token?"
            ).format(**names),
            "×",
            lambda: _step(USERS).seconds / _step(1).seconds,
        ),
    ]


def worked_batches():
    """Table of decode steps at growing batches: both clocks, time per token, tokens per second, memory."""
    chip, model = catalog.chip(CHIP), catalog.model(MODEL)
    cache_bytes = physics.kv_cache_bytes_per_token(model) * CONTEXT
    weights = physics.weight_bytes(model.params, FP16)
    rows = []
    for batch in BATCHES:
        step = _step(batch)
        needed = weights + batch * cache_bytes
        rows.append(
            (
                number(batch),
                si(step.compute_s, "s"),
                si(step.memory_s, "s"),
                si(step.seconds, "s"),
                number(batch / step.seconds),
                number(batch / step.seconds / batch),
                si(needed, "B") if needed <= chip.capacity else _("does not fit"),
            )
        )
    return table(
        [
            _("users B"), _("compute time"), _("memory time"), _("TPOT"),
            _("tokens/s, all users"), _("tokens/s, one user"), _("memory needed"),
        ],
        rows,
        caption=_(
            "{model} on one {chip}, 2 bytes for each weight and each kept number, texts of {context} "
            "tokens: {weights} of weights, {cache} of cache for each user."
        ).format(
            model=model.name, chip=chip.name, context=number(CONTEXT), weights=si(weights, "B"),
            cache=si(cache_bytes, "B"),
        ),
    )  # fmt: skip


def one_by_one() -> LoadSetting:
    """The load curve's first setting here: batches that start on a timer, like a bus."""
    return LoadSetting(policy="static-timeout")


@cache
def _model() -> lm.Model:
    return lm.load()


def sweep(machine):
    """Measure the course's own model at growing batches, beside the bound of the measured machine."""
    return own_batches(batch_sweep.measure(_model(), seconds_wanted=3.0), machine)


packing = own_packing


def stories():
    """Let the course's own model answer 24 prompts, as a bus and as an escalator, in turn; the best times."""
    prompts, best = MINE * 6, {}
    for _round in range(3):
        for policy in ("static", "continuous"):
            run = lm.serve(_model(), prompts, MY_SLOTS, policy)
            best[policy] = min(run, best.get(policy, run), key=lambda queue: queue.seconds)
    return own_queue(best["static"], best["continuous"], MY_SLOTS)


def _together(
    name: str, chips: int, queries: float, n: float, cache_bytes: float
) -> physics.Chained:
    """Least time of a token, and tokens/s, when the chips of a machine work as lesson 03 says of them."""
    chip = catalog.chip(name)
    flops, bandwidth = chip.peak(chip.peak16), chip.bandwidth
    if name in AT_ONCE:
        step = physics.decode_step(
            batch=queries,
            n=n,
            kv_per_seq=cache_bytes,
            flops=chips * flops,
            bandwidth=chips * bandwidth,
            bytes_per_weight=INT8,
        ).seconds
        return physics.Chained(step, queries / step)
    return physics.chain(queries, chips, n, cache_bytes, flops, bandwidth, INT8)


def verdict():
    """The card that judges claim S0.19: a token's time and the output, for one query and for all that fit."""
    model = catalog.model(VERDICT_MODEL)
    weights = physics.weight_bytes(model.params, INT8)
    cache_bytes = physics.kv_cache_bytes_per_token(model) * VERDICT_CONTEXT
    head = [
        _("machine"), _("its chips work"), _("queries together"), _("least time per token"),
        _("tokens/s, all queries"), _("tokens/s, one chip"), _("J per token, rated power"),
    ]  # fmt: skip
    rows = []
    for name, given in FLEETS:
        chip = catalog.chip(name)
        chips = given or int(chip.quantity("scaleup").value)
        most = int(
            physics.room_for(
                chips * chip.capacity, weights, cache_bytes / VERDICT_CONTEXT, VERDICT_CONTEXT
            )
        )
        for queries in (1, 16, most):
            run = _together(name, chips, queries, model.params, cache_bytes)
            full = _("{count} (memory full)") if queries == most else "{count}"
            rows.append(
                (
                    f"{name} × {number(chips)}",
                    _("at the same time") if name in AT_ONCE else _("in turn"),
                    full.format(count=number(queries)),
                    si(run.tpot_s, "s"),
                    number(run.throughput),
                    number(run.throughput / chips),
                    number(chips * chip.power / run.throughput),
                )
            )
    caption = _(
        "{model} with 8 bits a weight and 16 a kept number, {tokens} tokens a query: {weights} of weights, "
        "{cache} of cache for each query. Hops are left out."
    ).format(
        model=model.name, tokens=number(VERDICT_CONTEXT), weights=si(weights, "B"),
        cache=si(cache_bytes, "B"),
    )  # fmt: skip
    return verdict_card("000", "S0.19", head, rows, caption)
