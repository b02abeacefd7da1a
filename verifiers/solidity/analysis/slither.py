"""Static analysis with Slither: the ``slither`` verifier.

Slither gets the compiler's answer that is there already, and a driver of ours runs its detectors one by one
in the sandbox; ``slither_driver/analyse.py`` says why not Slither's own command. It starts in a fork of an
interpreter that has imported Slither, where the sandbox keeps one: importing it takes three times as long as
analysing a small contract. Libraries are part of what is analysed, and never of what is reported.
"""

from __future__ import annotations

import json
import time
from functools import cache
from importlib.resources import files

from pydantic import JsonValue

from verifiers.domain import Candidate, CodingTask, Language, Status, Verdict
from verifiers.errors import ToolFailed
from verifiers.sandbox.environments import SOLIDITY
from verifiers.sandbox.protocol import WORKDIR, ExecResult, Job, Limits, Preload, Sandbox
from verifiers.scanners.conclusion import Gap, Scan, conclude
from verifiers.solidity.analysis.slither_output import Analysis, checks, findings, parse
from verifiers.solidity.compiling.compilation import Compilation, Compilations, NotCompiled
from verifiers.solidity.compiling.project import project_of
from verifiers.solidity.toolchain import INSTALL_HINT, SolidityToolchain
from verifiers.verifier import Stage

NAME = "slither"
_DRIVER = ("__init__.py", "analyse.py")
_FOLDER = "analyser"
_ENTRY = (
    f"import sys; sys.path.insert(0, '{WORKDIR}/{_FOLDER}'); "
    "import warnings; warnings.simplefilter('ignore'); "
    "from slither_driver.analyse import main; main()"
)
_MEMORY_BYTES = 2 * 2**30
_OUTPUT_BYTES = 16 * 2**20


class SlitherVerifier:
    """Blocks contracts in which Slither finds a weakness of at least the policy's severity."""

    name = NAME
    stage = Stage.SCAN

    def __init__(self, sandbox: Sandbox, toolchain: SolidityToolchain, compilations: Compilations) -> None:
        self._sandbox = sandbox
        self._toolchain = toolchain
        self._compilations = compilations

    def applies_to(self, task: CodingTask) -> bool:
        """For Solidity."""
        return task.language is Language.SOLIDITY

    def verify(self, task: CodingTask, candidate: Candidate, seconds: float) -> Verdict:
        """Analyse all contracts of the project; see :class:`verifiers.verifier.Verifier`.

        Raises:
            ToolMissing: Slither or a compiler is not installed.
            ToolFailed: one of them could not be run, or its answer cannot be read.
        """
        started = time.monotonic()
        self._toolchain.require_slither()
        made = self._compilations.compile(project_of(task, candidate), seconds)
        if isinstance(made, NotCompiled):
            verdict = made.verdict(NAME, before="Nothing was analysed: ")
        else:
            result = self._run(made, seconds - (time.monotonic() - started))
            verdict = judge(task, made, result)
        return verdict.model_copy(update={"duration_s": time.monotonic() - started})

    def _run(self, compilation: Compilation, seconds: float) -> ExecResult:
        project = compilation.project
        request = {
            "output": {key: compilation.output.get(key, {}) for key in ("contracts", "sources")},
            "version": compilation.compiler.version,
            "paths": list(project.sources),
            "detectors": list(checks()),
        }
        sources = {f"project/{path}": text.encode() for path, text in project.files.items()}
        job = Job(
            environment=SOLIDITY,
            argv=(self._toolchain.require_slither(), "-P", "-s", "-B", "-c", _ENTRY),
            files={**driver_files(), **sources, "request.json": json.dumps(request).encode()},
            env={"PYTHONHASHSEED": "0"},
            preload=preload(),
            limits=Limits(
                wall_s=max(0.1, seconds),
                cpu_s=max(2, int(seconds) + 2),
                memory_bytes=_MEMORY_BYTES,
                output_bytes=_OUTPUT_BYTES,
            ),
        )
        return self._sandbox.run(job)


@cache
def preload() -> Preload:
    """What an interpreter can have ready: Slither and its detectors, imported with the driver."""
    return Preload(
        modules=("slither_driver.analyse",),
        folder=_FOLDER,
        files=driver_files(),
        import_only=True,
        on_the_clock=True,
    )


@cache
def driver_files() -> dict[str, bytes]:
    """The driver, as it is sent into the sandbox."""
    folder = files(__package__).joinpath("slither_driver")
    return {f"{_FOLDER}/slither_driver/{name}": folder.joinpath(name).read_bytes() for name in _DRIVER}


def judge(task: CodingTask, compilation: Compilation, result: ExecResult) -> Verdict:
    """Turn what the driver said into a verdict. Pure.

    Raises:
        ToolFailed: Slither could not be started, or its report cannot be read.
    """
    analysis = parse(result.stdout.decode("utf-8", "replace"))
    _check_started(analysis, result)
    evidence: dict[str, JsonValue] = {
        **compilation.evidence,
        "isolation": result.isolation,
        "contracts": list(analysis.contracts[:200]),
        "detectors": [detector.name for detector in analysis.detectors],
    }
    tool = f"slither {analysis.version}" if analysis.version else "slither"
    if analysis.broken:
        return Verdict(
            verifier=NAME,
            status=Status.ERROR,
            summary=f"Slither cannot read this source: {analysis.broken.splitlines()[-1][:300]}",
            evidence={**evidence, "crash": analysis.broken[-2000:]},
            tool=tool,
        )
    gaps = [Gap(file="", reason=reason) for reason in _gaps(analysis, result)]
    scan = Scan(
        findings=findings(analysis, compilation.project.sources),
        gaps=tuple(gaps),
        files=tuple(compilation.project.sources),
        tool=tool,
        evidence=evidence,
    )
    return conclude(NAME, task, scan, 0.0)


def _gaps(analysis: Analysis, result: ExecResult) -> list[str]:
    ran = {detector.name: detector.crash for detector in analysis.detectors}
    gaps = []
    if result.timed_out:
        gaps.append("the time ran out")
    if result.out_of_memory:
        gaps.append("more memory was needed")
    if result.truncated:
        gaps.append("the report was too long")
    if not analysis.ended and not gaps:
        gaps.append(f"Slither ended before its time (exit {result.exit_code})")
    gaps += [f"the detector {name} broke" for name, crash in ran.items() if crash]
    gaps += [f"the detector {name} found too much to list" for name in _cut(analysis)]
    unrun = [name for name in checks() if name not in ran and name not in analysis.missing]
    if unrun and analysis.ended:
        gaps.append(f"the detector {unrun[0]} did not run")
    if analysis.missing:
        gaps.append(f"this Slither has no detector {analysis.missing[0]}")
    if analysis.ended and not analysis.contracts:
        gaps.append("Slither saw no contract of the project")
    return gaps


def _cut(analysis: Analysis) -> list[str]:
    return [each.name for each in analysis.detectors if each.total > len(each.results)]


def _check_started(analysis: Analysis, result: ExecResult) -> None:
    """Raises:
    ToolFailed: there is no sign of Slither's having been there, and no limit explains it.
    """
    if analysis.version or result.timed_out or result.out_of_memory:
        return
    said = (result.stderr.decode("utf-8", "replace").strip().splitlines() or ["it said nothing"])[-1][:300]
    raise ToolFailed(f"Slither could not be started (exit {result.exit_code}: {said}).", INSTALL_HINT)
