"""Watch a real model write: prefill, then decode token by token, with time, bytes and the cache."""

import threading
import time

import ipywidgets

from anuman.language import _, language, number, speaking

from . import style
from .clocks_view import placeholder
from .figure import Live
from .token_steps_view import Seen, html, still

REDRAW_S = 0.15
PROMPTS = {
    "anu-stories": {
        "en": "One day Anu met Lily at the market. Anu had 5 hats. Lily asked for 2. Anu gave",
        "hi": "एक दिन अनु बाज़ार में",
    },
    "smollm2": {"en": "Why is the sky blue?", "hi": "Why is the sky blue?"},
}


class TokenSteps(Live):
    """Model, prompt and length; buttons to write and stop; every step as it happens.

    It opens with a text of the bundled model. From then on the work is done in a thread, so the
    notebook stays free and Stop answers.
    `gate` (a Predictions) keeps it closed until the learner has guessed or asked to be shown.
    """

    def __init__(self, gate=None):
        from anuman.lm import smollm2

        self.language = language()
        self.thread: threading.Thread | None = None
        self._stop = threading.Event()
        self._models: dict = {}
        self.seen = Seen(_("Nothing written yet."))
        names = [(_("Anu stories (0.9 million weights)"), "anu-stories")]
        names += [("SmolLM2-135M", smollm2.NAME)] if smollm2.installed() else []
        wide = {"description_width": "initial"}
        self.model = ipywidgets.Dropdown(options=names, description=_("Model"), style=wide)
        self.length = ipywidgets.BoundedIntText(
            value=40, min=1, max=500, description=_("Tokens to write"), style=wide,
            layout=ipywidgets.Layout(width="190px"),
        )  # fmt: skip
        self.prompt = ipywidgets.Textarea(
            value=self._prompt(), description=_("Prompt"), rows=2, style=wide,
            layout=ipywidgets.Layout(width="100%", max_width="900px"),
        )  # fmt: skip
        self.write = ipywidgets.Button(description=_("Write"), button_style="primary")
        self.stop = ipywidgets.Button(description=_("Stop"), disabled=True)
        self.as_table = ipywidgets.Checkbox(
            value=False, description=_("Show these numbers as a table"), indent=False
        )
        self.picture = ipywidgets.HTML()
        super().__init__([], lambda: still(self.seen))
        self.layout.max_width = "1040px"
        self.write.on_click(lambda _button: self.begin())
        self.stop.on_click(lambda _button: self._stop.set())
        self.as_table.observe(lambda _change: self._draw(), "value")
        self.model.observe(self._chosen, "value")
        if gate is not None and gate.locked:
            self.children = [ipywidgets.HTML(placeholder())]
            gate.on_unlock(self._open)
        else:
            self._open()

    def _open(self) -> None:
        look = ipywidgets.HTML(style.STYLE, layout=ipywidgets.Layout(display="none"))
        row = ipywidgets.HBox(
            [self.model, self.length, self.write, self.stop],
            layout=ipywidgets.Layout(flex_flow="row wrap"),
        )
        self.children = [look, self.prompt, row, self.picture, self.as_table]
        self._work(self.model.value, self.prompt.value, self.length.value)  # some 0.1 s

    def _prompt(self, name: str | None = None) -> str:
        return PROMPTS[name or self.model.value][self.language]

    def _chosen(self, change) -> None:
        if self.prompt.value == self._prompt(change["old"]):  # the learner's own words stay
            self.prompt.value = self._prompt()

    def begin(self) -> None:
        """Start writing in a thread."""
        if self.thread and self.thread.is_alive():
            return
        self._stop.clear()
        self.write.disabled, self.stop.disabled = True, False
        wanted = (self.model.value, self.prompt.value, self.length.value)
        self.thread = threading.Thread(target=self._work, args=wanted, daemon=True)
        self.thread.start()

    def _work(self, name: str, prompt: str, length: int) -> None:
        with speaking(self.language):  # the folder may change while the thread runs
            try:
                end = self._written(name, prompt, length)
            except (ValueError, OSError, MemoryError) as error:  # LmError is a ValueError
                end = _("It could not be done: {error}.").format(error=error)
            self._tell(end)
            self.write.disabled, self.stop.disabled = False, True

    def _written(self, name: str, prompt: str, length: int) -> str:
        """Load, write; gives what is to be said at the end."""
        from anuman import lm

        self._tell(_("Loading the model."))
        chat = name == "smollm2"
        if name not in self._models:
            self._models[name] = lm.load(name)
            next(lm.stream(self._models[name], "A", 1))  # pays what only a first step pays
        model = self._models[name]
        count, context = len(model.tokenizer.encode(prompt)), model.config.context
        if not prompt:
            return _("The prompt is empty: type at least one character.")
        if count >= context:
            return _(
                "The prompt has {count} tokens; this model's context of {context} must hold it and the text. Shorten it."
            ).format(count=number(count), context=number(context))
        steps = lm.stream(model, prompt, length, chat=chat)
        bytes_of = model.tokenizer.bytes_of
        tokens = lm.prompt_tokens(model, prompt, chat)
        self.seen = Seen(
            _("Reading the prompt."),
            model.nbytes,
            4 * model.config.kv_per_token,
            [bytes_of(token) for token in tokens],
        )
        drawn_s, ends = 0.0, set(model.tokenizer.special.values())
        for step in steps:
            self.seen.steps.append(step)
            if step.token is not None and step.token not in ends:
                self.seen.written.append(bytes_of(step.token))
            if self._stop.is_set():
                return _("Stopped after {count} steps.").format(count=len(self.seen.steps))
            if time.monotonic() - drawn_s > REDRAW_S:
                self._tell(_("Writing."))
                drawn_s = time.monotonic()
        return {
            "end": _("Done: the model ended its text."),
            "length": _("Done: as many tokens as were asked for."),
            "context": _("Done: the model's context is full."),
        }[step.finish]

    def _tell(self, status: str) -> None:
        self.seen.status = status
        self._draw()

    def _draw(self) -> None:
        self.picture.value = style.unstyled(html(self.seen, self.as_table.value))


def token_steps(gate=None) -> TokenSteps:
    """Watch a model write token by token; closed while `gate` (the predictions) is locked."""
    return TokenSteps(gate)
