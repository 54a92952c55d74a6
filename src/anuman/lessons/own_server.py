"""Lesson 06 on the learner's machine: a minute of real serving, beside the simulator, checked token by token."""

from functools import cache
from itertools import islice
from statistics import fmean

from IPython.display import display

from anuman import lm, serving
from anuman.language import language
from anuman.lm import live_server, stories
from anuman.serving.percentiles import percentile
from anuman.widgets import _, number, si, table
from anuman.widgets.own_machine.machine_charts import message
from anuman.widgets.own_machine.measurement import Measuring

MY_SLOTS, MY_TOKENS, MY_LOAD = 16, 6, 0.7  # slots, mean answer, share of what the computer could do
TRIAL_S = 2.0  # in which this computer's steps are timed before its minute
ENOUGH = 1000  # requests, so that ten lie beyond p99
CHECKED = 40  # answers that are written once more, alone


@cache
def _model() -> lm.Model:
    return lm.load()


def _prompts() -> list[str]:
    """Beginnings of stories, three to a dozen words long."""
    texts = islice(stories.stories((language(),), 0, validation=True), 40)
    return [" ".join(text.split()[: 3 + at % 10]) for at, text in enumerate(texts)]


def _bearable_rate(prompts: list[str]) -> float:
    """Requests a second that this computer can answer: slots over the time that a full batch takes."""
    trial = live_server.requests(prompts, 1000.0, TRIAL_S / 20, MY_TOKENS, 0)
    steps = live_server.serve_live(_model(), trial, 1000.0, MY_SLOTS).steps
    step, writer, reader = live_server.step_costs(steps)
    prompt = fmean(len(_model().tokenizer.encode(text)) for text in prompts)
    each = MY_TOKENS * (step / MY_SLOTS + writer) + reader * prompt
    return 1 / max(each, 1e-6)


def serve(seconds: float = 60) -> live_server.Live | None:
    """Let this computer serve the course's own model for so many seconds; None when there is nothing.

    Shows how far it is. Stopped early, what was answered until then is kept.
    """
    if not seconds > 0:
        display(message(_("Skipped: no server ran. The cells below have nothing to show.")))
        return None
    shown = Measuring(_("The server is running."))
    display(shown)
    run, end = None, message(_("Stopped before the server had begun."))
    try:
        prompts = _prompts()
        rate = MY_LOAD * _bearable_rate(prompts)
        coming = live_server.requests(prompts, rate, seconds, MY_TOKENS, 1)
        run = live_server.serve_live(
            _model(),
            coming,
            rate,
            MY_SLOTS,
            progress=lambda s: shown.reach(min(1.0, s / seconds), ""),
        )
        end = message(_told(run))
    except KeyboardInterrupt:
        pass
    except (lm.LmError, lm.OutOfMemory) as error:
        end = message(_("The server could not run: {error}").format(error=error))
    shown.end(end)
    return run if run and run.answers else None


def _told(run: live_server.Live) -> str:
    """What became of a run, in sentences."""
    said = [
        _("{count} requests answered in {seconds}, {rate} offered a second.").format(
            count=number(len(run.answers)), seconds=si(run.seconds, "s"), rate=number(run.rate)
        )
    ]
    if run.stopped:
        said.append(
            _("It was stopped: {count} requests were still inside or waiting.").format(
                count=number(run.unfinished)
            )
        )
    if run.paused_s:
        said.append(
            _("The computer slept or its clock jumped; {seconds} are left out.").format(
                seconds=si(run.paused_s, "s")
            )
        )
    if len(run.answers) < ENOUGH:
        said.append(
            _(
                "With fewer than {enough} answers p99 is a guess: run it longer, or close other programs."
            ).format(enough=number(ENOUGH))
        )
    return " ".join(said)


def _nothing():
    return message(_("There is no run to look at: start the server in the cell above."))


def beside_simulator(run: live_server.Live | None):
    """Table of measured and simulated times of the same requests, the steps as long as those measured."""
    if run is None:
        return _nothing()
    step, writer, reader = live_server.step_costs(run.steps)
    machine = serving.AffineStep(step, writer, reader)
    requests = [(a.arrival_s, a.prompt_tokens, len(a.tokens)) for a in run.answers]
    found = serving.simulate(requests, serving.Continuous(), machine, run.slots, float("inf"))
    measured = {
        _("first token"): [a.first_token_s - a.arrival_s for a in run.answers],
        _("time per token"): [
            (a.finish_s - a.first_token_s) / (len(a.tokens) - 1)
            for a in run.answers
            if len(a.tokens) > 1
        ],
        _("whole answer"): [a.finish_s - a.arrival_s for a in run.answers],
    }
    simulated = (
        [s.ttft_s for s in found],
        [s.tpot_s for s in found if s.tpot_s is not None],
        [s.latency_s for s in found],
    )
    rows = [
        (name, *(si(percentile(one, p), "s") for p in (50, 99) for one in (mine, theirs)))
        for (name, mine), theirs in zip(measured.items(), simulated, strict=True)
        if mine
    ]
    return table(
        [_("time"), _("p50 measured"), _("p50 simulated"), _("p99 measured"), _("p99 simulated")],
        rows,
        caption=_(
            "{count} requests, {slots} slots. The simulated steps take {step}, {writer} more for each "
            "sequence that writes and {reader} for each prompt token, as a straight line through the "
            "measured ones says."
        ).format(
            count=number(len(requests)), slots=number(run.slots), step=si(step, "s"),
            writer=si(writer, "s"), reader=si(reader, "s"),
        ),
    )  # fmt: skip


def same_alone(run: live_server.Live | None):
    """Write some of the answers once more, each alone, and compare token by token."""
    if run is None:
        return _nothing()
    chosen = run.answers[:: max(1, len(run.answers) // CHECKED)][:CHECKED]
    alone = [live_server.written_alone(_model(), answer) for answer in chosen]
    same = sum(tokens == answer.tokens for answer, tokens in zip(chosen, alone, strict=True))
    tokens = sum(len(answer.tokens) for answer in chosen)
    longest = max(chosen, key=lambda answer: len(answer.tokens))
    text = _model().tokenizer.decode(longest.tokens)
    return message(
        _(
            "{same} of {count} answers ({tokens} tokens) are the same, token by token, alone and in the "
            "batch. One of them: “{prompt}” → “{text}”"
        ).format(
            same=number(same), count=number(len(chosen)), tokens=number(tokens),
            prompt=longest.prompt, text=text.strip(),
        )
    )  # fmt: skip
