"""The learner's own verdict on a claim, before the course's card opens."""

from dataclasses import dataclass
from html import escape

from anuman.catalog.seeds import VERDICTS
from anuman.language import _

from ..kit.controls import Button
from ..kit.figure import Figure
from ..kit.picture import Live

MARKS = dict(zip(VERDICTS, "✓✗⇄?", strict=True))


@dataclass(frozen=True)
class VerdictCard(Figure):
    """The course's verdict as a figure; shown in a cell, it asks for the learner's first."""

    claim: str = ""
    verdict: str = ""

    def _ipython_display_(self, **_kwargs) -> None:
        Judging(self)._ipython_display_()


class Judging(Live):
    """The claim and a button a verdict; the card opens when one is pressed."""

    def __init__(self, card: VerdictCard):
        super().__init__(lambda: card)
        self.card = card
        self.choices = [Button(f"{MARKS[name]} {_(words)}") for name, words in VERDICTS.items()]
        for name, button in zip(VERDICTS, self.choices, strict=True):
            button.on_click(lambda _button, name=name: self.judge(name))
        self.place(foot=self.choices)
        asked = _("Your verdict first: what do you say of it?")
        self.show(
            f'<div class="wide"><blockquote><p>{escape(card.claim)}</p></blockquote>'
            f"<p><b>{escape(asked)}</b></p></div>",
            asked,
        )

    def judge(self, name: str) -> None:
        """Show the course's card beside the learner's verdict, one of VERDICTS."""
        said = _("You: {yours}. The course: {ours}.").format(
            yours=_(VERDICTS[name]), ours=_(VERDICTS[self.card.verdict])
        )
        if name == self.card.verdict:
            said = _("You and the course agree: {ours}.").format(ours=_(VERDICTS[name]))
        self.place()
        self.show(f'<div class="wide"><p><b>{escape(said)}</b></p>{self.card.html}</div>', said)
