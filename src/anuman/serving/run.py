"""What a simulation gives back: every request's times, and what the engine did meanwhile."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple


class Served(NamedTuple):
    """One request's way: times in seconds, lengths in tokens, the slot it had."""

    id: int
    arrival_s: float
    admitted_s: float
    first_token_s: float
    finish_s: float
    input_tokens: int
    output_tokens: int
    slot: int
    preemptions: int

    @property
    def ttft_s(self) -> float:
        """Time to first token, from arrival."""
        return self.first_token_s - self.arrival_s

    @property
    def tpot_s(self) -> float | None:
        """Mean time per further token; None when the answer is a single token."""
        if self.output_tokens == 1:
            return None
        return (self.finish_s - self.first_token_s) / (self.output_tokens - 1)

    @property
    def latency_s(self) -> float:
        """From arrival to the last token."""
        return self.finish_s - self.arrival_s


class Span(NamedTuple):
    """Steps in a row with the same sequences; tokens emitted in it, KV tokens at start and end.

    rows: sequences in the matrix products, decodes: those of them that still answer. A span without
    rows and prompt tokens moves KV memory to or from the host.
    """

    start_s: float
    end_s: float
    steps: int
    decodes: int
    rows: int
    prefill_tokens: int
    emitted: int
    kv_start: int
    kv_end: int


class Gaps(NamedTuple):
    """k times `weight` gaps between tokens: first_s, first_s + more_s, first_s + 2 more_s, …"""

    first_s: float
    more_s: float
    k: int
    weight: int


@dataclass
class Totals:
    """Integrals over the run, kept as it goes. busy_s: engine time; row_s and decode_s: rows and
    answering rows times their seconds in steps that decode; kv_token_s: tokens held times seconds;
    kv_peak: most tokens held. no_slot_s, no_room_s: time in which somebody waits while no slot is free,
    and while there is one (the memory is missing, or the policy waits). context_s: the part of the
    busy time that grows with the contexts."""

    busy_s: float = 0.0
    row_s: float = 0.0
    decode_s: float = 0.0
    kv_token_s: float = 0.0
    kv_peak: int = 0
    context_s: float = 0.0
    no_slot_s: float = 0.0
    no_room_s: float = 0.0
    steps: int = 0
    prefill_tokens: int = 0

    def add(self, span: Span) -> None:
        """Count what a span did."""
        seconds = span.end_s - span.start_s
        self.steps += span.steps
        self.busy_s += seconds
        self.row_s += span.rows * seconds
        self.decode_s += span.decodes * seconds
        self.prefill_tokens += span.prefill_tokens
        self.kv_token_s += (span.kv_start + span.kv_end) / 2 * seconds
        self.kv_peak = max(self.kv_peak, span.kv_end)


@dataclass
class Run:
    """All requests in order of arrival, the totals and, unless traced was off, spans and gaps.

    servers: how many machines the totals add up; memories: how many of them keep KV caches of
    kv_capacity tokens, with `slots` sequences in all.
    """

    policy: str
    slots: int
    kv_capacity: int
    served: list[Served]
    totals: Totals
    servers: int = 1
    memories: int = 1
    spans: list[Span] = field(default_factory=list)
    gaps: list[Gaps] = field(default_factory=list)

    def __iter__(self) -> Iterator[Served]:
        return iter(self.served)

    def __len__(self) -> int:
        return len(self.served)

    def __getitem__(self, place):
        return self.served[place]

    @property
    def start_s(self) -> float:
        """The first arrival."""
        return self.served[0].arrival_s

    @property
    def end_s(self) -> float:
        """The last finish."""
        return max(s.finish_s for s in self.served)
