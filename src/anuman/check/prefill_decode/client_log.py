"""A client's own log: packets that came over a network, one of them late."""

from collections.abc import Callable, Iterator
from itertools import pairwise
from statistics import fmean, median

from ..draws import first, seeded
from ..result import Result, number
from ..task import Case, Misconception, Part, Task
from ..words import N_

Packets = list[tuple[float, int]]


def _tpot(packets: Packets) -> float:
    return (packets[-1][0] - packets[0][0]) / sum(tokens for _at, tokens in packets[1:])


def from_log(sent: float, round_trip: float, packets: Packets) -> tuple[float, float]:
    """(TTFT, TPOT) of the server: without the network's round trip, a late packet's tokens counted in."""
    return packets[0][0] - sent - round_trip, _tpot(packets)


def _logged(
    ttft: Callable[[float, float, Packets], float] = lambda s, r, p: p[0][0] - s - r,
    tpot: Callable[[Packets], float] = _tpot,
) -> Callable:
    def wrong(sent, round_trip, packets):
        return ttft(sent, round_trip, packets), tpot(packets)

    return wrong


def _gaps(packets: Packets) -> list[float]:
    return [later - earlier for (earlier, _n), (later, _m) in pairwise(packets)]


def _longest(packets: Packets) -> int:
    """Place of the packet that came after the longest gap."""
    gaps = _gaps(packets)
    return gaps.index(max(gaps)) + 1


def _without_stall(packets: Packets) -> float:
    """The longest gap cut out, with the tokens that came at its end."""
    late = _longest(packets)
    seconds = sum(_gaps(packets)) - max(_gaps(packets))
    tokens = sum(n for place, (_at, n) in enumerate(packets) if place not in (0, late))
    return seconds / tokens


def _stall_without_its_tokens(packets: Packets) -> float:
    """The longest gap cut out, its tokens left in."""
    return (sum(_gaps(packets)) - max(_gaps(packets))) / sum(n for _at, n in packets[1:])


def _streams() -> Iterator[Case]:
    """A steady server seen through a network: one packet is held up and brings several tokens at once.

    The server, too, is slow once: so the longest gap is not simply to be left out.
    """
    draw = seeded("03-prefill-decode/from_log")
    while True:
        step, round_trip = draw.uniform(0.01, 0.08), round(draw.uniform(0.05, 0.4), 3)
        sent = round(draw.uniform(0.3, 9), 3)
        at = sent + round_trip + draw.uniform(0.1, 1.5)
        packets = [(round(at, 3), 1)]
        held = draw.randint(2, 5)
        for place in range(draw.randint(5, 9)):
            tokens = draw.randint(4, 9) if place == held else draw.randint(1, 2)
            at += step * tokens * draw.uniform(0.9, 1.1)
            packets.append((round(at, 3), tokens))
        yield sent, round_trip, packets


SIMPLE = [(10.5, 1), (10.6, 1), (11.1, 5), (11.2, 1)]
CASES = ((1.0, 0.1, [(1.4, 1), (1.6, 2), (2.0, 4)]), *first(9, _streams()))

FROM_LOG = Task(
    id="03-prefill-decode/from_log",
    function=from_log,
    result=Result((number("ttft"), number("tpot"))),
    examples=((10.0, 0.2, SIMPLE), (10.0, 0.0, [(10.25, 1), (10.5, 1)])),
    parts=(
        Part("ttft", 0.75, CASES, fields=("ttft",)),
        Part(
            "tpot",
            1.25,
            CASES,
            fields=("tpot",),
            shown=((5.0, 0.1, [(5.3, 1), (5.8, 4), (6.0, 1)]),),
        ),
    ),
    misconceptions=(
        Misconception(
            "clock for time",
            _logged(ttft=lambda s, r, p: p[0][0] - r),
            N_(
                "sent is not subtracted: the log's times are a clock's, and the question went out at sent."
            ),
        ),
        Misconception(
            "clock, network forgotten",
            _logged(ttft=lambda s, r, p: p[0][0]),
            N_("That is a clock's time: TTFT begins when the question went out, at sent."),
        ),
        Misconception(
            "network forgotten",
            _logged(ttft=lambda s, r, p: p[0][0] - s),
            N_(
                "The network is counted as the server's time: the way there and the way back, one "
                "round trip together, are no reading of the prompt."
            ),
        ),
        Misconception(
            "half of the network",
            _logged(ttft=lambda s, r, p: p[0][0] - s - r / 2),
            N_(
                "Only half of the round trip is taken off: the question travels to the server, and the "
                "first token travels back."
            ),
        ),
        Misconception(
            "two round trips",
            _logged(ttft=lambda s, r, p: p[0][0] - s - 2 * r),
            N_("The round trip is taken off twice: it holds both ways already."),
        ),
        Misconception(
            "packets for tokens",
            _logged(tpot=lambda p: (p[-1][0] - p[0][0]) / (len(p) - 1)),
            N_("Packets are counted, not tokens: a packet says how many tokens it brought."),
        ),
        Misconception(
            "first token counted",
            _logged(tpot=lambda p: (p[-1][0] - p[0][0]) / sum(n for _at, n in p)),
            N_(
                "Divided by all tokens: the first one was there when the clock of TPOT began, so one "
                "gap fewer lies between them."
            ),
        ),
        Misconception(
            "from the question",
            _logged(tpot=lambda p: p[-1][0] / sum(n for _at, n in p)),
            N_("TPOT begins with the first token, not with 0 on the clock."),
        ),
        Misconception(
            "late packet left out",
            _logged(tpot=_without_stall),
            N_(
                "The longest gap is left out with its tokens: they took their time to write, too. What "
                "the network held up comes later in one packet; from the first token to the last "
                "nothing is lost."
            ),
        ),
        Misconception(
            "late gap left out",
            _logged(tpot=_stall_without_its_tokens),
            N_(
                "The longest gap is left out, but its tokens are counted: that is no mean of anything."
            ),
        ),
        Misconception(
            "median",
            _logged(tpot=lambda p: median(_gaps(p))),
            N_("The median gap between packets: TPOT is the mean time of a token."),
        ),
        Misconception(
            "mean of the packets' means",
            _logged(
                tpot=lambda p: fmean(gap / n for gap, (_at, n) in zip(_gaps(p), p[1:], strict=True))
            ),
            N_(
                "The mean of each packet's mean: a packet of one token must not count as much as one "
                "of several. Divide all seconds by all tokens."
            ),
        ),
    ),
)
