"""Gas and coverage of the given tests, by forge's own reports. They inform a reader and decide nothing.

Gas is measured on the code as it is deployed, with the optimizer. Coverage needs source maps that tell the
truth, so the code is compiled for it a second time, without.
"""

from __future__ import annotations

import time
from collections.abc import Collection
from dataclasses import dataclass

from verifiers.audit_tests import ContractGas, FileCoverage, Measurement
from verifiers.audit_values import AuditRequest
from verifiers.errors import ToolError
from verifiers.sandbox.environments import SOLIDITY
from verifiers.sandbox.protocol import ExecResult, Job, Limits, Sandbox
from verifiers.solidity.compiling.compilation import Compilations, NotCompiled, Profile
from verifiers.solidity.compiling.project import Project, project_of
from verifiers.solidity.testing.forge import ForgeOptions, layout, with_tests
from verifiers.solidity.testing.measured_output import coverage_of, gas_of
from verifiers.solidity.toolchain import SolidityToolchain

# Fewer than the tests themselves get: both reports slow forge down, and say the same after some dozens.
OPTIONS = ForgeOptions(fuzz_runs=64, invariant_runs=8, invariant_depth=32)
_MEMORY_BYTES = 2 * 2**30
_OUTPUT_BYTES = 16 * 2**20
_DISK_BYTES = 256 * 2**20
_PIDS = 128
_LEAST_S = 1.0
_LCOV = "lcov.info"
_TIME_ENDED = "the audit's time ended before it did"


@dataclass(frozen=True)
class Measuring:
    """Measures. Safe to call from several threads.

    Args:
        sandbox: Where.
        toolchain: Where forge is.
        compilations: Compiles project and tests.
    """

    sandbox: Sandbox
    toolchain: SolidityToolchain
    compilations: Compilations

    def __call__(self, request: AuditRequest, seconds: float) -> Measurement:
        """Measure what the request's tests cost and run; says in ``missing`` what could not be.

        Args:
            request: With tests, or there is nothing to measure.
            seconds: Wall-clock limit.
        """
        if request.tests is None:
            return Measurement()
        end = time.monotonic() + seconds
        tests = {file.path: file.content for file in request.tests.files}
        whole = with_tests(project_of(request.task, request.candidate), tests)
        judged = {file.path for file in request.files}
        try:
            gas = self._gas(whole, judged, end)
            coverage = self._coverage(whole, judged, end)
        except ToolError as error:
            return Measurement(missing=f"Gas and coverage were not measured: {error}")
        no_gas = gas if isinstance(gas, str) else ""
        no_coverage = coverage if isinstance(coverage, str) else ""
        return Measurement(
            gas=() if isinstance(gas, str) else gas,
            coverage=() if isinstance(coverage, str) else coverage,
            missing=_missing(no_gas, no_coverage),
        )

    def _gas(self, whole: Project, judged: Collection[str], end: float) -> tuple[ContractGas, ...] | str:
        """The gas report, or why there is none."""
        result = self._run(whole, Profile.DEPLOYED, end, ("test", "--json", "--gas-report"))
        if isinstance(result, str):
            return result
        found = None if result.truncated else gas_of(result.stdout.decode("utf-8", "replace"), judged)
        return _why(result) if found is None else found

    def _coverage(
        self, whole: Project, judged: Collection[str], end: float
    ) -> tuple[FileCoverage, ...] | str:
        """The coverage report, or why there is none."""
        asked = ("coverage", "--report", "lcov", "--report-file", _LCOV)
        result = self._run(whole, Profile.ANALYSED, end, asked, _LCOV)
        if isinstance(result, str):
            return result
        found = coverage_of(result.files.get(_LCOV, b"").decode("utf-8", "replace"), judged)
        return _why(result) if found is None else found

    def _run(
        self, whole: Project, profile: Profile, end: float, asked: tuple[str, ...], *collect: str
    ) -> ExecResult | str:
        forge = self.toolchain.require_forge()
        if end - time.monotonic() < _LEAST_S:
            return _TIME_ENDED
        made = self.compilations.compile(whole, end - time.monotonic(), profile)
        if isinstance(made, NotCompiled):
            return f"code and tests do not compile together ({made.summary.rstrip('.')})"
        seconds = end - time.monotonic()
        if seconds < _LEAST_S:
            return _TIME_ENDED
        limits = Limits(
            wall_s=seconds,
            cpu_s=max(2, int(2 * seconds) + 1),
            memory_bytes=_MEMORY_BYTES,
            output_bytes=_OUTPUT_BYTES,
            disk_bytes=_DISK_BYTES,
            pids=_PIDS,
        )
        return self.sandbox.run(
            Job(
                environment=SOLIDITY,
                argv=(forge, *asked),
                files=layout(made, OPTIONS),
                env={"NO_COLOR": "1"},
                limits=limits,
                collect=collect,
            )
        )


def _missing(gas: str, coverage: str) -> str:
    if gas and gas == coverage:
        return f"Gas and coverage were not measured: {gas}."
    said = (f"{what} was not measured: {why}." for what, why in (("Gas", gas), ("Coverage", coverage)) if why)
    return " ".join(said)


def _why(result: ExecResult) -> str:
    """Why a run left no report."""
    if result.timed_out or result.exit_code in (128 + 9, 128 + 24):
        return _TIME_ENDED
    if result.out_of_memory:
        return f"the tests needed more than {_MEMORY_BYTES >> 20} MiB"
    lines = [line for line in result.stderr.decode("utf-8", "replace").splitlines() if line.strip()]
    said = next(
        (line for line in lines if line.startswith("Error")), lines[-1] if lines else "it said nothing"
    )
    return f"forge gave no report (exit {result.exit_code}: {said[:200]})"
