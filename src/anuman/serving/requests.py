"""A request: when it comes, how long its prompt is, how long its answer will be."""

from collections.abc import Iterable, Mapping
from math import inf
from operator import index
from typing import NamedTuple


class Request(NamedTuple):
    """One request; lengths in tokens.

    priority: lower is more urgent. prefix: the name of a beginning that several prompts share, and
    prefix_tokens its length (a prefix cache may keep it).
    """

    id: int
    arrival_s: float
    input_tokens: int
    output_tokens: int
    priority: int = 0
    prefix: str = ""
    prefix_tokens: int = 0


def read(requests: Iterable) -> list[Request]:
    """Requests in order of arrival, from Request objects, mappings with their fields, or tuples
    (arrival_s, input_tokens, output_tokens), which are numbered as they come.

    Raises ValueError naming the request and what is wrong with it.
    """
    plain = [_plain(_one(number, item)) for number, item in enumerate(requests)]
    if not plain:
        raise ValueError("there are no requests: give at least one")
    ids, prefixes = set(), {}
    for request in plain:
        check(request)
        if request.id in ids:
            raise ValueError(f"two requests have the id {request.id!r}: give each its own")
        ids.add(request.id)
        if request.prefix_tokens != prefixes.setdefault(request.prefix, request.prefix_tokens):
            raise ValueError(
                f"request {request.id}: the prefix {request.prefix!r} has {request.prefix_tokens} "
                f"tokens here and {prefixes[request.prefix]} elsewhere: one name, one length"
            )
    return sorted(plain, key=lambda request: request.arrival_s)


def _one(number: int, item: object) -> Request:
    if isinstance(item, Request):
        return item
    try:
        if isinstance(item, Mapping):
            return Request(**{"id": number, **item})
        arrival_s, input_tokens, output_tokens = item
    except (TypeError, ValueError) as error:
        raise ValueError(
            f"request {number} is {item!r}: give (arrival_s, input_tokens, output_tokens) ({error})"
        ) from None
    return Request(number, arrival_s, input_tokens, output_tokens)


def _plain(request: Request) -> Request:
    """The request with Python's own numbers where it has NumPy's; what is neither is left to check()."""
    if type(request.input_tokens) is type(request.output_tokens) is int:
        return request
    counts = {
        name: index(value)
        for name in ("input_tokens", "output_tokens", "prefix_tokens")
        if hasattr(value := getattr(request, name), "__index__")
    }
    arrival = request.arrival_s
    arrival = float(arrival) if hasattr(arrival, "__float__") else arrival
    return request._replace(arrival_s=arrival, **counts)


def check(request: Request) -> None:
    """Raise ValueError naming the first field that no request can have."""
    _id, arrival, prompt, answer, _priority, _prefix, prefix_tokens = request
    for name, value, least in (
        ("input_tokens", prompt, 1),
        ("output_tokens", answer, 1),
        ("prefix_tokens", prefix_tokens, 0),
    ):
        if not isinstance(value, int) or value < least:
            raise ValueError(
                f"request {request.id}: {name} is {value!r}: it must be a whole number, at least {least}"
            )
    if not isinstance(arrival, (int, float)) or not 0 <= arrival < inf:
        raise ValueError(
            f"request {request.id}: arrival_s is {arrival!r}: it must be a finite time, zero or later"
        )
    if prefix_tokens > prompt:
        raise ValueError(f"request {request.id}: its prefix is longer than its prompt")
