"""The verdict: from how many users on does a fleet full of SRAM need less energy a token?"""

from collections.abc import Iterator

from ..draws import first, seeded
from ..flip import Flip
from ..task import Case, Part, Task
from ..words import N_

FLIP = Flip("gpu", "sram")


def verdict(
    users: float, sram_watts: float, sram_tokens_per_s: float, gpu_watts: float, gpu_weights_s: float,
    gpu_user_s: float,
) -> tuple[str, float]:  # fmt: skip
    """Which fleet needs fewer joules a token at so many users, and the number at which it flips.

    The SRAM fleet gives each user sram_tokens_per_s, however many there are (a pipeline that is not
    full); a step of the GPUs takes gpu_weights_s and gpu_user_s for each user.
    """
    # P_s/(r·u) = P_g·(t_w + u·t_u)/u: the users cancel on the left and in the first term.
    flips_at = (sram_watts / (sram_tokens_per_s * gpu_watts) - gpu_weights_s) / gpu_user_s
    return FLIP.at(users, max(0.0, flips_at))


def _fleets() -> Iterator[Case]:
    draw = seeded("08-chips/verdict")
    at = 0
    while True:
        gpu_watts, sram_watts = draw.randint(4, 12) * 700, draw.randint(60, 400) * 300
        rate = draw.randint(150, 900)
        weights, user = round(draw.uniform(0.002, 0.03), 4), round(draw.uniform(2e-5, 4e-4), 6)
        flips_at = (sram_watts / (rate * gpu_watts) - weights) / user
        if 110 < flips_at < 3000:
            users = flips_at * (draw.uniform(0.3, 0.8) if at % 2 else draw.uniform(1.3, 3))
            yield round(users), sram_watts, rate, gpu_watts, weights, user
            at += 1


CASES = (
    (5, 3000, 500, 5600, 0.02, 1e-4),  # the SRAM fleet needs less from the first user on
    *first(9, _fleets()),
)


VERDICT = Task(
    id="08-chips/verdict",
    function=verdict,
    result=FLIP.result,
    examples=(
        (10, 100_000, 500, 10_000, 0.01, 1e-4),
        (200, 100_000, 500, 10_000, 0.01, 1e-4),
    ),
    parts=(
        Part("flips_at", 1.5, CASES, fields=("flips_at",)),
        Part("label", 0.5, CASES, fields=("label",), needs=("flips_at",)),
    ),
    # In the wrong rules ws, r: sram_watts, sram_tokens_per_s; wg, tw, tu: gpu_watts, gpu_weights_s, gpu_user_s.
    misconceptions=(
        FLIP.slip(
            lambda ws, r, wg, tw, tu: max(0.0, ws / (r * wg) / tu),
            "weights forgotten",
            N_("gpu_weights_s is forgotten: the GPUs read the weights once a step, for all users."),
        ),
        FLIP.slip(
            lambda ws, r, wg, tw, tu: max(0.0, ws / (r * wg) / (tw + tu)),
            "weights for every user",
            N_("The weights are read for every user in your answer: they are read once a step."),
        ),
        FLIP.slip(
            lambda ws, r, wg, tw, tu: max(0.0, (1 / r - tw) / tu),
            "equal power",
            N_("Only the speeds are compared: the energy is power times time."),
        ),
        FLIP.slip(
            lambda ws, r, wg, tw, tu: (ws / (r * wg) - tw) / tu,
            "negative",
            N_(
                "flips_at is negative where the SRAM fleet needs less from the first user on: then it is 0."
            ),
        ),
        FLIP.reversed(
            N_(
                "The labels are reversed: with few users the GPUs need less energy, with many the SRAM fleet."
            )
        ),
    ),
)
