"""Watch a real model write: prefill, then decode token by token, with time, bytes and the cache."""

import time

from anuman.language import _, number

from ..kit.controls import Button, Text, choice, whole
from ..kit.running import Running
from .token_chart import Seen, view

REDRAW_S = 0.15
PROMPTS = {
    "anu-stories": {
        "en": "One day Anu met Lily at the market. Anu had 5 hats. Lily asked for 2. Anu gave",
        "hi": "एक दिन अनु को नेहा नदी के पास मिली। अनु के पास 7 बड़े लड्डू थे। नेहा ने 2 माँगे। अनु ने",
    },
    "smollm2": {"en": "Why is the sky blue?", "hi": "Why is the sky blue?"},
}


class TokenSteps(Running):
    """Model, prompt and length; buttons to write and stop; every step as it happens.

    It opens with a text of the bundled model. `gate` (a Predictions) keeps it closed until the learner
    has guessed or asked to be shown.
    """

    def __init__(self, gate=None):
        from anuman.lm import smollm2
        from anuman.lm.training import CONFIG

        super().__init__(Seen(_("Nothing written yet.")), view)
        self._models: dict = {}
        stories = _("Anu stories ({million} million weights)")
        names = [(stories.format(million=number(CONFIG.params / 1e6, 2)), "anu-stories")]
        names += [("SmolLM2-135M", smollm2.NAME)] if smollm2.installed() else []
        self.model = choice(_("Model"), names)
        self.length = whole(_("Tokens to write"), 40, 1, 500)
        self.prompt = Text(_("Prompt"), self._prompt(self.model.value), rows=3)
        self.write = Button(_("Write"), primary=True)
        self.write.on_click(lambda _button: self.begin(*self._wanted()))
        self.model.observe(self._chosen, "value")
        self.open_row([self.prompt, self.model, self.length, self.write], gate)

    def _open(self) -> None:
        super()._open()
        self._run(*self._wanted())  # some 0.1 s

    def _wanted(self) -> tuple[str, str, int]:
        return self.model.value, self.prompt.value, self.length.value

    def _prompt(self, name: str) -> str:
        return PROMPTS[name][self.language]

    def _chosen(self, change) -> None:
        if self.prompt.value == self._prompt(change["old"]):  # the learner's own words stay
            self.prompt.value = self._prompt(change["new"])

    def work(self, name: str, prompt: str, length: int) -> str:
        """Load, write; gives what is to be said at the end."""
        from anuman import lm

        self.tell(_("Loading the model."))
        if name not in self._models:
            self._models[name] = lm.load(name)
            next(lm.stream(self._models[name], "A", 1))  # pays what only a first step pays
        model, chat = self._models[name], name == "smollm2"
        count, context = len(model.tokenizer.encode(prompt)), model.config.context
        if not prompt:
            return _("The prompt is empty: type at least one character.")
        if count >= context:
            return _(
                "The prompt has {count} tokens; this model's context of {context} must hold it and the text. Shorten it."
            ).format(count=number(count), context=number(context))
        steps = lm.stream(model, prompt, length, chat=chat)
        bytes_of = model.tokenizer.bytes_of
        self.seen = Seen(
            _("Reading the prompt."),
            model.nbytes,
            4 * model.config.kv_per_token,
            [bytes_of(token) for token in lm.prompt_tokens(model, prompt, chat)],
        )
        drawn_s, ends = 0.0, set(model.tokenizer.special.values())
        for step in steps:
            self.seen.steps.append(step)
            if step.token is not None and step.token not in ends:
                self.seen.written.append(bytes_of(step.token))
            if self.stopped.is_set():
                return _("Stopped after {count} steps.").format(count=len(self.seen.steps))
            if time.monotonic() - drawn_s > REDRAW_S:
                self.progress(len(self.seen.written) / length)
                self.tell(_("Writing."))
                drawn_s = time.monotonic()
        return {
            "end": _("Done: the model ended its text."),
            "length": _("Done: as many tokens as were asked for."),
            "context": _("Done: the model's context is full."),
        }[step.finish]


def token_steps(gate=None) -> TokenSteps:
    """Watch a model write token by token; closed while `gate` (the predictions) is locked."""
    return TokenSteps(gate)
