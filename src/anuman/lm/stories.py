"""Stories from a grammar of the course: two people, some things, and small sums that hold.

`story(language, number)` is the same text on every computer. `examine` reads a story back with the
same sentences, so that what a model invents can be judged by the rule that made its lessons.
"""

import random
import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from anuman.lm.story_words import WORDS, Thing, Words

LANGUAGES = tuple(WORDS)
BEGINNINGS = {"en": "One day Anu", "hi": "एक दिन अनु"}  # for a model to go on from
END = "<|end|>"  # the special token after every story
HELD_OUT = 16  # one story in so many is never trained on
MOST = 9  # things that a story begins with
MOST_MORE = 5  # things that one event adds or takes


def story(language: str, number: int) -> str:
    """Story `number` of a language ("en" or "hi"); two numbers may give the same text."""
    draw = random.Random(f"{language} {number}").random  # `random` alone never changes its sequence

    def pick(options):
        return options[int(draw() * len(options))]

    words = WORDS[language]
    people = [Person(name, False) for name in words.boys]
    people += [Person(name, True) for name in words.girls]
    a = pick(people)
    b = pick([person for person in people if person is not a])
    thing, count = pick(words.things), 1 + int(draw() * MOST)

    def say(template: str, **numbers: int) -> str:
        fields = {name: pick(options) for name, options in words.choices.items()}
        return template.format(
            A=a, B=b, **fields, **{k: Count(v, thing) for k, v in numbers.items()}
        )

    told = [say(pick(words.openings)), say(pick(words.had), n=count)]
    for _event in range(1 + int(draw() * 2)):
        fewer = count > 1 and draw() < 0.5
        change = 1 + int(draw() * min(MOST_MORE, count - 1 if fewer else MOST_MORE))
        count += -change if fewer else change
        told.append(say(pick(words.fewer if fewer else words.more), k=change, m=count))
    told.append(say(pick(words.endings)))
    return " ".join(told)


def held_out(text: str) -> bool:
    """Whether a story is kept for validation: decided by its text, so that no copy is trained on."""
    return zlib.crc32(text.encode()) % HELD_OUT == 0


def stories(languages: tuple[str, ...], start: int, validation: bool = False) -> Iterator[str]:
    """Training stories, or the held-out ones, from number `start` on, the languages in turn. Endless."""
    number = start
    while True:
        for language in languages:
            text = story(language, number)
            if held_out(text) == validation:
                yield text
        number += 1


@dataclass(frozen=True)
class Person:
    """A name; `{A:he/she}` gives the form that fits."""

    name: str
    female: bool

    def __format__(self, forms: str) -> str:
        return forms.split("/")[self.female] if forms else self.name


@dataclass(frozen=True)
class Count:
    """A number of things; `{n:thing}`, `{n:one/many}` or four forms, male before female."""

    number: int
    thing: Thing

    def __format__(self, forms: str) -> str:
        if not forms:
            return str(self.number)
        forms = (self.thing.one, self.thing.many) if forms == "thing" else forms.split("/")
        return forms[(self.number != 1) + (2 * self.thing.female if len(forms) == 4 else 0)]


# Reading back


@dataclass(frozen=True)
class Findings:
    """What `examine` found: events whose sum is right and wrong, and whether the same two names are
    kept throughout. complete: every sentence is one that the grammar can say."""

    right: int
    wrong: int
    names_hold: bool
    complete: bool


@lru_cache(maxsize=4)
def _sentences(language: str) -> tuple[tuple[str, re.Pattern], ...]:
    words = WORDS[language]
    kinds = {"told": words.openings + words.endings, "had": words.had}
    kinds |= {"fewer": words.fewer, "more": words.more}
    return tuple((kind, _pattern(t, words)) for kind, ts in kinds.items() for t in ts)


def _pattern(template: str, words: Words) -> re.Pattern:
    """The sentence as a pattern; every occurrence of {A}, {B}, {n}, {k}, {m} is a group of its own."""
    pattern, seen = "", 0
    for part in re.split(r"(\{[^}]*\})", template):
        name, _, forms = part.strip("{}").partition(":")
        if not part.startswith("{"):
            pattern += re.escape(part)
        elif name in words.choices:
            pattern += f"(?:{'|'.join(words.choices[name])})"
        elif forms == "thing":
            pattern += f"(?:{'|'.join(form for t in words.things for form in (t.many, t.one))})"
        elif forms:
            pattern += f"(?:{'|'.join(forms.split('/'))})"
        else:
            seen += 1
            kind = r"\d+" if name in "nkm" else "|".join(words.boys + words.girls)
            pattern += f"(?P<{name}_{seen}>{kind})"
    return re.compile(pattern)


def examine(text: str, language: str) -> Findings:
    """Read a story sentence by sentence and check its names and sums."""
    a = b = count = None
    right = wrong = place = 0
    names_hold = complete = True
    while place < len(text):
        matches = ((kind, p.match(text, place)) for kind, p in _sentences(language))
        kind, match = max(
            ((kind, m) for kind, m in matches if m), key=lambda m: m[1].end(), default=("", None)
        )
        if match is None:
            complete = False
            break
        facts: dict[str, set[str]] = {}
        for name, value in match.groupdict().items():
            facts.setdefault(name[0], set()).add(value)
        for values, known in ((facts.get("A"), a), (facts.get("B"), b)):
            names_hold &= values is None or values == {known or next(iter(values))}
        a, b = a or min(facts.get("A", {None})), b or min(facts.get("B", {None}))
        numbers = {name: {int(v) for v in facts[name]} for name in "nkm" if name in facts}
        if kind == "had":
            count = max(numbers["n"])
        elif kind != "told":
            k, m = numbers["k"], numbers["m"]
            holds = count is not None and len(k) == 1
            holds = holds and m == {count + min(k) if kind == "more" else count - min(k)}
            right, wrong, count = right + holds, wrong + (not holds), max(m)
        place = match.end() + text[match.end() :].startswith(" ")
    return Findings(right, wrong, names_hold and a is not None and a != b, complete)
