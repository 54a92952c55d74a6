"""nbconvert's exporter of pages, for pages of which a learner made the text."""

from html import escape

from jinja2 import BaseLoader
from nbconvert.exporters import HTMLExporter, TemplateExporter
from nbconvert.filters import Highlight2HTML
from nbconvert.filters.markdown_mistune import MarkdownWithMath
from nbconvert.filters.widgetsdatatypefilter import WidgetsDataTypeFilter
from nbformat import NotebookNode

from ...language import N_, _
from ..records.clean_markdown import is_quickly_parsed
from .page_markdown import PageRenderer, Room

MOST_PICTURES = 3_000_000  # bytes of a page, before base64 makes four of three
MOST_TEXT = 500_000  # characters that cells put out
LEFT_OUT = N_("(left out: the page would be too large)")


class Highlight(Highlight2HTML):
    """nbconvert's, in a time that no learner's source makes long."""

    def __call__(self, source, language=None, metadata=None):
        if is_quickly_parsed(source):
            return super().__call__(source, language, metadata)
        return f'<div class="highlight hl-ipython3"><pre>{escape(source)}\n</pre></div>\n'


# What nbgrader's template of a page says, each as it stands in the template's source.
TEMPLATE_WORDS = (
    N_("Score:"),
    N_("Test cell"),
    N_("Coding free-response"),
    N_("Written response"),
    N_("Late submission penalty"),
    N_("Student's answer"),
    N_("Student's task"),
    N_("Grade cell:"),
    N_("Task:"),
    N_("Comments:"),
    N_("(Top)"),
    N_(">Task<"),
    N_(">Comment<"),
)


class InPagesLanguage(BaseLoader):
    """Gives the templates of another loader with nbgrader's own words translated."""

    def __init__(self, loader: BaseLoader):
        self._loader = loader

    def get_source(self, environment, template):
        source, name, fresh = self._loader.get_source(environment, template)
        if "nbgrader" in source:
            for words in TEMPLATE_WORDS:
                source = source.replace(words, _(words))
        return source, name, fresh


class PageExporter(HTMLExporter):
    """nbconvert's, in the page's language, without parsing every finished page once more for tags
    that these pages lack."""

    def markdown2html(self, context, source):
        """As nbconvert's, with formulas and pictures that the page holds itself."""
        resources = context.get("resources", {})
        renderer = PageRenderer(
            self._room,
            attachments=context.get("cell", {}).get("attachments", {}),
            path=resources.get("metadata", {}).get("path", ""),
            anchor_link_text=self.anchor_link_text,
            exclude_anchor_links=self.exclude_anchor_links,
            **self.lexer_options,
        )
        return MarkdownWithMath(renderer=renderer).render(source)

    markdown2html.jinja_pass_arg = HTMLExporter.markdown2html.jinja_pass_arg

    def _create_environment(self):
        environment = super()._create_environment()
        environment.loader = InPagesLanguage(environment.loader)
        return environment

    def from_notebook_node(self, nb, resources=None, **kw):
        resources = self._init_resources(resources)
        self._room = Room(MOST_PICTURES)
        _lighten(nb, self._room)
        self.register_filter("highlight_code", Highlight(pygments_lexer="ipython3", parent=self))
        widgets = WidgetsDataTypeFilter(notebook_metadata={}, parent=self, resources=resources)
        self.register_filter("filter_data_type", widgets)
        return TemplateExporter.from_notebook_node(self, nb, resources, **kw)


def _lighten(nb: NotebookNode, room: Room) -> None:
    """Leave out what would make the page too large to open: pictures and texts beyond its bounds."""
    text = MOST_TEXT
    for cell in (cell for cell in nb.cells if cell.cell_type == "code"):
        for output in cell.outputs:
            data = output.get("data", {})
            for mime in [mime for mime in data if mime.startswith("image/")]:
                if not room.takes(len(data[mime]) * 3 // 4):
                    del data[mime]
                    data["text/plain"] = _(LEFT_OUT)
            for holder, name in ((output, "text"), (output, "evalue"), (data, "text/plain")):
                if name in holder:
                    holder[name] = _cut(holder[name], text)
                    text -= len(holder[name])
            if "traceback" in output:
                output.traceback = [_cut("\n".join(output.traceback), text)]
                text -= len(output.traceback[0])


def _cut(words: str, most: int) -> str:
    return words if len(words) <= most else words[: max(most, 0)] + "\n" + _(LEFT_OUT)
