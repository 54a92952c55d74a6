"""The puzzle: chip, chips a copy, split and batch that serve a number of users with the least watts."""

import functools
import random
from collections.abc import Callable
from dataclasses import dataclass

from ..draws import seeded
from ..result import Result, Unreadable, at_most, is_a
from ..score import Scored, points_for
from ..task import Case, Misconception, Part
from ..words import N_, Message
from .fleet import EXCHANGES, SPLITS, Fleet, fleet_watts, fleets, room, tpot

# Points for a score, the least watts over one's own, averaged over the situations. Measured on the
# graded ones: always the chip with most bandwidth a watt .33, half of the batch .50, fewest chips a
# copy .50, never tensor .79, never a pipeline .86, everything tried 1.
CURVE = ((0.3, 0.0), (0.6, 0.75), (0.8, 1.5), (0.91, 2.1), (0.99, 3.0))


@dataclass(frozen=True)
class Deploy(Scored):
    """A task whose answers are fleets; what counts is how near they come to the least watts.

    An exhaustive search over chips, chips a copy and splits gives the least watts, so nobody beats it.
    """

    def job(self, function: Callable) -> Callable:
        """Watts of the fleet that the function chooses. Raises Unreadable for one that breaks a promise."""

        def drawn(chips: list[dict], model: dict, tpot_s: float, watts: float) -> float:
            answer = function([dict(chip) for chip in chips], dict(model), tpot_s, watts)
            return _drawn(answer, chips, model, tpot_s, watts)

        return drawn

    def worth(self, part: Part, found: list[tuple | None], all_right: bool) -> float:
        """Points for the mean score; a fleet that breaks a promise scores 0."""
        scores = [
            least(*_key(case)).watts / one[0] if one else 0.0
            for case, one in zip(part.cases, found, strict=True)
        ]
        return round(points_for(sum(scores) / len(scores), self.curve), 2)

    def remarks(self, case: Case, found: tuple | None) -> list[Message]:
        """The watts of one situation beside the least that are possible."""
        if not found:
            return []
        best = least(*_key(case)).watts
        fields = {
            "users": case[1]["users"],
            "tpot": f"{case[2]:g}",
            "found": round(found[0]),
            "least": round(best),
            "score": f"{best / found[0]:.2f}",
        }
        return [
            Message(
                N_(
                    "{users} users, {tpot} s a token: {found} W; {least} W are possible. Score {score}."
                ),
                fields,
            )
        ]


def _key(case: Case) -> tuple:
    """A case as something that can be remembered."""
    chips, model, tpot_s, watts = case
    return tuple(tuple(chip.items()) for chip in chips), tuple(model.items()), tpot_s, watts


@functools.cache
def least(chips: tuple, model: tuple, tpot_s: float, watts: float) -> Fleet:
    """The fleet that draws least, by trying all."""
    return min(fleets([dict(chip) for chip in chips], dict(model), tpot_s, watts))


def _unreadable(text: str, **fields) -> Unreadable:
    return Unreadable(Message(text, fields))


def _whole(answer: dict, name: str) -> int:
    value = answer.get(name)
    if is_a(value, int) and not is_a(value, bool) and value >= 1:
        return int(value)
    raise _unreadable(N_('"{name}" must be a whole number, at least 1.'), name=name)


def _drawn(answer: object, chips: list[dict], model: dict, tpot_s: float, watts: float) -> float:
    """Watts of an answer. Raises Unreadable when it is no fleet, or breaks a promise."""
    if type(answer) is not dict:
        raise _unreadable(
            N_('deploy must return a dict with "chip", "n_chips", "split" and "batch".')
        )
    chip = next((chip for chip in chips if chip["name"] == answer.get("chip")), None)
    if chip is None:
        raise _unreadable(N_('"chip" must be the name of one of the chips.'))
    if answer.get("split") not in SPLITS:
        raise _unreadable(N_('"split" must be "tensor" or "pipeline".'))
    n_chips, batch = _whole(answer, "n_chips"), _whole(answer, "batch")
    if batch > room(chip, model, n_chips):
        raise _unreadable(
            N_("A copy on {n} chips {chip} does not hold the weights and {batch} caches."),
            n=n_chips, chip=chip["name"], batch=batch,
        )  # fmt: skip
    if (token_s := tpot(chip, model, n_chips, answer["split"], batch)) > tpot_s * (1 + 1e-9):
        raise _unreadable(
            N_("A token takes {found} s on {n} chips {chip} ({split}, batch {batch}); promised are {tpot} s."),
            found=f"{token_s:.3g}", n=n_chips, chip=chip["name"], split=answer["split"],
            batch=batch, tpot=f"{tpot_s:g}",
        )  # fmt: skip
    drawn = fleet_watts(chip, model, n_chips, batch)
    if drawn > watts:
        raise _unreadable(
            N_("The copies for all users draw {found} W; the site has {watts} W."),
            found=round(drawn), watts=round(watts),
        )  # fmt: skip
    return drawn


def deploy(chips: list[dict], model: dict, tpot_s: float, watts: float) -> dict:
    """The fleet with the least watts, by exhaustive search."""
    best = least(*_key((chips, model, tpot_s, watts)))
    return {
        "chip": best.chip, "n_chips": best.n_chips, "split": best.split, "batch": best.batch,
    }  # fmt: skip


def _among(keep: Callable[[Fleet], bool]) -> Callable:
    """The best of the fleets that a rule looks at."""

    def rule(chips: list[dict], model: dict, tpot_s: float, watts: float) -> dict:
        return min(filter(keep, fleets(chips, model, tpot_s, watts)))._asdict()

    return rule


