"""A trained adapter against its base on held-out suites: pass@1, pass@k, alone and in the agent's loop.

    python -m benchmarks.expert --adapter A.gguf [--samples 10] [--limit N] [--suites mbpp]
        [--data DIR] [--out DIR]

Both are asked in turn, suite by suite, with the same prompts and seeds; what is broken off is gone on with.
Without --adapter the one that ships is judged. The headline is pass@1 on MBPP's test split, alone, against
twice the base's; the table holds all else, with 95% intervals over problems and the paired gain.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from pathlib import Path

from api.cli.evaluate_report import summary_of
from api.cli.evaluate_run import carry_out
from benchmarks.datasets import DEFAULT_DATA
from benchmarks.report import finish, machine, progress, table
from models.embedded import EmbeddedModel, find_packaged_adapter
from models.evaluation.compare import Comparison, compare
from models.evaluation.estimators import Estimate
from models.evaluation.plan import Plan
from models.evaluation.results import numbered, read_results
from models.evaluation.run import Progress
from models.evaluation.summary import Summary
from verifiers.domain import Sampling
from verifiers.errors import AcrisolError

GOAL = 2.0
SUITES = {"mbpp": "test", "humaneval": None}
ATTEMPTS = 4


def main() -> int:
    """Run both on every suite and print the tables."""
    options = _options()
    tuned = options.tuned or options.model
    adapter = options.adapter or find_packaged_adapter()
    if adapter is None and not options.tuned:
        sys.exit("No adapter ships yet: name one with --adapter A.gguf, or a model with --tuned M.gguf.")
    who = {"base": (options.model, "none"), "trained": (tuned, "none" if options.tuned else str(adapter))}
    rows: list[list[object]] = []
    headline: Comparison | None = None
    for suite, split in ((name, SUITES[name]) for name in options.suites):
        for mode in ("direct", "loop"):
            if mode == "loop" and not options.loop:
                continue
            found = {}
            for name, (model, lora) in who.items():
                plan = _plan(options, suite, split, mode, model, lora, name)
                carry_out(plan, _teller(f"{name} {suite} {mode}"))
                found[name] = (plan.out, summary_of(plan.out, options.data))
            comparison = _compared(found["base"], found["trained"])
            rows += [_row(name, suite, split, mode, summary) for name, (_, summary) in found.items()]
            rows.append(_gain(suite, mode, comparison))
            if (suite, mode) == ("mbpp", "direct"):
                headline = comparison
    head = ("model", "suite", "mode", "problems", "pass@1", "pass@10", "rounds")
    print(f"\n{machine()}\n\n{table(head, rows)}")
    if headline is None:  # MBPP was not among the suites
        return 0
    base, trained = headline.pass_at_1.first, headline.pass_at_1.second
    return finish(
        f"pass@1 on MBPP's test split {base:.1%} -> {trained:.1%} (goal: {GOAL:g} times the base; "
        f"p = {headline.pass_at_1.p:.4f})",
        trained >= GOAL * base and trained > base,
    )


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--adapter", type=Path, help="GGUF adapter; default the one that ships")
    parser.add_argument("--model", default="embedded", help="the base")
    parser.add_argument("--tuned", help="a GGUF model tuned as a whole, instead of an adapter")
    parser.add_argument("--samples", type=int, default=10, help="answers to each problem, alone")
    parser.add_argument("--loop-samples", type=int, default=1, help="answers to each problem, in the loop")
    parser.add_argument("--limit", type=int, help="only so many problems of each suite")
    parser.add_argument("--suites", nargs="+", choices=tuple(SUITES), default=tuple(SUITES))
    parser.add_argument("--temperature", type=float, default=0.7)
    parser.add_argument("--no-loop", dest="loop", action="store_false", help="leave the loop out")
    parser.add_argument("--data", type=Path, default=DEFAULT_DATA)
    parser.add_argument("--out", type=Path, default=Path("runs/benchmark-expert"))
    return parser.parse_args()


def _plan(
    options: argparse.Namespace, suite: str, split: str | None, mode: str, model: str, adapter: str, name: str
) -> Plan:
    which = EmbeddedModel(None if model == "embedded" else Path(model)).name
    over = "" if adapter == "none" else f"+{Path(adapter).stem}"
    return Plan(
        suite=suite,
        split=split,
        data=options.data,
        limit=options.limit,
        out=options.out / f"{name}-{which}{over}-{suite}-{mode}",
        model=model,
        adapter=adapter,
        mode="loop" if mode == "loop" else "direct",
        attempts=ATTEMPTS,
        samples=options.loop_samples if mode == "loop" else options.samples,
        sampling=Sampling(temperature=options.temperature, max_tokens=256, seed=0),
        scan=False,
    )


def _teller(what: str) -> Callable[[Progress], None]:
    def tell(at: Progress) -> None:
        progress(f"{what}: {at.judged:,} of {at.total:,}, {at.passed:,} passed")

    return tell


def _compared(base: tuple[Path, Summary], trained: tuple[Path, Summary]) -> Comparison:
    firsts = [
        {name: each[0].passed for name, each in numbered(read_results(folder).values()).items()}
        for folder, _ in (base, trained)
    ]
    return compare(base[1], trained[1], *firsts)


def _row(name: str, suite: str, split: str | None, mode: str, summary: Summary) -> list[object]:
    ten = summary.pass_at.get("10")
    return [
        name,
        f"{suite} {split}" if split else suite,
        "alone" if mode == "direct" else f"loop of {ATTEMPTS}",
        len(summary.problems),
        _share(summary.pass_at["1"]),
        _share(ten) if ten else "-",
        f"{summary.rounds:.2f}",
    ]


def _gain(suite: str, mode: str, found: Comparison) -> list[object]:
    gain = found.pass_at_1.gain
    points = f"{100 * gain.value:+.1f} points ({100 * gain.low:+.1f} to {100 * gain.high:+.1f})"
    return ["gain", suite, "alone" if mode == "direct" else "loop", found.shared, points, "", ""]


def _share(estimate: Estimate) -> str:
    return f"{estimate.value:.1%} ({estimate.low:.1%} to {estimate.high:.1%})"


if __name__ == "__main__":
    try:
        sys.exit(main())
    except AcrisolError as error:
        sys.exit(str(error))
