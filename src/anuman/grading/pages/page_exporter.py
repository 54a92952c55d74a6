"""nbconvert's exporter of pages, for pages of which a learner made the text."""

from html import escape

from jinja2 import BaseLoader
from nbconvert.exporters import HTMLExporter, TemplateExporter
from nbconvert.filters import Highlight2HTML
from nbconvert.filters.widgetsdatatypefilter import WidgetsDataTypeFilter

from ...language import N_, _
from ..records.clean_markdown import is_quickly_parsed


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

    def _create_environment(self):
        environment = super()._create_environment()
        environment.loader = InPagesLanguage(environment.loader)
        return environment

    def from_notebook_node(self, nb, resources=None, **kw):
        resources = self._init_resources(resources)
        self.register_filter("highlight_code", Highlight(pygments_lexer="ipython3", parent=self))
        widgets = WidgetsDataTypeFilter(notebook_metadata={}, parent=self, resources=resources)
        self.register_filter("filter_data_type", widgets)
        return TemplateExporter.from_notebook_node(self, nb, resources, **kw)
