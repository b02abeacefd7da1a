"""How much of known weak code does each scanner flag, and does it let the mended code pass?

SVEN's pairs are the yardstick: a function before and after the commit that fixed it. A tool that flags both
has seen the function, not the weakness, so recall alone says little; the table gives precision (flagged weak
code among all flagged code of the set) and separation (weak flagged, fixed not) beside it. Two operating
points, the same for all tools: findings of medium severity and up, which block by default, and all findings.

``--bandit`` names the program, ``--codeshield`` the Python of an environment with the package ``codeshield``.
"""

from __future__ import annotations

import argparse
import shutil
from collections.abc import Sequence
from pathlib import Path

from benchmarks.datasets import DEFAULT_DATA
from benchmarks.report import finish, machine, table
from benchmarks.sast_data import Sample, answers, cyberseceval, sven
from benchmarks.sast_tools import Flags, Text, acrisol, bandit, codeshield
from verifiers.domain import Severity
from verifiers.sandbox.bubblewrap import Bubblewrap
from verifiers.sandbox.environments import build_environments

GOAL = 2.0  # times Bandit's recall, at no worse precision
_POINTS = {"medium and up": Severity.MEDIUM, "all": Severity.INFO}
_HEAD = ("set", "tool", "findings", "pairs", "recall", "fixed flagged", "precision", "separated")


class Score:
    """What one tool did on one set of pairs at one operating point."""

    def __init__(self, weak: Sequence[bool], fixed: Sequence[bool]) -> None:
        self.pairs = len(weak)
        self._weak, self._fixed = sum(weak), sum(fixed)
        self._apart = sum(before and not after for before, after in zip(weak, fixed, strict=True))

    @property
    def recall(self) -> float:
        """Share of weak code that is flagged."""
        return self._weak / self.pairs

    @property
    def precision(self) -> float:
        """Share of weak code in what is flagged; 0 where nothing is."""
        flagged = self._weak + self._fixed
        return self._weak / flagged if flagged else 0.0

    def row(self, *names: str) -> list[str]:
        """A line of the table."""
        shares = (self.recall, self._fixed / self.pairs, self.precision, self._apart / self.pairs)
        return [*names, str(self.pairs), *(f"{share:.3f}" for share in shares)]


def _score(samples: Sequence[Sample], flags: Flags, least: Severity) -> Score:
    """``flags`` are those of all weak texts, then those of all fixed ones."""
    hits = [any(severity.rank >= least.rank for severity in each) for each in flags]
    return Score(hits[: len(samples)], hits[len(samples) :])


def _both_sides(samples: Sequence[Sample]) -> list[Text]:
    weak = [Text(sample.suffix, sample.weak) for sample in samples]
    return weak + [Text(sample.suffix, sample.fixed or "") for sample in samples]


def _rows(name: str, tool: str, samples: Sequence[Sample], flags: Flags) -> list[list[str]]:
    return [_score(samples, flags, least).row(name, tool, point) for point, least in _POINTS.items()]


def _by_group(name: str, tool: str, samples: Sequence[Sample], flags: Flags) -> list[list[str]]:
    rows = []
    for group in sorted({sample.group for sample in samples}):
        chosen = [number for number, sample in enumerate(samples) if sample.group == group]
        picked = [flags[number] for number in chosen] + [flags[number + len(samples)] for number in chosen]
        part = [samples[number] for number in chosen]
        rows.append(_score(part, picked, Severity.MEDIUM).row(f"{name} {group}", tool, "medium and up"))
    return rows


def _excerpts(samples: Sequence[Sample], flags: Flags, others: dict[str, Flags]) -> list[list[str]]:
    rows = []
    for group in sorted({sample.group for sample in samples}):
        chosen = [number for number, sample in enumerate(samples) if sample.group == group]
        tools = {"acrisol": flags} | (others if group == "python" else {})
        for tool, found in tools.items():
            shares = [
                sum(any(item.rank >= least.rank for item in found[number]) for number in chosen) / len(chosen)
                for least in _POINTS.values()
            ]
            rows.append([group, tool, str(len(chosen)), *(f"{share:.3f}" for share in shares)])
    return rows


