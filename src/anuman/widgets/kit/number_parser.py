"""Numbers as people type them: 1,200 or 12,00,000, 3.5 %, 1e6, in any script's digits."""

import math
import re

from anuman.language import _

NUMBER = re.compile(
    r"[+-]?(?:\d+|\d{1,3}(?:,\d{2,3})*,\d{3})?(?:\.\d*)?(?:e[+-]?\d+)?", re.IGNORECASE
)


def parse(text: str, unit: str = "") -> float:
    """The finite number that was typed; its unit may follow. Raises ValueError saying what to type."""
    plain = text.replace("−", "-").strip()
    plain = plain.removesuffix(unit).strip() if unit else plain
    if not plain:
        raise ValueError(_("it is empty; type a number"))
    match = NUMBER.fullmatch(plain)
    try:
        value = float(plain.replace(",", "")) if match else math.nan
    except ValueError:  # "." or "e5" pass the pattern
        value = math.nan
    if not math.isfinite(value):
        raise ValueError(
            _("“{text}” is not a number that can be used; type one such as 12, 0.5 or 1e6").format(
                text=text.strip()
            )
        )
    return value
