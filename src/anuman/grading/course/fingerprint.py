"""Whether a cell showed exactly the same when it was graded as in the notebook that was handed in."""

import hashlib
import json
import re

SHOWN = ("text/plain", "image/png", "image/jpeg")
# Of a syntax error: IPython names a file after the time or the text of the cell.
PLACE = re.compile(r"\s*\([^()]*, line \d+\)$")


def fingerprint(outputs: object) -> str:
    """A mark of a cell's outputs (nbformat's dicts, possibly broken ones); "" for nothing.

    Everything that a page shows goes into it, since whatever does not could carry a message: the
    kinds of the outputs, their borders, the names of streams, each character. Left out are
    tracebacks, which are never the same in two places; a page shows `error_line` in their place.
    """
    parts: list[list[str]] = []
    for output in outputs if isinstance(outputs, list) else []:
        if isinstance(output, dict):
            _add(parts, output)
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest() if parts else ""


def _add(parts: list[list[str]], output: dict) -> None:
    kind, data = output.get("output_type"), output.get("data")
    if kind == "stream":
        name = "stderr" if output.get("name") == "stderr" else "stdout"
        text = _text(output.get("text"))
        if parts and parts[-1][:2] == ["stream", name]:
            parts[-1][2] += text
        elif text:
            parts.append(["stream", name, text])
    elif kind == "error":
        parts.append(["error", error_line(output)])
    elif kind in ("execute_result", "display_data") and isinstance(data, dict):
        forms = [_text(data.get(mime)) for mime in SHOWN]
        forms[1:] = ["".join(form.split()) for form in forms[1:]]  # base64 has line breaks or none
        if any(forms):
            parts.append([kind, *forms])


def error_line(output: dict) -> str:
    """The name and the message of an error."""
    return f"{_text(output.get('ename'))}: {PLACE.sub('', _text(output.get('evalue')))}"


def _text(value: object) -> str:
    if isinstance(value, list):
        return "".join(part for part in value if isinstance(part, str))
    return value if isinstance(value, str) else ""
