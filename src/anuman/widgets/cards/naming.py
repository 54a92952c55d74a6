"""Names of the news to be sorted: is it a model, a chip, a service or a company?"""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from anuman.language import N_, _, ended, number

from ..kit.controls import choice
from ..kit.figure import Figure, table_html, table_text
from ..kit.picture import Live

KINDS = (N_("model"), N_("chip"), N_("service"), N_("company"))


@dataclass(frozen=True)
class Name:
    """A name of the news; kind: one of KINDS; why: what tells its kind."""

    name: str
    kind: str
    why: str


NAMES = (
    Name("Nvidia", "company", N_("It designs GPUs and sells them.")),
    Name("Groq", "company", N_("With q: it makes chips for inference.")),
    Name("Grok", "model", N_("With k: weights trained by the company xAI.")),
    Name("LPU", "chip", N_("Groq's chip; the letters stand for language processing unit.")),
    Name("H100", "chip", N_("A GPU by Nvidia.")),
    Name("Llama", "model", N_("Weights by the company Meta, which anybody may download.")),
    Name("GroqCloud", "service", N_("Open models on Groq's own chips, for a price a token.")),
    Name("ChatGPT", "service", N_("OpenAI's web page and app; the models behind it change.")),
)


class Sorting(Live):
    """A list for each name; says at once what is right and why, and what to think about where it is not."""

    def __init__(self, names: Sequence[Name] = NAMES):
        super().__init__(self._still)
        self.names = tuple(names)
        options = [(_("choose"), ""), *((_(kind), kind) for kind in KINDS)]
        self.choices = [choice(one.name, options) for one in self.names]
        for control in self.choices:
            control.observe(self._draw, "value")
        self.place(form=self.choices)
        self._draw()

    def _draw(self, _change=None) -> None:
        right, lines = 0, []
        for one, control in zip(self.names, self.choices, strict=True):
            if control.value == one.kind:
                right += 1
                lines.append(f"✓ {one.name}: {ended(_(one.kind))} {_(one.why)}")
            elif control.value:
                lines.append(f"✗ {one.name}: {self._not(control.value)}")
        head = _("{right} of {count} sorted.").format(
            right=number(right), count=number(len(self.names))
        )
        items = "".join(f"<li>{escape(line)}</li>" for line in lines)
        self.show(f"<p><b>{escape(head)}</b></p><ul>{items}</ul>", " ".join([head, *lines]))

    @staticmethod
    def _not(kind: str) -> str:
        """What the wrong kind would mean."""
        return {
            "model": _("a model is a file of numbers. Could one download it?"),
            "chip": _("a chip is a thing one can hold. Does this one need electricity?"),
            "service": _("a service is what one types into. Could one log in to it?"),
            "company": _("a company employs people. Could one work for it?"),
        }[kind]

    def _still(self) -> Figure:
        head = [_("name"), _("what it is"), _("how to tell")]
        rows = [[one.name, _(one.kind), _(one.why)] for one in self.names]
        caption = _("Who owns which word")
        return Figure(table_html(head, rows, caption), table_text(head, rows, caption))


def sort_names() -> Sorting:
    """Show the names of the news to be sorted into models, chips, services and companies."""
    return Sorting()
