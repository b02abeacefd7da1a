"""The verifier ``solidity-proofs``: the user's properties, proved for all inputs by symbolic execution.

A property is a function ``check_...`` of a test contract: for no inputs may one of its assertions fail.
Halmos executes it with inputs that stand for all values. What it can only show up to a bound, or not in time,
is incomplete.
"""

from __future__ import annotations

import json
import re
import time
from collections.abc import Sequence
from functools import cache
from importlib.resources import files
from pathlib import PurePosixPath

from pydantic import JsonValue

from verifiers.domain import (
    Candidate,
    CodingTask,
    Finding,
    Judging,
    Language,
    Location,
    Severity,
    Status,
    Verdict,
)
from verifiers.errors import InvalidInput, ToolFailed
from verifiers.sandbox.environments import SOLIDITY
from verifiers.sandbox.protocol import WORKDIR, ExecResult, Job, Limits, Sandbox
from verifiers.solidity.compiling.compilation import Compilation, Compilations, NotCompiled
from verifiers.solidity.testing.code_origin import Origins, origins_of
from verifiers.solidity.testing.forge import ForgeOptions, with_tests
from verifiers.solidity.testing.forge import layout as files_of
from verifiers.solidity.testing.proof_output import (
    BROKE,
    PROVED,
    REFUTED,
    REVERTS,
    STUCK,
    UNKNOWN_CODE,
    Proof,
    ProofRun,
    parse,
)
from verifiers.solidity.testing.replay import FOLDER
from verifiers.solidity.testing.test_ids import ExpectedTest, expected_properties, has_properties
from verifiers.solidity.testing.test_layout import Layout, layout
from verifiers.solidity.testing.test_verdict import not_apart, not_built
from verifiers.solidity.toolchain import INSTALL_HINT, SolidityToolchain
from verifiers.verifier import Stage

NAME = "solidity-proofs"
LOOPS = 4  # times round each loop
_DRIVER = ("__init__.py", "prove.py")
_MEMORY_BYTES = 2 * 2**30
_OUTPUT_BYTES = 4 * 2**20
_LEAST_S = 2.0
_DYNAMIC = re.compile(r"\[\]|\bbytes\b|\bstring\b")
_WHY = {
    REVERTS: "every input makes it revert, so nothing is shown",
    STUCK: "it uses what cannot be executed symbolically",
    BROKE: "the prover broke on it",
}


