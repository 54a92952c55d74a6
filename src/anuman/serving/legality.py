"""A policy that breaks a rule is stopped: at which step, with which request, against which rule."""

from anuman.language import N_, _

RULES = {
    "list": N_("admit must return a list of ids of waiting requests"),
    "unknown": N_("only a request that is waiting can be admitted"),
    "twice": N_("a request can be admitted only once"),
    "slots": N_("a request can be admitted only into a free slot"),
    "kv": N_("the KV memory of all running requests must fit"),
    "stall": N_(
        "when nothing runs and nothing more will come, somebody who waits must be admitted"
    ),
    "raised": N_("admit must not raise an exception"),
    "answer": N_('next_step must return a dict with "admit", a list, and "prefill", a dict'),
    "outside": N_("its prompt cannot be read: it is not inside and was not admitted now"),
    "tokens": N_("prefill must be a whole number, at least 1 and at most what is unread"),
}


class PolicyBroke(Exception):
    """A policy broke a rule (a key of RULES); step counts the engine's steps so far."""

    def __init__(self, rule: str, step: int, time_s: float, request: object, detail: str):
        self.rule, self.step, self.time_s = rule, step, time_s
        self.request, self.detail = request, detail
        super().__init__(self.words())

    def words(self) -> str:
        """What happened, in the learner's language."""
        who = "" if self.request is None else _(", request {id}").format(id=self.request)
        sentence = _("Stopped at step {step} ({time:.6g} s){who}: {rule}.").format(
            step=self.step, time=self.time_s, who=who, rule=_(RULES[self.rule])
        )
        return f"{sentence} {self.detail}"

    def __reduce__(self):
        return PolicyBroke, (self.rule, self.step, self.time_s, self.request, self.detail)
