"""Requests, batches and queues: what one server does with many requests, step by step."""

from anuman import lazy

# Module -> its public names; each module is loaded when one of them is first asked for.
__all__ = lazy.public(
    __name__,
    {
        "arrivals": "ClosedLoop",
        "cause": "Cause cause",
        "disaggregated": "Disaggregated",
        "fleet": "ROUTINGS Outage",
        "legality": "RULES PolicyBroke",
        "lengths": "fixed geometric lengths lognormal",
        "metrics": "Slo metrics",
        "one_at_a_time": "OneAtATime",
        "overload": "Load load",
        "policies": "Chunked Continuous PagedKV Policy PrefixCache Rule Static",
        "replicas": "simulate_replicas",
        "requests": "Request",
        "run": "Run Served Span",
        "simulate": "POLICIES as_policy simulate",
        "steps": "AffineStep StepTime",
        "sweep": "Cancelled Case NoCluster executor run_case sweep",
        "workload": "at_once bursty daily poisson",
    },
)
