"""Made-up latencies and logs of servers for the cases."""

import random


def latencies(draw: random.Random, count: int, p: float, typical: float) -> list[float]:
    """Skewed latencies in seconds, in random order, whose percentile p does not hang on the method.

    Definitions of a percentile differ in how they go between the two or three samples around it: here
    those are equal to within half a percent.
    """
    ordered = sorted(typical * draw.lognormvariate(0, 0.8) for _index in range(count))
    rank = round(p / 100 * (count - 1))
    around = range(max(0, rank - 1), min(count, rank + 3))
    for step, place in enumerate(around):
        ordered[place] = ordered[around[0]] * (1 + 0.001 * step)
    for place in range(around[-1] + 1, count):  # those above stay above
        ordered[place] = max(ordered[place], ordered[place - 1] * 1.02)
    values = [round(value, 6) for value in ordered]
    draw.shuffle(values)
    return values


def rows(draw: random.Random, count: int, rate: float, ttft: float, tpot: float) -> list[dict]:
    """A server's log: requests that come at `rate` a second, with first and last token; uneven ones."""
    now, log = 0.0, []
    for _index in range(count):
        now += draw.expovariate(rate)
        tokens = 1 if draw.random() < 0.15 else draw.randint(2, 40)
        first = now + ttft * draw.choice((0.4, 0.7, 1.4, 2.5))
        finish = first + (tokens - 1) * tpot * draw.choice((0.5, 0.8, 1.3, 2.0))
        log.append(
            {
                "arrival_s": round(now, 4),
                "first_token_s": round(first, 4),
                "finish_s": round(finish, 4),
                "output_tokens": tokens,
            }
        )
    return log
