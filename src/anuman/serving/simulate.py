"""One call: these requests, this policy, this machine."""

from collections.abc import Callable, Iterable

from .arrivals import Arrivals, ClosedLoop
from .disaggregated import Disaggregated
from .one_at_a_time import OneAtATime
from .policies import Chunked, Continuous, PagedKV, Policy, PrefixCache, Rule, Static
from .run import Run
from .steps import StepTime, as_step_time

NO_LIMIT = 2**62  # tokens of KV memory that nobody fills

AnyPolicy = Policy | OneAtATime | Disaggregated

POLICIES: dict[str, Callable[[], AnyPolicy]] = {
    "one-at-a-time": OneAtATime,
    "static": Static,
    "static-timeout": lambda: Static(timeout_s=1.0),
    "continuous": Continuous,
    "prefill-first": lambda: Continuous(prefill="alone"),
    "chunked": Chunked,
    "shortest-first": lambda: Continuous(order="shortest"),
    "priority": lambda: Continuous(order="priority"),
    "paged": PagedKV,
    "prefix-cache": PrefixCache,
    "disaggregated": Disaggregated,
}


def as_policy(given: object) -> AnyPolicy:
    """A policy from its name in POLICIES, from a rule admit(waiting, running, free_kv), or itself."""
    if isinstance(given, AnyPolicy):
        return given
    if isinstance(given, str) and given in POLICIES:
        return POLICIES[given]()
    if callable(given):
        return Rule(given)
    raise ValueError(
        f"policy is {given!r}: give one of {', '.join(POLICIES)}, a policy object, "
        "or a function admit(waiting, running, free_kv)"
    )


def simulate(
    requests: Iterable | ClosedLoop,
    policy: object,
    step_time: StepTime | float,
    slots: int,
    kv_capacity: float,
    *,
    trace: bool = True,
) -> Run:
    """Serve the requests; gives arrival, first token and finish of every one (Run, Served).

    requests: Request objects, mappings, tuples (arrival_s, input_tokens, output_tokens), or a
    ClosedLoop. policy: a policy, a name in POLICIES, or a learner's rule. step_time: seconds, or an
    object with `affine` (steps.StepTime). slots: sequences at once. kv_capacity: tokens (whole ones
    count; infinity for no limit). trace=False
    leaves out the spans and gaps that pictures and inter-token latencies need.

    Raises ValueError for bad input, PolicyBroke when the policy breaks a rule.
    """
    if not isinstance(slots, int) or isinstance(slots, bool) or slots < 1:
        raise ValueError(f"slots is {slots!r}: it must be a whole number above 0")
    if not isinstance(kv_capacity, int | float) or not kv_capacity >= 1:
        raise ValueError(
            f"kv_capacity is {kv_capacity!r}: it must be a number of tokens, at least 1"
        )
    kv_capacity = int(min(kv_capacity, NO_LIMIT))
    machine = as_step_time(step_time)
    return as_policy(policy).run(Arrivals(requests), machine, slots, kv_capacity, trace)
