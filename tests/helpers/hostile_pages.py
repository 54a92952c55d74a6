"""Notebooks whose text and metadata attack whoever reads them in a browser. Every answer is right."""

from attack import Attack
from nbformat.v4 import new_code_cell, new_markdown_cell, new_output, new_raw_cell
from plain_course import cell

EVIL = "<script>window.PWNED = 1</script><img src=x onerror='window.PWNED = 1'>"
QUOTED = f'">{EVIL}<a href="'
MARKDOWN = [
    EVIL,
    "<svg onload='window.PWNED = 1'></svg><body onload='window.PWNED = 1'>",
    "[click](javascript:window.PWNED=1) <a href='java&#115;cript:window.PWNED=1'>here</a>",
    "<iframe srcdoc='<script>parent.PWNED = 1</script>'></iframe>",
    "<object data='data:text/html,<script>parent.PWNED=1</script>'></object><embed src=x>",
    "<meta http-equiv='refresh' content='0;url=javascript:window.PWNED=1'>",
    "<base href='http://127.0.0.1:1/'><link rel=stylesheet href='http://127.0.0.1:1/escaped.css'>",
    "<style>* { display: none !important }</style>",
    "<form action='http://127.0.0.1:1/'><button autofocus onfocus='window.PWNED = 1'>x</button></form>",
    "<math><mtext><table><mglyph><style><!--</style><img title='--&gt;&lt;img src=1 onerror=window.PWNED=1&gt;'>",
    "![x](http://127.0.0.1:1/escaped.png) ![y](javascript:window.PWNED=1)",
    "$$<script>window.PWNED = 1</script>$$ \\(<img src=x onerror='window.PWNED = 1'>\\)",
    "```html\n</code></pre><script>window.PWNED = 1</script>\n```",
    "```</code>\"onmouseover='window.PWNED=1'\nx\n```",
    "<details open ontoggle='window.PWNED = 1'><summary>x</summary></details>",
    "<video><source onerror='window.PWNED = 1'></video><input autofocus onfocus='window.PWNED = 1'>",
    "<div style='position:fixed;inset:0;background:url(http://127.0.0.1:1/escaped)'>covered</div>",
    "</div></div></div></body></html><script>window.PWNED = 1</script>",
    "<!--[if]><script>window.PWNED=1</script --> <noscript><p title='</noscript><img src=x onerror=window.PWNED=1>'>",
    "{{ 7 * 7 }} {% raw %} {{ resources }}",
    "# <a name='top' id='notebook' onclick='window.PWNED=1'>heading</a>",
    "![a](attachment:evil.png)",
]


def _markdown(notebooks):
    for text in MARKDOWN:
        notebooks["numbers"].cells.append(new_markdown_cell(text))
    notebooks["numbers"].cells[-1]["attachments"] = {
        "evil.png": {"image/png": QUOTED, "image/svg+xml": "<svg onload='window.PWNED = 1'/>"}
    }


def _written(notebooks):
    cell(notebooks, "written").source = "\n\n".join(MARKDOWN)


def _metadata(notebooks):
    for notebook in notebooks.values():
        notebook.metadata.update(
            title=EVIL,
            authors=[{"name": EVIL}],
            widgets={"application/vnd.jupyter.widget-state+json": {"state": {"x": EVIL}}},
            language_info={
                "name": QUOTED,
                "pygments_lexer": EVIL,
                "codemirror_mode": {"name": QUOTED},
                "mimetype": QUOTED,
                "file_extension": QUOTED,
                "nbconvert_exporter": "os.system",
            },
            kernelspec={"name": "python3", "display_name": EVIL, "language": QUOTED},
        )
        notebook.metadata[EVIL] = EVIL
        for one in notebook.cells:
            one.metadata.update(
                tags=[QUOTED, "hide-input"], name=QUOTED, collapsed=EVIL, slideshow=EVIL
            )
            one.metadata["highlight_language"] = QUOTED
            one.metadata["magics_language"] = QUOTED
            one.metadata["raw_mimetype"] = "text/html"


def _raw(notebooks):
    for mime in ("text/html", "text/markdown", "application/javascript", "text/latex", ""):
        notebooks["numbers"].cells.append(new_raw_cell(EVIL, metadata={"raw_mimetype": mime}))


def _identities(notebooks):
    notebooks["numbers"].cells.append(new_code_cell("1", id="a"))
    notebooks["numbers"].cells[-1]["id"] = "x' onclick=window.PWNED=1"
    about = {"grade_id": QUOTED, "grade": True, "solution": True, "locked": False, "points": 5}
    notebooks["numbers"].cells.append(
        new_markdown_cell(
            "mine", metadata={"nbgrader": {**about, "schema_version": 3, "task": False}}
        )
    )


def _claimed(notebooks):
    for one in notebooks["numbers"].cells:
        if one.cell_type == "code":
            one.outputs = [
                new_output(
                    "display_data", {"text/html": EVIL, "application/javascript": "PWNED = 1"}
                ),
                new_output("stream", name="stdout", text=EVIL),
            ]


ATTACKS = [
    Attack("script-in-markdown", "pages", change=_markdown),
    Attack("script-in-the-written-answer", "pages", change=_written),
    Attack("script-in-metadata", "pages", change=_metadata),
    Attack("script-in-raw-cells", "pages", change=_raw),
    Attack("script-in-identities", "pages", change=_identities),
    Attack("script-in-claimed-outputs", "pages", change=_claimed),
]
