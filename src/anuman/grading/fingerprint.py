"""Whether a cell showed the same when it was graded as in the notebook that was handed in."""

import hashlib

SHOWN = ("text/plain", "image/png", "image/jpeg")


def fingerprint(outputs: object) -> str:
    """A mark of what a cell's outputs (nbformat's dicts, possibly broken ones) show; "" for nothing.

    Equal for outputs that look the same, however their text is divided.
    """
    parts: list[str] = []
    for output in outputs if isinstance(outputs, list) else []:
        if not isinstance(output, dict):
            continue
        data = output.get("data")
        if output.get("output_type") == "stream":
            parts.append(_text(output.get("text")))
        elif output.get("output_type") == "error":
            parts.append(f"{_text(output.get('ename'))}: {_text(output.get('evalue'))}")
        elif isinstance(data, dict):
            parts += ["".join(_text(data.get(mime)).split()) for mime in SHOWN]
    shown = "".join(parts)
    return hashlib.sha256(shown.encode("utf-8", "replace")).hexdigest() if shown else ""


def _text(value: object) -> str:
    if isinstance(value, list):
        return "".join(part for part in value if isinstance(part, str))
    return value if isinstance(value, str) else ""
