"""The command line speaks the language that --lang, ANUMAN_LANG or the computer names."""

import ast
import os
import subprocess
import sys
from pathlib import Path

import pytest

from anuman import cli
from anuman.command_line import ARGPARSE, take_language

ROOT = Path(__file__).parents[1]
SETTINGS = ("ANUMAN_LANG", "LC_ALL", "LC_MESSAGES", "LANG", "LANGUAGE")


@pytest.fixture
def english_computer(monkeypatch, tmp_path):
    for name in SETTINGS:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("LANG", "en_IN.UTF-8")
    monkeypatch.chdir(tmp_path)
    return monkeypatch


def said(capsys, *arguments):
    with pytest.raises(SystemExit):
        cli.main([*arguments])
    shown = capsys.readouterr()
    return shown.out + shown.err


def test_lang_is_taken_wherever_it_stands():
    assert take_language(["check", "--lang", "hi", "x"]) == ("hi", ["check", "x"])
    assert take_language(["--lang=hi", "check", "x"]) == ("hi", ["check", "x"])
    assert take_language(["lm", "generate", "--", "--lang"]) == (
        "",
        ["lm", "generate", "--", "--lang"],
    )


@pytest.mark.parametrize("words", [["--lang", "fr"], ["--lang"], ["--lang="]])
def test_a_language_that_the_course_does_not_have_is_one_clear_line(words, capsys):
    assert cli.main(["doctor", *words]) == 2
    shown = capsys.readouterr()
    assert not shown.out
    assert "the course speaks en and hi" in shown.err
    assert shown.err.count("\n") == 1


def test_an_unknown_language_of_the_environment_is_named(english_computer, capsys):
    english_computer.setenv("ANUMAN_LANG", "xx")
    assert cli.main(["claims"]) == 2
    assert "ANUMAN_LANG is 'xx'" in capsys.readouterr().err


def test_help_and_errors_are_in_the_language_asked_for(english_computer, capsys):
    assert "Grade one assignment" in said(capsys, "check", "--help")
    hindi = said(capsys, "check", "--help", "--lang", "hi")
    assert "ऐसे चलाइए: anuman check" in hindi
    assert "आपका अपना एक अभ्यास" in hindi
    assert "ये आर्ग्युमेंट ज़रूरी हैं: path" in said(capsys, "--lang", "hi", "check")
    assert "the following arguments are required: path" in said(capsys, "check")


def test_the_environment_is_stronger_than_the_computer_and_weaker_than_lang(
    english_computer, capsys
):
    english_computer.setenv("LANG", "hi_IN.UTF-8")
    assert "ऐसे चलाइए" in said(capsys, "--help")
    english_computer.setenv("ANUMAN_LANG", "en")
    assert "usage" in said(capsys, "--help")
    assert "ऐसे चलाइए" in said(capsys, "--lang=hi", "--help")


def test_a_command_leaves_the_environment_as_it_was(english_computer, capsys):
    before = dict(os.environ)
    said(capsys, "--help", "--lang", "hi")
    assert dict(os.environ) == before


@pytest.mark.parametrize("command", ["simulate", "lm"])
def test_commands_with_parsers_of_their_own_speak_it_too(command, english_computer, capsys):
    shown = said(capsys, command, "--help", "--lang", "hi")
    assert "ऐसे चलाइए: anuman " + command in shown


def test_every_command_shows_the_option_in_its_help(english_computer, capsys):
    actions = cli.parser()._subparsers._group_actions[0].choices
    own = {"test", "translate", "lm", "simulate"}
    for name in set(actions) - own:
        assert "--lang {en,hi}" in actions[name].format_help(), name


def test_argparse_still_says_these_very_words():
    source = Path(__import__("argparse").__file__).read_text(encoding="utf-8")
    words = {
        node.value
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }
    assert [text for text in ARGPARSE if text not in words] == []


# start.py, before anything is installed


def start(*arguments, **settings):
    bare = {name: value for name, value in os.environ.items() if name not in SETTINGS}
    return subprocess.run(
        [sys.executable, "-c", START, str(ROOT / "start.py"), *arguments],
        env=bare | {"PYTHONUTF8": "1"} | settings,
        capture_output=True,
        text=True,
        encoding="utf-8",
    ).stdout


# Runs the real start.py, but prints what it would set up or hand over to.
START = """
import runpy, sys
sys.argv = sys.argv[1:]
module = runpy.run_path(sys.argv[0])
names = module["main"].__globals__
names["ready"] = lambda tests: "--set-up" not in sys.argv
names["hand_over"] = lambda arguments: print(arguments)
names["set_up"] = lambda tests: print(module["_"]("Ready."))
module["main"](sys.argv[1:])
"""


def test_start_py_opens_the_course_in_the_language_asked_for():
    assert start("--lang", "hi").strip() == "['lab', '--lang', 'hi']"
    assert start("--lang=hi").strip() == "['lab', '--lang=hi']"
    assert start("--lang", "hi", "check", "x").strip() == "['check', 'x', '--lang', 'hi']"
    assert start().strip() == "['lab']"


def test_start_py_speaks_hindi_before_anything_is_installed():
    assert start("--set-up").startswith("Ready.")
    assert start("--set-up", "--lang", "hi").startswith("तैयार है।")
    assert start("--set-up", ANUMAN_LANG="hi").startswith("तैयार है।")
    assert start("--set-up", LANG="hi_IN.UTF-8").startswith("तैयार है।")
    assert start("--set-up", LANG="hi_IN.UTF-8", ANUMAN_LANG="en").startswith("Ready.")