class SolidityProofsVerifier:
    """Proves the properties in the user's tests.

    Args:
        sandbox: Where Halmos runs.
        toolchain: Where it is.
        compilations: Compiles project and tests.
    """

    name = NAME
    stage = Stage.DEEP_SCAN

    def __init__(self, sandbox: Sandbox, toolchain: SolidityToolchain, compilations: Compilations) -> None:
        self._sandbox = sandbox
        self._toolchain = toolchain
        self._compilations = compilations

    def applies_to(self, task: CodingTask) -> bool:
        """Solidity tasks whose tests have properties."""
        return task.language is Language.SOLIDITY and task.tests is not None and has_properties(task.tests)

    def verify(self, task: CodingTask, candidate: Candidate, seconds: float) -> Verdict:
        """See :class:`verifiers.verifier.Verifier`.

        Raises:
            InvalidInput: there are no tests.
            ToolError: Halmos, forge, a compiler or a sandbox is missing or broken.
        """
        started = time.monotonic()
        if task.tests is None:
            raise InvalidInput("tests", "there are none:", "give tests.")
        self._toolchain.require_halmos()
        self._toolchain.require_forge()
        laid = layout(task, candidate, task.tests)
        made = self._compilations.compile(with_tests(laid.project, laid.tests), seconds)
        if isinstance(made, NotCompiled):
            verdict = not_built(laid, made).model_copy(update={"verifier": NAME})
        else:
            verdict = self._prove(task, laid, made, seconds - (time.monotonic() - started))
        return verdict.model_copy(update={"duration_s": time.monotonic() - started})

    def _prove(self, task: CodingTask, laid: Layout, made: Compilation, seconds: float) -> Verdict:
        expected = expected_properties(made.output, laid.tests, made.project.files)
        origins = origins_of(made, laid.candidate)
        mixed = [test for test in expected if not _is_trusted(origins, test)]
        if mixed and not task.policy.allow_shared_judge:
            reason = (
                f"{mixed[0].contract} holds code of the candidate: it inherits from it or uses its functions"
            )
            return Verdict(
                verifier=NAME,
                status=Status.INCOMPLETE,
                summary=not_apart(reason),
                evidence={"judging": Judging.SHARED.value, "shared_because": reason, "ran": False},
            )
        result = self._run(made, origins, expected, max(_LEAST_S, seconds))
        run = parse(result.stdout.decode("utf-8", "replace"))
        _check_started(run, result)
        return judge(laid, expected, origins, run, result, shared=bool(mixed))

    def _run(
        self, made: Compilation, origins: Origins, expected: Sequence[ExpectedTest], seconds: float
    ) -> ExecResult:
        names = "|".join(sorted({re.escape(test.contract) for test in expected}))
        request = {
            "trusted": [f"{unit.path}:{unit.name}" for unit in origins.units if unit.trusted],
            "arguments": [
                "--root",
                f"{WORKDIR}/project",
                "--forge-build-out", f"{FOLDER}/out", "--function", "check_",
                "--match-contract", f"^({names})$",
                "--loop", str(LOOPS), "--no-status", "--solver-threads", "1",
                "--solver-timeout-assertion", f"{max(1, int(seconds / 2))}s",
            ],
        }  # fmt: skip
        sources = {f"project/{path}": content for path, content in files_of(made, ForgeOptions()).items()}
        forge = PurePosixPath(self._toolchain.require_forge()).parent
        job = Job(
            environment=SOLIDITY,
            argv=(self._toolchain.require_halmos(), "-P", "-s", "-B", "prover/prove.py"),
            files={**driver_files(), **sources, "request.json": json.dumps(request).encode()},
            env={"PYTHONHASHSEED": "0", "PATH": f"{forge}:/usr/local/bin:/usr/bin:/bin", "NO_COLOR": "1"},
            limits=Limits(
                wall_s=seconds,
                cpu_s=max(4, int(2 * seconds)),
                memory_bytes=_MEMORY_BYTES,
                output_bytes=_OUTPUT_BYTES,
            ),
        )
        return self._sandbox.run(job)


@cache
def driver_files() -> dict[str, bytes]:
    """The driver, as it is sent into the sandbox."""
    folder = files(__package__).joinpath("halmos_driver")
    return {f"prover/{name}": folder.joinpath(name).read_bytes() for name in _DRIVER}


def judge(
    laid: Layout,
    expected: Sequence[ExpectedTest],
    origins: Origins,
    run: ProofRun,
    result: ExecResult,
    *,
    shared: bool,
) -> Verdict:
    """From the properties' ends to a verdict. Pure.

    Args:
        laid: What lies where.
        expected: The properties that there are, whatever was reported.
        origins: Whose code is whose.
        run: What was reported.
        result: The end of the process.
        shared: A test contract holds code of the candidate, and the policy accepts that.
    """
    proofs = run.by_property
    ends = [(test, proofs.get((f"{test.path}:{test.contract}", test.signature))) for test in expected]
    refuted = [(test, proof) for test, proof in ends if proof is not None and _is_refuted(proof)]
    open_ = [(test, _gap(proof, result)) for test, proof in ends if proof is None or not _is_refuted(proof)]
    gaps = [(test, why) for test, why in open_ if why]
    cheats = [caller for caller in run.cheats if caller != UNKNOWN_CODE]
    unknown = UNKNOWN_CODE in run.cheats and origins.can_call
    findings = [_finding(laid, test, proof) for test, proof in refuted]
    if cheats:
        status, said = (
            Status.FAILED,
            f"the candidate interferes with the proofs: {cheats[0]} calls a cheat code",
        )
    elif refuted:
        status, said = Status.FAILED, f"{len(refuted)} of {len(expected)} properties do not hold"
    elif unknown:
        status, said = (
            Status.INCOMPLETE,
            "a constructor calls a cheat code, and it cannot be told whose it is",
        )
    elif gaps or not expected:
        what = f"{gaps[0][0].name}: {gaps[0][1]}" if gaps else "there is no property in a contract with code"
        said = f"{len(gaps)} of {len(expected)} properties are not proved; {what}"
        status = Status.INCOMPLETE
    else:
        status, said = (
            Status.PASSED,
            f"{len(expected)} of {len(expected)} properties proved{_bounds(expected)}",
        )
    evidence: dict[str, JsonValue] = {
        "isolation": result.isolation,
        "judging": (Judging.SHARED if shared else Judging.APART).value,
        "properties": {_id(laid, test): _end(proof) for test, proof in ends},
        "loop_bound": LOOPS,
        "cheats": list(run.cheats),
    }
    return Verdict(
        verifier=NAME, status=status, summary=said[:400], findings=tuple(findings), evidence=evidence,
        tool=f"halmos {run.version}",
    )  # fmt: skip


