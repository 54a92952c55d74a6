"""Formulas as MathML."""

from xml.etree import ElementTree

import pytest

from anuman.formulas import MOST_TEX, TAGS, mathml


@pytest.mark.parametrize(
    ("tex", "shown"),
    [
        (r"\frac{a}{b}", "ab"),
        (r"T_\text{KV} = 2 \cdot n_{layers} \alpha \le \beta", "TKV=2·nlayersα≤β"),
        (r"a < b > c", "a<b>c"),
        (r"\begin{aligned} a &= b \\ c &= d \end{aligned}", "a=bc=d"),
        (r"\sqrt{x^2 + y^2} \sum_{i=1}^{n} i", "x2+y2∑i=1ni"),
    ],
)
def test_formulas_become_mathml(tex, shown):
    made = ElementTree.fromstring(mathml(tex, block=True))
    assert "".join("".join(made.itertext()).split()) == shown
    assert made.attrib == {"display": "block"}
    assert {one.tag for one in made.iter()} <= TAGS


@pytest.mark.parametrize(
    "tex",
    [
        r"\text{<script>alert(1)</script>}",
        r"\text{<img src=x onerror=alert(1)>}",
        r"\text{</math><script>1</script>}",
        r"\frac{",
        r"\nosuchcommand x",
        "{" * 950 + "x" + "}" * 950,
        "x" * (MOST_TEX + 1),
        "",
    ],
)
def test_what_cannot_be_a_formula_is_none(tex):
    made = mathml(tex)
    assert made is None or {one.tag for one in ElementTree.fromstring(made).iter()} <= TAGS


@pytest.mark.parametrize(
    "tex",
    [r"\href{javascript:alert(1)}{x}", r"\style{color:red}{x}", r"\class{a}{x}", r"\cssId{a}{x}"],
)
def test_links_styles_and_names_are_taken_out(tex):
    made = mathml(tex) or ""
    assert not any(word in made for word in ("href", "style=", "class", "id=", "javascript"))
