"""Pictures in a learner's outputs and attachments: real PNG or JPEG data, of a size that can be shown."""

import base64
import binascii

MOST_BYTES = 5_000_000
PICTURES = {"image/png": b"\x89PNG\r\n\x1a\n", "image/jpeg": b"\xff\xd8\xff"}


def picture(mime: str, data: object) -> str | None:
    """The picture (bytes, or base64 as nbformat has it) as base64; None if it is none of this kind."""
    if isinstance(data, list) and all(isinstance(line, str) for line in data):
        data = "".join(data)
    if isinstance(data, str):
        data = _decoded(data) if len(data) <= 2 * MOST_BYTES else None
    content = data if isinstance(data, bytes) else b""
    if len(content) > MOST_BYTES or not content.startswith(PICTURES[mime]):
        return None
    return base64.b64encode(content).decode("ascii")


def _decoded(text: str) -> bytes | None:
    try:
        return base64.b64decode("".join(text.split()), validate=True)
    except (binascii.Error, ValueError):
        return None
