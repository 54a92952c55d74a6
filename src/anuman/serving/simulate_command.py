"""`anuman simulate`: a stream of requests on chips of the catalogue, and what its users notice."""

import argparse
import json
import sys
from pathlib import Path

from anuman import catalog, physics
from anuman.language import _, add_language_option, number, si

from .disaggregated import Disaggregated
from .metrics import Slo
from .policies import Chunked, PagedKV, Static
from .simulate import POLICIES, as_policy
from .sweep import Case, executor, run_case, sweep

SHOWN = (
    "ttft_p50_s", "ttft_p99_s", "tpot_mean_s", "tpot_p99_s", "latency_p50_s", "latency_p99_s",
    "throughput_req_per_s", "throughput_tok_per_s", "goodput_req_per_s", "utilisation_share",
    "slot_waste_share", "kv_peak_share", "queue_max_requests", "energy_j_per_tok", "usd_per_mtok",
)  # fmt: skip
UNITS = {"_req_per_s": "req/s", "_tok_per_s": "tokens/s", "_j_per_tok": "J", "_s": "s"}


def parser() -> argparse.ArgumentParser:
    """The command's options."""
    parser = argparse.ArgumentParser(
        prog="anuman simulate",
        description=_("Serve a stream of requests on chips of the catalogue."),
    )
    add = parser.add_argument
    add("--chip", required=True, help=_("a chip of the catalogue, e.g. H100-SXM"))
    add("--chips", type=int, default=1, metavar="N", help=_("how many of them (1)"))
    add("--tp", type=int, metavar="N", help=_("chips that share one copy (all, at most 8)"))
    add("--model", required=True, help=_("a model of the catalogue, e.g. Llama-3.1-8B"))
    add("--weight-bits", type=float, default=16, metavar="BITS", help=_("bits per weight (16)"))
    add("--activation", default="bf16", metavar="FORMAT", help=_("arithmetic: bf16, fp8, … (bf16)"))
    add("--kv-bits", type=float, default=16, metavar="BITS", help=_("bits per KV element (16)"))
    add(
        "--rate", required=True, metavar="R[,R…]", help=_("requests per second, all chips together")
    )
    add("--cv", type=float, default=1.0, help=_("burstiness: 1 is Poisson (1), 0 a clock"))
    add("--requests", type=int, default=1000, metavar="N", help=_("how many (1000)"))
    add(
        "--input",
        required=True,
        metavar="L",
        help=_("tokens: 500, geometric:500, lognormal:MEAN:CV"),
    )
    add("--output", required=True, metavar="L", help=_("likewise; or both a workload's name: chat"))
    add("--policy", default="continuous", metavar="P[,P…]", help=f"{', '.join(POLICIES)}")
    add("--chunk", type=int, metavar="TOKENS", help=_("tokens in a step of the policy chunked"))
    add("--timeout", type=float, metavar="S", help=_("longest wait of the policy static-timeout"))
    add("--page", type=int, metavar="TOKENS", help=_("tokens in a page of the policy paged"))
    add("--swap", type=float, metavar="S", help=_("paged: move to the host at S seconds per token"))
    add("--prefill-machines", type=int, metavar="N", help=_("of the policy disaggregated (1)"))
    add(
        "--slots", type=int, metavar="N", help=_("sequences at once in a copy (the engine's limit)")
    )
    add("--seed", type=int, default=1, help=_("the same seed gives the same requests (1)"))
    add(
        "--ttft-slo",
        type=float,
        default=2.0,
        metavar="S",
        help=_("promised time to first token (2)"),
    )
    add("--tpot-slo", type=float, default=0.2, metavar="S", help=_("promised time per token (0.2)"))
    add(
        "--usd-per-hour", type=float, metavar="USD", help=_("rent of one chip, for money per token")
    )
    add(
        "--workers",
        type=int,
        metavar="N",
        help=_("processes for several rates or policies (cores)"),
    )
    add("--scheduler", metavar="ADDRESS", help=_("a Dask scheduler that computes them instead"))
    add("--json", type=Path, metavar="FILE", help=_("also write the result here"))
    add_language_option(parser)
    return parser


