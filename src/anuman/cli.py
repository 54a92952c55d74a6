"""The `anuman` command: one thin function a command; each imports what it needs when it runs.

Exit status: 0 done, 1 somebody or something needs attention, 2 bad input.
"""

import argparse
import atexit
import gc
import os
import sys
from pathlib import Path

from . import paths
from .command_line import spoken, take_language, to_speak
from .language import UnknownLanguage, _, add_language_option


def lab(args: argparse.Namespace) -> int:
    from .setup import lab

    return lab.run(args.name, browser=not args.no_browser, port=args.port)


def test(args: argparse.Namespace) -> int:
    from . import testing

    return testing.run(args.pytest)


def check(args: argparse.Namespace) -> int:
    from .grading import self_check
    from .widgets.predictions import prediction_file

    return self_check.run(args.path, args.json, prediction_file.keep_check)


def simulate(args: argparse.Namespace) -> int:
    from .serving import simulate_command

    return simulate_command.run(args.arguments)


def feedback(args: argparse.Namespace) -> int:
    from .grading.pages import feedback_pages

    return feedback_pages.run(
        args.assignment, args.course or paths.nbgrader_course(), args.json, args.workers, args.lang
    )


def export(args: argparse.Namespace) -> int:
    from .grading.records import export

    course, how = args.course, (args.separator, args.decimal, args.encoding)
    course = course or paths.nbgrader_course()
    return export.run(args.assignment, args.format, course, args.output, args.json, *how)


def grade(args: argparse.Namespace) -> int:
    from .grading import grade

    how = "student", "force", "workers", "scheduler", "unsafe", "apart"
    chosen = {name: getattr(args, name) for name in how}
    course = args.course or paths.nbgrader_course()
    return grade.run(course, args.assignment, args.json, nonsense_only=args.nonsense, **chosen)


def machine(args: argparse.Namespace) -> int:
    from .machine import machine_command

    return machine_command.run(args.json)


def lm(args: argparse.Namespace) -> int:
    from .lm import command

    return command.run(args.arguments)


def doctor(args: argparse.Namespace) -> int:
    from .setup import doctor

    return doctor.run(args.json)


def validate(args: argparse.Namespace) -> int:
    from . import validation

    def draw(rows) -> str:
        from .widgets.published import reality  # needs ipywidgets, which a bare check does not

        return reality.picture(rows)

    return validation.run(args.rows, args.json, args.csv, args.picture, draw)


def size(args: argparse.Namespace) -> int:
    from . import sizing

    return sizing.run(
        args.config, args.context, args.batch, args.weight_bits, args.kv_bits, args.chip, args.chips, args.json
    )  # fmt: skip


def wheels(args: argparse.Namespace) -> int:
    from .setup import wheels

    return wheels.run(args.systems.split(","))


def progress(args: argparse.Namespace) -> int:
    from .lessons import progress_page
    from .widgets.predictions import progress_report

    do = (args.json, args.export, args.delete, args.yes, args.page)
    return progress_report.report(*do, draw=progress_page.page)


def claims(args: argparse.Namespace) -> int:
    from . import claims

    return claims.run(args.article, args.lang, args.json, args.recalled)


def translate(args: argparse.Namespace) -> int:
    from . import translate

    return translate.run(args.action, args.strict)