def main() -> int:
    """Print the tables; 0 if recall is twice Bandit's at no worse precision."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=DEFAULT_DATA)
    parser.add_argument("--bandit", type=Path, default=shutil.which("bandit"))
    parser.add_argument("--codeshield", type=Path, default=None, help="Python of its environment")
    given = parser.parse_args()
    if given.bandit is None or not Path(given.bandit).exists():
        parser.error("Bandit is not there: pip install bandit, or name it with --bandit PROGRAM.")
    if given.codeshield is None or not given.codeshield.exists():
        print("CodeShield is left out: name the Python of an environment that has it with --codeshield.\n")
        given.codeshield = None
    sandbox = Bubblewrap(build_environments())
    try:
        return _report(given, sandbox)
    finally:
        sandbox.close()


def _report(given: argparse.Namespace, sandbox: Bubblewrap) -> int:
    pairs = sven(given.data)
    python = [sample for sample in pairs if sample.suffix == ".py"]
    c = [sample for sample in pairs if sample.suffix != ".py"]
    texts = _both_sides(python)
    ours, _ = acrisol(sandbox, texts)
    peers = {"bandit": bandit(given.bandit, texts)}
    if given.codeshield:
        peers["codeshield"] = codeshield(given.codeshield, texts)
    rows = _rows("SVEN Python", "acrisol", python, ours)
    for tool, flags in peers.items():
        rows += _rows("SVEN Python", tool, python, flags)
    for tool, flags in {"acrisol": ours, **peers}.items():
        rows += _by_group("SVEN", tool, python, flags)
    print(f"{machine()}\n\n{table(_HEAD, rows)}\n", flush=True)
    ours_c, partial = acrisol(sandbox, _both_sides(c))
    rows = _rows("SVEN C", "acrisol", c, ours_c) + _by_group("SVEN", "acrisol", c, ours_c)
    others = answers(given.data)
    ours_answers, _ = acrisol(sandbox, _both_sides(others))
    rows += _by_group("INDICT", "acrisol", others, ours_answers)
    print(f"{table(_HEAD, rows)}\n")
    print(f"Of SVEN's {2 * len(c)} C functions {partial} can be parsed in part only (incomplete).\n")
    _report_excerpts(given, sandbox)
    own, theirs = (_score(python, flags, Severity.MEDIUM) for flags in (ours, peers["bandit"]))
    ratio = own.recall / theirs.recall if theirs.recall else float("inf")
    reached = ratio >= GOAL and own.precision >= theirs.precision
    said = (
        f"recall on SVEN Python {own.recall:.3f} against Bandit's {theirs.recall:.3f}: {ratio:.2f} times, "
        f"goal {GOAL:.0f}; precision {own.precision:.3f} against {theirs.precision:.3f}; findings that block"
    )
    if theirs.recall * GOAL > 1:
        said += f" (no recall can be {GOAL:.0f} times {theirs.recall:.3f})"
    return finish(said, reached)


def _report_excerpts(given: argparse.Namespace, sandbox: Bubblewrap) -> None:
    excerpts, unreadable = cyberseceval(given.data)
    texts = [Text(sample.suffix, sample.weak) for sample in excerpts]
    flags, partial = acrisol(sandbox, texts)
    python = [number for number, text in enumerate(texts) if text.suffix == ".py"]
    others: dict[str, Flags] = {}
    tools = {"bandit": (bandit, given.bandit), "codeshield": (codeshield, given.codeshield)}
    for name, (scan, program) in tools.items():
        if program:
            found = scan(program, [texts[number] for number in python])
            spread: Flags = [[] for _ in texts]
            for number, each in zip(python, found, strict=True):
                spread[number] = each
            others[name] = spread
    head = ("CyberSecEval excerpts", "tool", "excerpts", *(f"flagged, {point}" for point in _POINTS))
    print(table(head, _excerpts(excerpts, flags, others)))
    print(
        f"\n{unreadable} Python excerpts that do not parse are left out; of the {len(texts)} others "
        f"{partial} can be parsed in part only. CodeShield's own rules chose the excerpts.\n"
    )


if __name__ == "__main__":
    raise SystemExit(main())
