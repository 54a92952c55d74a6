"""Outputs that a learner's process states, rebuilt field by field, within limits."""

import sys

MOST_OUTPUT = 32 << 20  # bytes of memory of all outputs of one notebook's learner, pictures too


class LearnerOutputs:
    """The outputs of one notebook's learner: what there is still room for."""

    def __init__(self):
        self._room = MOST_OUTPUT

    def take(self, outputs) -> list[dict]:
        """A cell's outputs; what there is no room for is left out, and that is said."""
        from .shell import MORE, MOST_OUTPUTS

        kept, lacking = [], False
        for one in outputs[: 2 * MOST_OUTPUTS] if type(outputs) is list else []:
            built = _output(one)
            size = _size(built)
            if size > self._room:
                lacking = True
            elif built:
                self._room -= size
                kept.append(built)
        if lacking:
            kept.append({"output_type": "stream", "name": "stdout", "text": MORE})
        return kept


def _output(one) -> dict | None:
    from . import shell

    if type(one) is not dict:
        return None
    kind = one.get("output_type")
    if kind == "stream":
        name = "stderr" if one.get("name") == "stderr" else "stdout"
        return {"output_type": "stream", "name": name, "text": _text(one.get("text"))}
    if kind in ("display_data", "execute_result"):
        data = one.get("data")
        kept = shell.harmless(data if type(data) is dict else {})
        built = {
            "output_type": kind,
            "metadata": {},
            "data": {k: _text(v, shell.MOST_IMAGE) for k, v in kept.items()},
        }
        if kind == "execute_result":
            count = one.get("execution_count")
            known = type(count) is int and 0 <= count < 1 << 31
            built["execution_count"] = count if known else None
        return built
    if kind == "error":
        lines = one.get("traceback")
        return {
            "output_type": "error",
            "ename": _text(one.get("ename")),
            "evalue": _text(one.get("evalue")),
            "traceback": [_text(line) for line in lines[:200]] if type(lines) is list else [],
        }
    return None


def _text(value, most: int = 0) -> str:
    """Text that a file can hold, of not many more than `most` characters; 0: what a cell may print."""
    from .shell import MORE, MOST_TEXT

    text, most = value if type(value) is str else "", most or MOST_TEXT
    if len(text) > most + len(MORE):  # an honest process has cut it here, and says so
        text = text[:most] + MORE
    return text.encode("utf-8", "replace").decode()


def _size(value) -> int:
    """Bytes of memory of an output."""
    inner = value.values() if type(value) is dict else value if type(value) is list else ()
    return sys.getsizeof(value) + sum(map(_size, inner))