def parser() -> argparse.ArgumentParser:
    """The command line's grammar."""
    top = argparse.ArgumentParser(
        prog="anuman", description=_("A hands-on course on AI inference.")
    )
    commands = top.add_subparsers(dest="command", required=True, metavar="COMMAND")

    def command(function, help: str, json: bool = True) -> argparse.ArgumentParser:
        sub = commands.add_parser(function.__name__, help=help, description=help)
        sub.set_defaults(function=function)
        add_language_option(sub)
        if json:
            sub.add_argument(
                "--json", type=Path, metavar="FILE", help=_("also write the result here")
            )
        return sub

    sub = command(lab, _("Open the course in JupyterLab."), json=False)
    sub.add_argument("name", nargs="?", help=_("a lesson, e.g. 02-roofline"))
    sub.add_argument("--no-browser", action="store_true")
    sub.add_argument("--port", type=int)

    sub = command(check, _("Grade one assignment of your own; your file is only read."))
    sub.add_argument("path", help=_("assignment folder or notebook, e.g. exercises/02-roofline"))

    sub = command(simulate, _("Serve a stream of requests on chips of the catalogue."), json=False)
    sub.add_argument("arguments", nargs=argparse.REMAINDER, help=_("see anuman simulate --help"))

    def of_class(function, help: str) -> argparse.ArgumentParser:
        sub = command(function, help)
        sub.add_argument("assignment", help=_("name of the assignment, e.g. 02-roofline"))
        sub.add_argument(
            "--course", type=Path, metavar="DIR", help=_("another nbgrader course folder")
        )
        return sub

    sub = of_class(feedback, _("Make the feedback pages of everybody who is graded."))
    sub.add_argument("--workers", type=int, metavar="N", help=_("processes; one a core if not given"))  # fmt: skip

    sub = of_class(export, _("Write the gradebook's grades as a table or for Moodle."))
    sub.add_argument("--format", choices=("csv", "moodle", "json"), default="csv")
    sub.add_argument("--output", type=Path, help=_("write there, not to the terminal"))
    sub.add_argument("--separator", default=",", help=_("between columns: , ; or tab"))
    sub.add_argument("--decimal", default=".", help=_("sign before the decimals: . or ,"))
    sub.add_argument("--encoding", help=_("utf-8-sig, cp1252, … (default: UTF-8)"))

    sub = of_class(
        grade, _("Grade a class's submissions to an assignment, isolated and in parallel.")
    )
    sub.add_argument(
        "--student", default="*", metavar="ID", help=_("only this one (a glob may be given)")
    )
    sub.add_argument("--force", action="store_true", help=_("grade again what is graded already"))
    sub.add_argument("--workers", type=int, metavar="N", help=_("processes (default: one a core)"))
    sub.add_argument(
        "--scheduler", metavar="ADDRESS", help=_("use the workers of a Dask scheduler")
    )
    sub.add_argument(
        "--unsafe", action="store_true", help=_("go on where learners' code cannot be isolated")
    )
    sub.add_argument("--apart", action="store_true", help=_("run every test apart from learners' code"))  # fmt: skip
    tries = _("grade nobody; say which tests would give points to nonsense")
    sub.add_argument("--nonsense", action="store_true", help=tries)

    command(machine, _("Measure this computer's memory bandwidth and arithmetic."))
    sub = command(lm, _("Run a real language model on this computer; `anuman lm -h`."), json=False)
    sub.add_argument("arguments", nargs=argparse.REMAINDER)

    command(doctor, _("Say what this machine can and cannot do."))

    sub = command(validate, _("Hold the formulas against published measurements."))
    sub.add_argument(
        "--rows", type=Path, metavar="CSV", help=_("rows of your own; blank values are predicted")
    )
    sub.add_argument("--csv", type=Path, metavar="FILE", help=_("also write the rows here"))
    sub.add_argument("--picture", type=Path, metavar="SVG", help=_("also draw them here"))

    sub = command(
        size, _("Say what a model needs and how fast it can be, from its config.json."), json=False
    )
    sub.add_argument("config", type=Path, metavar="CONFIG.json", help=_("as on Hugging Face's Hub"))
    sub.add_argument("--context", type=int, metavar="N", help=_("tokens of one request (8192)"))
    sub.add_argument("--batch", type=int, default=1, metavar="B", help=_("requests at once"))
    sub.add_argument(
        "--weight-bits",
        metavar="b",
        help=_("bits a weight, or fp8, int4, mxfp4 ...; as stored if not given"),
    )
    sub.add_argument(
        "--kv-bits", type=float, default=16, metavar="b", help=_("bits of a cached number")
    )
    sub.add_argument("--chip", metavar="C", help=_("one chip of the catalogue; all if not given"))
    sub.add_argument(
        "--chips", type=int, metavar="n", help=_("so many of it; the fewest that do if not given")
    )
    sub.add_argument(
        "--json",
        type=Path,
        nargs="?",
        const=Path("-"),
        metavar="FILE",
        help=_("to FILE, or instead of the text"),
    )

    sub = command(wheels, _("Store the packages for computers without a network."), json=False)
    sub.add_argument("--for", dest="systems", default="win,mac,linux", metavar="SYSTEM,...")

    sub = command(progress, _("Show how far you are; export or delete what is recorded."))
    sub.add_argument("--export", type=Path, metavar="FILE")
    sub.add_argument("--page", type=Path, metavar="FILE.html", help=_("write a page to print"))
    sub.add_argument("--delete", action="store_true")
    sub.add_argument("--yes", action="store_true", help=_("delete without asking"))

    sub = command(claims, _("List the articles' claims with verdict, arithmetic and sources."))
    sub.add_argument("--article", action="append", default=[], metavar="ID", help=_("e.g. 003"))
    sub.add_argument("--recalled", action="store_true", help=_("list what no source confirms yet"))

    sub = command(
        translate, _("Keep locale/hi.po and lessons/hi/ in step with the English."), json=False
    )
    sub.add_argument("action", choices=("extract", "build", "check"))
    sub.add_argument("--strict", action="store_true", help=_("fail when a translation is missing"))

    sub = command(test, _("Run all tests."), json=False)
    sub.add_argument("pytest", nargs=argparse.REMAINDER, help=_("arguments for pytest"))
    return top


def main(argv: list[str] | None = None) -> int:
    """Run one command; returns its exit status."""
    if argv is None:  # a process of its own: its end need not search a million objects for garbage
        atexit.register(gc.freeze)
    try:
        asked, arguments = take_language(sys.argv[1:] if argv is None else argv)
        language = to_speak(asked)
    except UnknownLanguage as error:
        print(f"anuman: {error}", file=sys.stderr)
        return 2
    with spoken(language):
        return _run(arguments, asked)


def _run(arguments: list[str], asked: str) -> int:
    from .catalog import CatalogError, MissingValue, UnknownName
    from .paths import CourseNotFound

    if arguments[:1] == ["test"]:  # pytest's own options are not ours to parse
        return test(argparse.Namespace(pytest=arguments[1:]))
    if arguments[:1] == ["simulate"]:  # nor are the many options of the simulator
        args = argparse.Namespace(function=simulate, arguments=arguments[1:])
    elif arguments[:1] == ["lm"]:  # parsed by the package itself, which takes a while to import
        args = argparse.Namespace(function=lm, arguments=arguments[1:])
    else:
        args = parser().parse_args(arguments)
    args.lang = asked or None
    try:
        return args.function(args)
    except (CourseNotFound, CatalogError, MissingValue, UnknownName) as error:
        print(f"anuman: {error}", file=sys.stderr)
        return 2
    except BrokenPipeError:  # the reader, `head` for one, has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except KeyboardInterrupt:
        print("\n" + _("anuman: stopped."), file=sys.stderr)
        return 130


if __name__ == "__main__":
    sys.exit(main())
