"""Names of the news to be sorted: is it a model, a chip, a service or a company?"""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

import ipywidgets

from anuman.language import N_, _, number

from ..kit import style
from ..kit.figure import Figure, Live, table_html, table_text

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
        self.names = tuple(names)
        options = [(_("choose"), ""), *((_(kind), kind) for kind in KINDS)]
        layout = ipywidgets.Layout(width="auto", min_width="200px", flex="1 1 215px")
        self.choices = [
            ipywidgets.Dropdown(
                options=options, description=one.name, layout=layout,
                style={"description_width": "90px"},
            )
            for one in self.names
        ]  # fmt: skip
        for choice in self.choices:
            choice.observe(self._draw, "value")
        row = ipywidgets.Layout(
            display="flex", flex_flow="row wrap", width="100%", grid_gap="2px 20px"
        )
        self.answer = ipywidgets.HTML()
        look = ipywidgets.HTML(style.STYLE, layout=ipywidgets.Layout(display="none"))
        super().__init__([look, ipywidgets.Box(self.choices, layout=row), self.answer], self._still)
        self.layout.max_width = "1040px"
        self._draw()

    def _draw(self, _change=None) -> None:
        right, lines = 0, []
        for one, choice in zip(self.names, self.choices, strict=True):
            if choice.value == one.kind:
                right += 1
                lines.append(f"✓ {one.name}: {_(one.kind)}. {_(one.why)}")
            elif choice.value:
                lines.append(f"✗ {one.name}: {self._not(choice.value)}")
        head = _("{right} of {count} sorted.").format(
            right=number(right), count=number(len(self.names))
        )
        items = "".join(f"<li>{escape(line)}</li>" for line in lines)
        self.answer.value = style.unstyled(
            f'<div role="status"><p><b>{escape(head)}</b></p><ul>{items}</ul></div>'
        )

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
