"""Formulas in TeX as MathML, which browsers show without a script and without a network."""

import functools
import re
from xml.etree import ElementTree

MOST_TEX = 2_000  # characters of one formula
GROUPS = ("math", "mrow", "mstyle", "mpadded", "mphantom", "menclose", "mfenced", "merror")
LETTERS = ("mi", "mn", "mo", "ms", "mtext", "mspace", "none")
BUILT = ("mfrac", "msqrt", "mroot", "mtable", "mtr", "mtd", "mlabeledtr")
SCRIPTS = (
    "msub",
    "msup",
    "msubsup",
    "munder",
    "mover",
    "munderover",
    "mmultiscripts",
    "mprescripts",
)
TAGS = frozenset((*GROUPS, *LETTERS, *BUILT, *SCRIPTS))
VALUES = {
    "display": "block|inline",
    "displaystyle": "true|false",
    "scriptlevel": r"[+-]?\d",
    "mathvariant": "[a-z-]+",
    "stretchy": "true|false",
    "fence": "true|false",
    "form": "prefix|infix|postfix",
    "movablelimits": "true|false",
    "accent": "true|false",
    "linethickness": r"[\w.]+",
    "minsize": r"[\w.]+",
    "maxsize": r"[\w.]+",
    "width": r"-?[\w.]+",
    "height": r"-?[\w.]+",
    "depth": r"-?[\w.]+",
    "lspace": r"-?[\w.]+",
    "rspace": r"-?[\w.]+",
    "columnalign": "[a-z ]+",
    "columnlines": "[a-z ]+",
    "rowlines": "[a-z ]+",
    "columnspacing": r"[\w. ]+",
    "rowspacing": r"[\w. ]+",
    "linebreak": "[a-z]+",
    "notation": "[a-z ]+",
    "mathcolor": "#?[0-9a-zA-Z]+",
}
NAMESPACE = re.compile(r' xmlns="[^"]*"')
# Environments that the converter has only under their other name.
ALIASES = (("{aligned}", "{align*}"), ("{align}", "{align*}"), ("{equation}", "{equation*}"))


@functools.lru_cache(1000)
def mathml(tex: str, block: bool = False) -> str | None:
    """The formula as a <math> element that holds nothing but MathML; None where it cannot be one.

    What the converter gives is not taken on trust (it copies texts of \\text as they stand): it is
    parsed, and an element that MathML does not have, or that could be more than a formula, refuses it.
    """
    if len(tex) > MOST_TEX:
        return None
    from latex2mathml.converter import convert

    for name, known in ALIASES:
        tex = tex.replace(name, known)
    try:
        made = ElementTree.fromstring(
            NAMESPACE.sub("", convert(tex, display="block" if block else "inline"))
        )
    except Exception:  # the converter has errors of many kinds for TeX that it does not know
        return None
    for one in made.iter():
        if one.tag not in TAGS or "\\" in (one.text or ""):
            return None
        for name, value in list(one.attrib.items()):
            if not re.fullmatch(VALUES.get(name, "(?!)"), value):
                del one.attrib[name]
    return ElementTree.tostring(made, encoding="unicode", short_empty_elements=False)
