"""Requests, batches and queues: what one server does with many requests, step by step."""

from .arrivals import ClosedLoop
from .disaggregated import Disaggregated
from .legality import RULES, PolicyBroke
from .lengths import fixed, geometric, lengths, lognormal
from .one_at_a_time import OneAtATime
from .policies import Chunked, Continuous, PagedKV, Policy, PrefixCache, Rule, Static
from .requests import Request
from .run import Run, Served, Span
from .simulate import POLICIES, as_policy, simulate
from .steps import AffineStep, StepTime
from .workload import at_once, bursty, closed_loop, poisson, trace

__all__ = [
    "POLICIES",
    "RULES",
    "AffineStep",
    "Chunked",
    "ClosedLoop",
    "Continuous",
    "Disaggregated",
    "OneAtATime",
    "PagedKV",
    "Policy",
    "PolicyBroke",
    "PrefixCache",
    "Request",
    "Rule",
    "Run",
    "Served",
    "Span",
    "Static",
    "StepTime",
    "as_policy",
    "at_once",
    "bursty",
    "closed_loop",
    "fixed",
    "geometric",
    "lengths",
    "lognormal",
    "poisson",
    "simulate",
    "trace",
]
