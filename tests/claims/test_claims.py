"""The arithmetic of the claims: complete, computed from sourced values, and not contradicted by the texts."""

import json
import re

import pytest
from rows import for_each

from anuman import catalog, claims, cli, physics
from anuman.claims.formula import evaluate
from anuman.language import speaking

CLAIMS = [claim for article in catalog.articles() for claim in catalog.claims(article)]
COMPUTED = [claim for claim in CLAIMS if claim.test_kind in ("arithmetic", "simulation")]
every_computed = for_each("claim", COMPUTED, ids=lambda c: c.id)

MONTHS = "January|February|March|April|May|June|July|August|September|October|November|December"
# Dates and names that hold digits: no quantities.
NAMES = re.compile(
    rf"\b\d{{1,2}} (?:{MONTHS})|\b(?:19|20)\d\d\b|[A-Za-z]+[-.\w]*\d[\w.-]*|\b\d[\w-]*[A-Za-z][\w-]*"
    r"|Grok \d|Llama [\d.]+|\d+ Capital|\d+(?: and \d+)? bits"
)
NUMBER = re.compile(r"\d+(?:[.,]\d+)*")


def numbers(text: str) -> set[float]:
    """The quantities in an English text."""
    return {float(n.replace(",", "")) for n in NUMBER.findall(NAMES.sub(" ", text))}


def close(shown: float, exact: float) -> bool:
    """Whether a number in a text is the value, rounded to the digits that it shows, or in percent."""
    return any(shown == pytest.approx(exact * scale, rel=0.05) for scale in (1, 100, 1e-9, 1e-6))


@every_computed
def test_a_claim_to_be_computed_has_its_arithmetic(claim):
    steps = claims.arithmetic(claim)
    assert steps
    assert len({step.name for step in steps}) == len(steps)
    for step in steps:
        assert step.value > 0
        assert step.value < float("inf")


@for_each("claim", [c for c in CLAIMS if c.verdict == "depends"], ids=lambda c: c.id)
def test_a_verdict_that_depends_names_the_computed_value_at_which_it_flips(claim):
    assert claims.flips_at(claim)


@for_each("claim", CLAIMS, ids=lambda c: c.id)
def test_only_a_verdict_that_depends_flips(claim):
    assert claim.verdict == "depends" or not claims.flips_at(claim)


@every_computed
def test_every_figure_is_used(claim):
    formulas = " ".join(step.formula for step in claim.steps)
    for name in claim.figures:
        assert re.search(rf"\b{name}\b", formulas), name


@every_computed
def test_the_texts_do_not_contradict_the_arithmetic(claim):
    said = numbers(claim.text["en"]) | {claim.value}
    exact = [step.value for step in claims.arithmetic(claim)]
    exact += [figure.value for figure in claim.figures.values()]
    formulas = " ".join(step.formula for step in claim.steps)
    constants = numbers(formulas)
    if "_flops" in formulas:  # operations for a parameter and a token
        constants |= {physics.training_flops(1, 1), physics.forward_flops(1, 1)}
    for field in (claim.why, claim.test, claim.depends_on):
        for number in numbers(field["en"]) if field else ():
            known = number in said or number in constants
            assert known or any(close(number, value) for value in exact), number


@for_each("claim", CLAIMS, ids=lambda c: c.id)
def test_a_settled_verdict_rests_on_nothing_that_is_only_recalled(claim):
    recalled = [name for name, known in claims.work(claim).rests_on.items() if known == "memory"]
    if claim.verdict in ("supported", "contradicted"):
        assert claim.known != "memory"
        assert not recalled


@every_computed
def test_labels_hold_the_same_numbers_in_both_languages(claim):
    for step in claim.steps:
        found = [sorted(NUMBER.findall(step.label[lang])) for lang in ("en", "hi")]
        assert found[0] == found[1], step.name
        assert re.search("[\u0900-\u097f]", step.label["hi"]) or "B200" in step.label["hi"]


def test_hand_worked_values():
    value = {
        f"{claim.id}.{step.name}": step.value
        for claim in COMPUTED
        for step in claims.arithmetic(claim)
    }
    assert value["S0.2.rate_deal"] == pytest.approx(80)  # 1.6e12 / 20e9
    assert value["S0.6.equal"] == 3  # 6 / 2
    assert value["S0.11.fit"] == pytest.approx(47.3, rel=1e-3)  # (132.5 - 69.0) GB / 1.342 GB
    assert value["S3.1.speed"] == 600  # 3,000 / 5
    assert value["S3.3.chips_lpu"] == 614  # 141.1 GB / 0.23 GB
    assert value["S4.2.few"] == pytest.approx(55.6, rel=1e-3)
    assert value["S4.2.few_product"] == pytest.approx(value["S4.2.many_product"])
    assert value["S4.6.ratio_one"] == pytest.approx(100000 / 24576)
    assert value["S4.8.needed"] == pytest.approx(1e6)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a + unknown", "no figure or step named 'unknown'"),
        ("__import__('os')", "not allowed"),
        ("a ** 2", "not allowed"),
        ("a / 0", "cannot be computed"),
        ("a +", "not a formula"),
        ("f('x')", "cannot be computed"),
    ],
)
def test_a_bad_formula_is_named(text, message):
    with pytest.raises(catalog.CatalogError, match=message):
        evaluate(text, {"a": 2.0}, {"f": lambda x: x / 2})


def test_formulas_compute():
    assert evaluate("2 * (a - 1) / -f(b)", {"a": 4.0, "b": 3.0}, {"f": abs}) == -2


@pytest.mark.parametrize("lang", ["en", "hi"])
def test_the_command_lists_every_claim(lang, capsys, tmp_path):
    file = tmp_path / "claims.json"
    assert cli.main(["claims", "--lang", lang, "--json", str(file)]) == 0
    printed = capsys.readouterr().out
    data = json.loads(file.read_text(encoding="utf-8"))["articles"]
    assert list(data) == catalog.articles()
    for claim in CLAIMS:
        assert f"\n{claim.id}  " in printed
    listed = {row["id"]: row for rows in data.values() for row in rows}
    assert set(listed) == {claim.id for claim in CLAIMS}
    for claim in CLAIMS:
        row = listed[claim.id]
        assert row["verdict"] == claim.verdict
        assert len(row["sources"]) == len(claim.sources)
        assert [s["value"] for s in row["arithmetic"]] == [
            step.value for step in claims.arithmetic(claim)
        ]


def test_the_command_takes_one_article_and_refuses_another(capsys):
    assert cli.main(["claims", "--article", "003"]) == 0
    printed = capsys.readouterr().out
    assert "S3.3" in printed
    assert "S0.1" not in printed
    assert cli.main(["claims", "--article", "009"]) == 2
    assert "did you mean" in capsys.readouterr().err


def test_the_command_lists_what_is_only_recalled(capsys, tmp_path):
    file = tmp_path / "recalled.json"
    assert cli.main(["claims", "--recalled", "--json", str(file)]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == len(list(catalog.recalled()))
    assert len(json.loads(file.read_text())["recalled"]) == len(lines)


def test_values_are_written_for_people():
    step = claims.arithmetic(catalog.claim("S4.9"))[0]
    with speaking("en"):
        assert claims.value(step) == "70 MW"
