"""Requests, batches and queues: what one server does with many requests, step by step."""

from .arrivals import ClosedLoop
from .bound import makespan_bound, mean_latency_bound, mean_latency_target
from .cause import Cause, cause
from .disaggregated import Disaggregated
from .fleet import ROUTINGS, Outage
from .legality import RULES, PolicyBroke
from .lengths import fixed, geometric, lengths, lognormal
from .metrics import Slo, metrics
from .one_at_a_time import OneAtATime
from .overload import Load, load
from .policies import Chunked, Continuous, PagedKV, Policy, PrefixCache, Rule, Static
from .replicas import simulate_replicas
from .requests import Request
from .run import Run, Served, Span
from .simulate import POLICIES, as_policy, simulate
from .steady import Estimate, Steady, steady
from .steps import AffineStep, StepTime
from .sweep import Cancelled, Case, NoCluster, executor, run_case, sweep
from .workload import at_once, bursty, closed_loop, daily, poisson, trace

__all__ = [
    "POLICIES",
    "ROUTINGS",
    "RULES",
    "AffineStep",
    "Cancelled",
    "Case",
    "Cause",
    "Chunked",
    "ClosedLoop",
    "Continuous",
    "Disaggregated",
    "Estimate",
    "Load",
    "NoCluster",
    "OneAtATime",
    "Outage",
    "PagedKV",
    "Policy",
    "PolicyBroke",
    "PrefixCache",
    "Request",
    "Rule",
    "Run",
    "Served",
    "Slo",
    "Span",
    "Static",
    "Steady",
    "StepTime",
    "as_policy",
    "at_once",
    "bursty",
    "cause",
    "closed_loop",
    "daily",
    "executor",
    "fixed",
    "geometric",
    "lengths",
    "load",
    "lognormal",
    "makespan_bound",
    "mean_latency_bound",
    "mean_latency_target",
    "metrics",
    "poisson",
    "run_case",
    "simulate",
    "simulate_replicas",
    "steady",
    "sweep",
    "trace",
]
