"""What a token costs and how long an answer takes: every size and batch of the chips that can be rented."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from statistics import median

from anuman import catalog, physics
from anuman.physics import load

CHIPS = ("H100-SXM", "H200", "B200", "MI300X", "A100-80")
MODELS = ("Llama-3.1-8B", "Qwen3-32B", "Llama-3.1-70B")
SIZES = (1, 2, 4, 8)  # chips that share the model's layers
STOPS_A_DECADE = 10
HURRY_S, PATIENCE_S = 6.0, 60.0  # promises of an answer that the lesson compares


def listed_rent(chip: str) -> float:
    """Dollars an hour of one chip: the median of the offers listed in the catalogue."""
    return median(rental.price.value for rental in catalog.rentals(chip))


def rupees_per_usd() -> float:
    """The catalogue's rate of exchange, which belongs to its day."""
    return catalog.price("rupees-a-dollar").value


@dataclass(frozen=True, kw_only=True)
class Offer:
    """One way to serve: `chips` chips with `batch` users at once; s of an answer, USD per million tokens written."""

    chip: str
    chips: int
    batch: int
    tokens_per_s: float
    seconds: float
    usd: float


def pareto(offers: Sequence[Offer]) -> list[Offer]:
    """The offers that no other one equals or beats in both price and time, fastest first."""
    line, cheapest = [], float("inf")
    for offer in sorted(offers, key=lambda o: (o.seconds, o.usd)):
        if offer.usd < cheapest:
            line.append(offer)
            cheapest = offer.usd
    return line


@lru_cache(maxsize=256)
def _ways(chip: str, model: str, fresh: int, input: int, output: int) -> list[tuple]:
    """(chips, batch, tokens/s of all, s of an answer): the chip's own Pareto line, at any rent; fastest first.

    fresh: prompt tokens that must be read; the others are found in a cache, and only attended to.
    """
    ways = []
    for chips in SIZES:
        try:
            server = physics.Deployment(chip, model, tp=chips)
            most = load.max_batch(server, input, output)
        except physics.DoesNotFit:
            continue
        for batch in _batches(most):
            step = load.steady_step(server, batch, fresh, output)
            step += server.affine(batch)[1] * batch * (input - fresh)
            seconds = server.ttft(fresh) + (output - 1) * step
            ways.append((chips, batch, batch / step, seconds))
    # Whatever a chip costs, its price per token falls as its tokens per chip rise.
    best, line = 0.0, []
    for way in sorted(ways, key=lambda way: (way[3], -way[2] / way[0])):
        if way[2] / way[0] > best:
            best = way[2] / way[0]
            line.append(way)
    return line


def _batches(most: int) -> list[int]:
    stops = (round(10 ** (stop / STOPS_A_DECADE)) for stop in range(40))
    return sorted({most, *(batch for batch in stops if batch < most)})


@dataclass(frozen=True, kw_only=True)
class Market:
    """All offers for one model.

    promise_s: s within which an answer must be complete. utilisation: share of the paid time with work.
    input, output: tokens of a request; cached: share of the input that need not be read again.
    chip, usd_per_hour: a chip whose rent is the learner's own instead of the listed one.
    """

    model: str = MODELS[-1]
    input: int = 1000
    output: int = 500
    cached: float = 0.0
    utilisation: float = 0.5
    promise_s: float = 20.0
    chip: str = CHIPS[0]
    usd_per_hour: float | None = None
    rupees: bool = False

    def rent(self, chip: str) -> float:
        """Dollars an hour of one chip."""
        if chip == self.chip and self.usd_per_hour is not None:
            return self.usd_per_hour
        return listed_rent(chip)

    def price(self, chip: str, chips: int, tokens_per_s: float) -> float:
        """Dollars per million tokens written."""
        return physics.usd_per_mtok(chips * self.rent(chip), tokens_per_s, self.utilisation)

    @cached_property
    def offers(self) -> dict[str, list[Offer]]:
        """Chip -> its offers, fastest first and each cheaper than the one before; [] where the model does not fit."""
        fresh = max(1, round(self.input * (1 - self.cached)))
        request = (self.model, fresh, self.input, self.output)
        return {
            chip: [
                Offer(
                    chip=chip, chips=chips, batch=batch, tokens_per_s=rate, seconds=seconds,
                    usd=self.price(chip, chips, rate),
                )
                for chips, batch, rate, seconds in _ways(chip, *request)
            ]
            for chip in CHIPS
        }  # fmt: skip

    @cached_property
    def line(self) -> list[Offer]:
        """The Pareto line over all chips, fastest first."""
        return pareto([offer for offers in self.offers.values() for offer in offers])

    def keeping(self, chip: str) -> Offer | None:
        """The chip's cheapest offer that keeps the promise; None where there is none."""
        return next((o for o in reversed(self.offers[chip]) if o.seconds <= self.promise_s), None)

    @property
    def chosen(self) -> Offer | None:
        """The cheapest of all offers that keep the promise."""
        return next((o for o in reversed(self.line) if o.seconds <= self.promise_s), None)

    @property
    def cheapest(self) -> Offer | None:
        """The cheapest of all, however slow; None where the model fits nowhere."""
        return self.line[-1] if self.line else None

    @property
    def wage(self) -> float | None:
        """Dollars an hour of waiting from which on the chosen offer is worth more than the cheapest."""
        fast, slow = self.chosen, self.cheapest
        if fast is None or fast == slow:
            return None
        extra = (fast.usd - slow.usd) * self.output / physics.MILLION
        return extra / (slow.seconds - fast.seconds) * physics.HOUR

    @property
    def money(self) -> float:
        """What a dollar is in the chosen currency."""
        return rupees_per_usd() if self.rupees else 1.0