def _fewest(chips: list[dict], model: dict, tpot_s: float, watts: float) -> dict:
    """Of each chip the fewest that keep the promise."""
    first: dict[str, Fleet] = {}
    for fleet in fleets(chips, model, tpot_s, watts):
        kept = first.setdefault(fleet.chip, fleet)
        if (fleet.n_chips, fleet.watts) < (kept.n_chips, kept.watts):
            first[fleet.chip] = fleet
    return min(first.values())._asdict()


def _half_the_batch(chips: list[dict], model: dict, tpot_s: float, watts: float) -> dict:
    """The best fleet with only half of the users that a copy could serve."""
    best = deploy(chips, model, tpot_s, watts)
    return best | {"batch": max(1, best["batch"] // 2)}


def _chips(draw: random.Random) -> list[dict]:
    """Made-up chips: three with much memory outside, a small one on a slow link, one full of SRAM."""
    tera, giga = 1e12, 1e9
    rows = (
        ("A", draw.uniform(800, 1200), draw.uniform(2.8, 4), 80, 700, 4e-6, draw.uniform(300, 450)),
        ("B", draw.uniform(1800, 2500), draw.uniform(6.5, 8.5), draw.choice((180, 192)), 1000, 3e-6,
         draw.uniform(600, 900)),
        ("C", draw.uniform(1000, 1400), draw.uniform(4.5, 6), 192, 750, 8e-6, draw.uniform(50, 150)),
        ("D", draw.uniform(200, 400), draw.uniform(0.7, 1), 48, 300, 15e-6, draw.uniform(16, 32)),
        ("E", 190, 80, 0.23, 215, 8e-7, draw.uniform(60, 120)),
    )  # fmt: skip
    return [
        {
            "name": name, "flops": round(flops, -1) * tera, "bandwidth": round(band, 1) * tera,
            "capacity": capacity * giga, "watts": watts, "hop_s": hop, "link": round(link) * giga,
        }
        for name, flops, band, capacity, watts, hop, link in rows
    ]  # fmt: skip


def situation(kind: str, seed: int) -> Case:
    """A drawn situation: "hurry" (a TPOT that only SRAM keeps), "crowd" (many users, time) or "both"."""
    draw = seeded(f"08-chips/deploy {kind} {seed}")
    chips, giga = _chips(draw), 10**9
    if kind == "hurry":
        n, width, layers = (
            draw.choice((8, 14, 30)),
            draw.choice((0.5, 1)),
            draw.choice((48, 60, 80)),
        )
        tpot_s = round(EXCHANGES * layers * chips[1]["hop_s"] * draw.uniform(0.6, 0.98), 5)
        users, kv, watts = draw.choice((2, 4, 8)), draw.uniform(0.02, 0.1), 20_000.0
    elif kind == "crowd":
        n, width, layers = (
            draw.choice((30, 70, 120)),
            draw.choice((1, 2)),
            draw.choice((60, 80, 96)),
        )
        tpot_s, users = round(draw.uniform(0.06, 0.25), 2), draw.choice((600, 1200, 2500))
        kv, watts = draw.uniform(0.05, 0.4), 12_000.0
    else:
        n, width, layers = draw.choice((8, 30, 70)), draw.choice((1, 2)), draw.choice((32, 64, 80))
        tpot_s, users = round(draw.uniform(0.006, 0.03), 3), draw.choice((80, 150, 300))
        kv, watts = draw.uniform(0.1, 0.8), 12_000.0
    model = {
        "n": n * giga, "weight_bytes": n * width * giga, "layers": layers,
        "kv_bytes": round(kv * giga, -6), "hop_bytes": draw.choice((8192, 16384, 32768)),
        "users": users,
    }  # fmt: skip
    return chips, model, tpot_s, watts


# Verified: in each kind some rule that looks at a part of the choices loses a quarter of the watts.
SEEDS = (
    ("hurry", 6), ("hurry", 7), ("hurry", 9), ("crowd", 3), ("crowd", 20), ("crowd", 42),
    ("both", 0), ("both", 2), ("both", 1),
)  # fmt: skip
EXAMPLE_SEEDS = (("both", 11), ("crowd", 38))
CASES = tuple(situation(*seed) for seed in SEEDS)

DEPLOY = Deploy(
    id="08-chips/deploy",
    function=lambda chips, model, tpot_s, watts: deploy(chips, model, tpot_s, watts),
    result=Result((at_most("watts"),)),
    examples=tuple(situation(*seed) for seed in EXAMPLE_SEEDS),
    curve=CURVE,
    parts=(Part(N_("least watts"), CURVE[-1][1], CASES),),
    misconceptions=(
        Misconception(
            "fewest chips",
            _fewest,
            N_(
                "You take as few chips for a copy as will do. More chips in a copy read faster and have "
                "room for more users, so fewer copies are needed: try every number."
            ),
        ),
        Misconception(
            "always tensor",
            _among(lambda fleet: fleet.split == "tensor"),
            N_(
                "You never take a pipeline. With many users and time enough its few hops cost less than "
                "two exchanges a layer: try both splits."
            ),
        ),
        Misconception(
            "always pipeline",
            _among(lambda fleet: fleet.split == "pipeline" or fleet.n_chips == 1),
            N_(
                "You never split layers. For a quick token the bandwidths must add up: try both splits."
            ),
        ),
        Misconception(
            "half of the batch",
            _half_the_batch,
            N_(
                "Your copies could serve more users each: the largest batch that keeps the promise needs the fewest copies."
            ),
        ),
    ),
)
