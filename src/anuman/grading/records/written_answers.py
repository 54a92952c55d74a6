"""What somebody who studies alone hears about a written answer: what counts, and then a sample.

The teacher's own cell holds a sample between nbgrader's solution marks, whose last paragraph says what
earns the marks; a part in Hindi, in a block with lang="hi", holds both again.
"""

import re

from ...language import _

SOLUTION = re.compile(r"### BEGIN SOLUTION\n(.*?)\n### END SOLUTION", re.S)
HINDI = re.compile(r'<(div|details) lang="hi">\n(?:<summary>.*?</summary>\n)?(.*?)</\1>', re.S)
LIMIT = re.compile(r"at most (\d+) words")


def remark(name: str, answer: str, released: str, question: str, model: str, language: str) -> str:
    """Lines about the answer to the cell `name`.

    answer: what the learner handed in; released: what stood there; question: the task's text; model:
    the teacher's cell. An answer that is not there hears what counts, any other one a sample, too.
    """
    sample, marks = _sample(model, language)
    if not answer.strip() or answer.strip() == released.strip():
        said = [_("{name}: there is no answer yet.").format(name=name), *marks]
    else:
        said = [*_too_long(name, answer, question), *marks, *sample]
    return "\n".join(said)


def _too_long(name: str, answer: str, question: str) -> list[str]:
    limit, words = LIMIT.search(question), len(answer.split())
    if limit is None or words <= int(limit[1]):
        return []
    said = _("{name}: your answer has {words} words; {most} are asked for at the most.")
    return [said.format(name=name, words=words, most=limit[1])]


def _sample(model: str, language: str) -> tuple[list[str], list[str]]:
    """(lines with the sample, lines with what earns the marks), each with a heading; none if not there."""
    found = SOLUTION.search(model)
    if found is None:
        return [], []
    hindi = HINDI.search(found[1])
    own = hindi[2] if hindi and language == "hi" else HINDI.sub("", found[1])
    *sample, marks = [part.strip() for part in own.strip().split("\n\n") if part.strip()]
    if not sample:
        return [_("A sample to compare with:"), marks], []
    return [_("A sample to compare with:"), *sample], [marks]
