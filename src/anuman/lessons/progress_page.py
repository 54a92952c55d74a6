"""A page to print: what a learner has done in the course, and what was measured on their computer."""

from datetime import date
from html import escape

from anuman import machine
from anuman.language import _, language, number, si
from anuman.widgets.predictions import calibration
from anuman.widgets.predictions.course_progress import (
    Progress,
    Standing,
    said,
    summary,
    title,
)
from anuman.widgets.predictions.progress_report import damage

LOOK = """body { font: 11pt/1.45 "Noto Sans", "Noto Sans Devanagari", sans-serif; max-width: 18cm; margin: 1cm auto; color: #111; background: #fff; }
table { border-collapse: collapse; width: 100%; } th, td { text-align: start; vertical-align: top; padding: 3px 8px 3px 0; border-bottom: 1px solid #999; }
.name { border-bottom: 1px solid #111; display: inline-block; min-width: 8cm; } svg { max-width: 100%; height: auto; }
@page { size: A4; margin: 1.5cm; } @media print { body { margin: 0; max-width: none; } tr, svg { break-inside: avoid; } h2 { break-after: avoid; } }"""


def page(found: Progress) -> str:
    """The whole page as HTML that needs nothing from elsewhere."""
    heading = _("Anuman: what I did and measured")
    curve = calibration.curve(found.hits)
    note = _("This page repeats the learner's own records; nobody has checked them.")
    parts = [
        f"<h1>{escape(heading)}</h1>",
        f'<p>{escape(_("Name"))}: <span class="name">&nbsp;</span> &nbsp; {date.today().isoformat()}</p>',
        f"<h2>{escape(_('Lessons'))}</h2>",
        _table(
            [_("lesson"), _("done"), _("exercises checked on")],
            [_row(row) for row in found.lessons],
        ),
        *(f"<p>{escape(line)}</p>" for line in [*summary(found), *damage(found.records)]),
        curve.standalone() if curve else "",
        f"<h2>{escape(_('Measured on this computer'))}</h2>",
        _measured(),
        f"<p><small>{escape(note)}</small></p>",
    ]
    return (
        f'<!doctype html>\n<html lang="{language()}"><head><meta charset="utf-8">'
        f"<title>{escape(heading)}</title><style>{LOOK}</style></head><body>\n"
        + "\n".join(filter(None, parts))
        + "\n</body></html>\n"
    )


def _row(row: Standing) -> list[str]:
    return [title(row.lesson), said(row), row.checked[:10] or "–"]


def _measured() -> str:
    """What `anuman machine` keeps of this computer, or why there is nothing."""
    try:
        own = machine.load()
    except (machine.MachineFileError, OSError) as error:
        return f"<p>{escape(str(error))}</p>"
    if own is None:
        said = _("This computer has not been measured yet; a lesson will do it.")
        return f"<p>{escape(said)}</p>"
    rows = [
        [_("processor"), own.name],
        [_("measured"), own.date[:10]],
        [_("bandwidth from memory"), si(own.bandwidth, "byte/s")],
        [_("arithmetic"), si(own.peak, "FLOP/s")],
        [_("ridge"), f"{number(own.ridge)} FLOP/byte"],
        [_("memory"), si(own.memory_bytes, "byte")],
    ]
    warnings = (_(machine.WARNINGS.get(code, code)) for code in own.warnings)
    told = "".join(f"<p>{escape(warning)}</p>" for warning in warnings)
    return _table([_("quantity"), _("value")], rows) + told


def _table(head: list[str], rows: list[list[str]]) -> str:
    top = "".join(f'<th scope="col">{escape(word)}</th>' for word in head)
    body = "".join(
        "<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in row) + "</tr>" for row in rows
    )
    return f"<table><thead><tr>{top}</tr></thead><tbody>{body}</tbody></table>"
