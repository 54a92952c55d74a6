"""`anuman progress`: how far the learner is in the course; export the records, or delete them."""

import json as json_format
import shutil
import sys
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path

from anuman.language import _, number

from . import course_progress
from .calibration import WANTED
from .course_progress import Progress, curve, said, summary, title
from .prediction_file import Records

MARKS = {"done": "[x]", "begun": "[-]", "": "[ ]"}


def as_data(found: Progress) -> dict:
    """The same for programs: a row a lesson, the calibration over all, where to go on."""
    hits = found.hits
    return {
        "file": str(found.records.path),
        "lessons": [
            {**asdict(row), "title": title(row.lesson), "state": row.state}
            for row in (*found.lessons, *found.others)
        ],
        "calibration": {"counted": len(hits), "inside": sum(hits), "aimed_at": WANTED / 100},
        "last": found.last and found.last.lesson,
        "ahead": found.ahead and found.ahead.lesson,
        "damaged_lines": [{"line": d.line, "why": d.why} for d in found.records.damaged],
    }


def report(
    json: Path | None = None,
    export: Path | None = None,
    delete: bool = False,
    yes: bool = False,
    page: Path | None = None,
    draw: Callable[[Progress], str] | None = None,
) -> int:
    """Print the progress; copy the records to `export`; delete them with delete and yes.

    page: a new file for what `draw` makes of the progress. Gives the exit code: 0 done, 1 damaged lines or
    deletion not confirmed, 2 a file cannot be used.
    """
    try:
        found = course_progress.read()
    except OSError as error:
        print(f"anuman: {unreadable(error)}", file=sys.stderr)
        return 2
    try:
        print("\n".join(lines(found)))
        if json is not None:
            text = json_format.dumps(as_data(found), indent=1, ensure_ascii=False) + "\n"
            json.write_text(text, encoding="utf-8")
        if page is not None:
            with page.open("x", encoding="utf-8") as file:
                file.write(draw(found))
            print(_("To print: open {file} in a browser.").format(file=page))
        if export is not None:
            code = _export(found.records.path, export)
            if code:
                return code  # nothing is deleted after a copy that failed
        if delete:
            return _delete(found.records.path, yes)
    except FileExistsError as error:
        problem = _("{file} exists already; name a new file.").format(file=error.filename)
        print(f"anuman: {problem}", file=sys.stderr)
        return 2
    except OSError as error:
        print(f"anuman: {error}", file=sys.stderr)
        return 2
    return 1 if found.records.damaged else 0


def lines(found: Progress) -> list[str]:
    """The course as a path, a lesson a line, and what it comes to."""
    kept = _("Your course so far, kept in {file}:") if found.records.entries else None
    begin = _("Nothing is recorded yet. It will be kept in {file}.")
    rows = [(kept or begin).format(file=found.records.path), ""]
    for row in found.lessons + found.others:
        rows.append(f"  {MARKS[row.state]} {title(row.lesson)}")
        rows += [f"      {said(row)}"] if row.state else []
    told = [*summary(found), curve(found.hits), onward(found), *damage(found.records)]
    return [*rows, "", *filter(None, told)]


def onward(found: Progress) -> str:
    """Where to go on, in a sentence."""
    if found.ahead is None:
        return _("Every lesson is done.")
    begin = _("Go on with") if found.last else _("Begin with")
    return f"{begin} “{title(found.ahead.lesson)}”"


def unreadable(error: OSError) -> str:
    """What is said when the file as a whole cannot be read."""
    return _("Your records cannot be read and are left as they are: {error}").format(error=error)


def damage(records: Records) -> list[str]:
    """What is said of lines that cannot be read."""
    words = _("Line {line} cannot be read ({why}); it is left as it is.")
    return [words.format(line=number(one.line), why=one.why) for one in records.damaged]


def _export(path: Path, target: Path) -> int:
    if not path.exists():
        print(_("There is nothing to export."))
        return 1
    if target.exists():
        problem = _("{file} exists already; name a new file.").format(file=target)
        print(f"anuman: {problem}", file=sys.stderr)
        return 2
    shutil.copyfile(path, target)
    print(_("Copied to {file}.").format(file=target))
    return 0


def _delete(path: Path, yes: bool) -> int:
    if not path.exists():
        print(_("There is nothing to delete."))
        return 0
    if not yes:
        print(
            _("Not deleted. To delete {file} for good, say: anuman progress --delete --yes").format(
                file=path
            )
        )
        return 1
    path.unlink()
    print(_("Deleted {file}.").format(file=path))
    return 0