def _is_trusted(origins: Origins, test: ExpectedTest) -> bool:
    unit = origins.unit(test.path, test.contract)
    return unit is not None and unit.trusted


def _is_refuted(proof: Proof) -> bool:
    return proof.exitcode == REFUTED and any(model.valid for model in proof.models)


def _gap(proof: Proof | None, result: ExecResult) -> str:
    """Why a property is neither proved nor refuted; empty if it is proved."""
    if proof is None:
        if result.timed_out:
            return "the time ran out"
        return (
            "more memory was needed" if result.out_of_memory else "it was not reported, as when setUp fails"
        )
    if proof.exitcode == PROVED and not proof.bounded and len(proof.paths) > 1 and proof.paths[1]:
        return ""
    if proof.exitcode == PROVED and proof.bounded:
        return f"it holds for up to {LOOPS} rounds of each loop; what comes after is not known"
    if proof.exitcode == REFUTED:
        return "it may not hold, but the solver does not vouch for its counterexample"
    return _WHY.get(
        REVERTS if proof.exitcode == PROVED else proof.exitcode, "the solver found no answer in time"
    )


def _bounds(expected: Sequence[ExpectedTest]) -> str:
    """What the proofs do not cover, as the end of a sentence."""
    if any(_DYNAMIC.search(test.signature) for test in expected):
        return ", for arrays of up to 2 elements and byte strings of 0, 65 and 1024 bytes"
    return ""


def _end(proof: Proof | None) -> JsonValue:
    if proof is None:
        return "not reported"
    return {"exitcode": proof.exitcode, "paths": list(proof.paths), "bounded": proof.bounded}


def _id(laid: Layout, test: ExpectedTest) -> str:
    return f"{laid.known_as(test.path)}::{test.contract}.{test.name}"


def _finding(laid: Layout, test: ExpectedTest, proof: Proof) -> Finding:
    model = next(model for model in proof.models if model.valid)
    return Finding(
        rule=_id(laid, test),
        message=f"The property {test.name} does not hold: an assertion fails for {model}.",
        fix="Change the contract so that the property holds for all inputs, these among them.",
        severity=Severity.HIGH,
        location=Location(path=laid.known_as(test.defined_in), line=test.line),
        counterexample=f"{test.name}({model})",
    )


def _check_started(run: ProofRun, result: ExecResult) -> None:
    """Raises:
    ToolFailed: there is no sign of Halmos's having been there, and no limit explains it.
    """
    if run.version or result.timed_out or result.out_of_memory:
        return
    said = (result.stderr.decode("utf-8", "replace").strip().splitlines() or ["it said nothing"])[-1][:300]
    raise ToolFailed(f"Halmos could not be started (exit {result.exit_code}: {said}).", INSTALL_HINT)
