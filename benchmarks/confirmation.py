"""Attacks on contracts that can be exploited, on their fixed versions, and on sound ones.

    python -m benchmarks.confirmation [--mythril SECONDS] [--only NAME ...]

For each pair in ``benchmarks/contracts/exploitable``: what Slither, our detectors and our Semgrep rules (and
Mythril, where those led to nothing) find in the vulnerable version is attacked. The attack that did harm is
kept, and carried out again with the fixed version's code in it. It has to succeed on the first and fail on
the second. On the contracts in ``benchmarks/contracts/clean`` no attack may do harm.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from agent.settings import AgentSettings
from agent.verifier_wiring import chosen_sandbox, environments, solidity_toolchain
from benchmarks.report import finish, machine, progress, table
from verifiers.domain import Candidate, CodingTask, Confirmation, Finding, Language, SourceFile
from verifiers.sandbox.protocol import Sandbox
from verifiers.scanners.semgrep import SemgrepVerifier
from verifiers.solidity.analysis.patterns import SolidityPatternsVerifier
from verifiers.solidity.analysis.slither import SlitherVerifier
from verifiers.solidity.compiling.compilation import Compilation, Compilations
from verifiers.solidity.compiling.project import project_of
from verifiers.solidity.confirm.confirmed import Confirmed
from verifiers.solidity.confirm.confirmer import Confirmer
from verifiers.solidity.confirm.render import contract_of, with_code
from verifiers.solidity.exploring.mythril import MythrilVerifier
from verifiers.solidity.toolchain import SolidityToolchain
from verifiers.verifier import Verifier

GOAL = 18
_CONTRACTS = Path(__file__).parent / "contracts"
_SECONDS = 300.0
_TASK = CodingTask(language=Language.SOLIDITY, instruction="Write the contract.")


@dataclass(frozen=True)
class Bench:
    """The verifiers that are measured, over one set of tools."""

    compilations: Compilations
    confirmer: Confirmer
    quick: tuple[Verifier, ...]
    deep: Verifier
    deep_seconds: float

    def findings(self, candidate: Candidate) -> list[Finding]:
        """What is found, with what the attacks came to; Mythril only where nothing was confirmed."""
        found = self._judged(self.quick, candidate, _SECONDS)
        if not _confirmed(found) and self.deep_seconds:
            found += self._judged((self.deep,), candidate, self.deep_seconds)
        return found

    def survives(self, finding: Finding, candidate: Candidate) -> bool | None:
        """Whether a kept attack fails on other code of the same contract; None if that is not known."""
        made = self.compilations.compile(project_of(_TASK, candidate), _SECONDS)
        name = contract_of(finding.attack_test)
        if not isinstance(made, Compilation) or name is None:
            return None
        for contracts in made.output["contracts"].values():
            if name in contracts:
                text = with_code(finding.attack_test, contracts[name]["evm"]["bytecode"]["object"])
                again = self.confirmer.repeat([text], _SECONDS) if text else None
                return None if again is None else not again[0]
        return None

    def _judged(self, chosen: Sequence[Verifier], candidate: Candidate, seconds: float) -> list[Finding]:
        return [each for verifier in chosen for each in verifier.verify(_TASK, candidate, seconds).findings]


def bench(sandbox: Sandbox, toolchain: SolidityToolchain, deep_seconds: float) -> Bench:
    """Put the verifiers together as the registry does."""
    compilations = Compilations(sandbox, toolchain)
    confirmer = Confirmer(sandbox, toolchain, compilations)
    quick = (
        Confirmed(SlitherVerifier(sandbox, toolchain, compilations), confirmer, compilations),
        Confirmed(SolidityPatternsVerifier(compilations), confirmer, compilations),
        Confirmed(SemgrepVerifier(sandbox), confirmer, compilations),
    )
    mythril = MythrilVerifier(sandbox, toolchain, compilations)
    deep = Confirmed(mythril, confirmer, compilations, share=0.8)
    return Bench(compilations, confirmer, quick, deep, deep_seconds)


def main() -> int:
    """Print the tables; 0 if enough attacks succeed and fail where they should."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--mythril", type=float, default=60.0, metavar="SECONDS", help="0: without Mythril")
    parser.add_argument("--only", nargs="*", default=[], metavar="NAME", help="pairs and clean contracts")
    given = parser.parse_args()
    settings = AgentSettings()
    toolchain = solidity_toolchain(settings)
    sandbox = chosen_sandbox(settings, environments(settings, toolchain))
    try:
        return _report(bench(sandbox, toolchain, given.mythril), given.only)
    finally:
        sandbox.close()


def _report(tools: Bench, only: Sequence[str]) -> int:
    pairs = [each for each in sorted((_CONTRACTS / "exploitable").iterdir()) if each.is_dir()]
    clean = sorted((_CONTRACTS / "clean").glob("*.sol"))
    pairs = [each for each in pairs if not only or each.name in only]
    clean = [each for each in clean if not only or each.stem in only]
    print(f"{machine()}, {tools.confirmer.tool}\n")
    print(table(("pair", "found by", "vulnerable", "fixed", "refuted findings on fixed", "s"), ()))
    rows = []
    for folder in pairs:  # each as it comes: all of them take minutes
        rows.append(_pair(tools, folder))
        print(f"| {' | '.join(rows[-1])} |", flush=True)
    good = sum(row[2] == "attack succeeds" and row[3] == "attack fails" for row in rows)
    harmed = []
    for number, path in enumerate(clean):
        progress(f"clean {number + 1}/{len(clean)} {path.stem}")
        found = tools.findings(_candidate(path)) if not only or path.stem in only else []
        harmed += [f"{path.stem}: {each.rule}" for each in _confirmed(found)]
    print(f"\nClean contracts attacked: {len(clean)}; confirmed there: {', '.join(harmed) or 'none'}.")
    headline = (
        f"{good} of {len(pairs)} attacks succeed on the vulnerable and fail on the fixed contract "
        f"(goal: {GOAL}), {len(harmed)} on clean contracts (goal: 0)"
    )
    return finish(headline, good >= min(GOAL, len(pairs)) and not harmed)


def _pair(tools: Bench, folder: Path) -> list[str]:
    progress(folder.name)
    started = time.monotonic()
    vulnerable, fixed = (_candidate(folder / f"{which}.sol") for which in ("vulnerable", "fixed"))
    found = tools.findings(vulnerable)
    confirmed = _confirmed(found)
    fails: bool | None = None
    for finding in confirmed:
        if fails := tools.survives(finding, fixed):
            confirmed = [finding]
            break
    words = {True: "attack fails", False: "attack still succeeds", None: "not known" if confirmed else ""}
    after = [each for each in tools.findings(fixed) if each.confirmation is Confirmation.REFUTED]
    return [
        folder.name,
        confirmed[0].rule if confirmed else ", ".join(sorted({each.rule for each in found})) or "nothing",
        "attack succeeds" if confirmed else "not confirmed" if found else "nothing found",
        words[fails],
        ", ".join(sorted({each.rule for each in after})),
        f"{time.monotonic() - started:.0f}",
    ]


def _candidate(path: Path) -> Candidate:
    return Candidate(files=(SourceFile(path="Contract.sol", content=path.read_text(encoding="utf-8")),))


def _confirmed(findings: Sequence[Finding]) -> list[Finding]:
    return [each for each in findings if each.confirmation is Confirmation.CONFIRMED]


if __name__ == "__main__":
    raise SystemExit(main())