def run(arguments: list[str]) -> int:
    """Simulate, print, write; 0 done, 1 overload or a policy that broke a rule, 2 bad input."""
    args = parser().parse_args(arguments)
    try:
        cases = [
            case(args, float(rate), policy)
            for policy in args.policy.split(",")
            for rate in args.rate.split(",")
        ]
        if len(cases) == 1:
            results = [run_case(cases[0])]
        else:
            with executor(args.scheduler, args.workers) as workers:
                results = sweep(cases, workers, progress=_progress)
    except ValueError as error:
        print(f"anuman simulate: {error}", file=sys.stderr)
        return 2
    rows = [one.name | metrics for one, metrics in zip(cases, results, strict=True)]
    for row in rows:
        print(words(row))
    if args.json:
        written = rows[0] if len(rows) == 1 else {"runs": rows}
        try:
            args.json.write_text(json.dumps(written, indent=2) + "\n", encoding="utf-8")
        except OSError as error:
            print(f"anuman simulate: {args.json}: {error.strerror}", file=sys.stderr)
            return 2
    if any("error" in row for row in rows):
        return 2
    return int(any(row["load_state"] == "overload" for row in rows))


def _progress(done: int, count: int) -> None:
    print(f"\r{done}/{count}", end="\n" if done == count else "", file=sys.stderr, flush=True)


def _lengths(text: str, side: str) -> str:
    """The text itself if it says lengths, else those of the catalogue's workload of this name."""
    if ":" in text or text.isdigit():
        return text
    published = getattr(catalog.workload(text), side)
    return f"lognormal:{published.mean}:{published.cv}"


def _policy(args: argparse.Namespace, name: str):
    if name == "chunked" and args.chunk is not None:
        return Chunked(budget=args.chunk)
    if name == "static-timeout" and args.timeout is not None:
        return Static(timeout_s=args.timeout)
    if name == "disaggregated" and args.prefill_machines is not None:
        return Disaggregated(args.prefill_machines)
    if name == "paged" and (args.page is not None or args.swap is not None):
        return PagedKV(PagedKV.page if args.page is None else args.page, args.swap)
    return as_policy(name)


def case(args: argparse.Namespace, rate: float, policy_name: str) -> Case:
    """One simulation that the command line asks for. Raises ValueError."""
    if args.chips < 1:
        raise ValueError(_("--chips is {chips}: at least 1").format(chips=args.chips))
    tp = min(args.chips, 8) if args.tp is None else args.tp
    if tp < 1 or args.chips % tp:
        raise ValueError(
            _("--chips {chips} is no multiple of --tp {tp}: copies need whole chips").format(
                chips=args.chips, tp=tp
            )
        )
    deployment = physics.Deployment(
        args.chip, args.model, tp=tp, weight_bits=args.weight_bits,
        activation=args.activation, kv_bits=args.kv_bits,
    )  # fmt: skip
    try:
        watts = deployment.chip.power * tp
    except catalog.MissingValue:
        watts = None
    slots = deployment.engine.max_batch if args.slots is None else args.slots
    kv_capacity = int(deployment.kv_capacity)
    asked = {
        "chip": args.chip, "chips": args.chips, "tp": tp, "replicas": args.chips // tp,
        "model": args.model, "policy": policy_name, "rate_req_per_s": rate, "cv": args.cv,
        "input": args.input, "output": args.output, "seed": args.seed, "slots": slots,
        "kv_capacity_tokens": kv_capacity, "ttft_slo_s": args.ttft_slo, "tpot_slo_s": args.tpot_slo,
    }  # fmt: skip
    return Case(
        rate=rate,
        count=args.requests,
        input=_lengths(args.input, "input"),
        output=_lengths(args.output, "output"),
        policy=_policy(args, policy_name),
        step_time=deployment,
        slots=slots,
        kv_capacity=kv_capacity,
        seed=args.seed,
        cv=args.cv,
        replicas=args.chips // tp,
        slo=Slo(args.ttft_slo, args.tpot_slo),
        watts=watts,
        usd_per_hour=None if args.usd_per_hour is None else args.usd_per_hour * tp,
        name=asked,
    )


def words(results: dict) -> str:
    """The most telling metrics as lines of text."""
    lines = [
        _("{policy}, {rate} requests/s, on {chips} × {chip}, {model}").format(
            policy=results["policy"], rate=number(results["rate_req_per_s"]), chips=results["chips"],
            chip=results["chip"], model=results["model"],
        )
    ]  # fmt: skip
    if "error" in results:
        return f"{lines[0]}\n  {results['error']}"
    for key in SHOWN:
        if results.get(key) is not None:
            lines.append(f"  {key:24} {_written(key, results[key])}")
    if results["load_state"] == "overload":
        lines.append(
            _(
                "Overload: the queue grows by {growth} requests a second; times depend on how long "
                "the run is."
            ).format(growth=number(results["queue_growth_req_per_s"]))
        )
    return "\n".join(lines)


def _written(key: str, value: float) -> str:
    unit = next((unit for end, unit in UNITS.items() if key.endswith(end)), "")
    return si(value, unit) if unit in ("s", "J") else f"{number(value)} {unit}".rstrip()
