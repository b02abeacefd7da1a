"""The verifier ``python-syntax``: does every Python file parse, told without running it."""

from __future__ import annotations

import platform
import time

from verifiers.domain import Candidate, CodingTask, Finding, Language, Location, Severity, Status, Verdict
from verifiers.execution.parsing import Unparsable, parse
from verifiers.verifier import Stage


class PythonSyntaxVerifier:
    """Parses the candidate's Python files."""

    name = "python-syntax"
    stage = Stage.SCREEN

    def applies_to(self, task: CodingTask) -> bool:
        """Python tasks."""
        return task.language is Language.PYTHON

    def verify(self, task: CodingTask, candidate: Candidate, seconds: float) -> Verdict:
        """See :class:`verifiers.verifier.Verifier`; never raises."""
        began = time.monotonic()
        sources = [file for file in candidate.files if file.path.endswith(".py")]
        findings = []
        for file in sources:
            try:
                parse(file.content, file.path)
            except Unparsable as error:
                findings.append(
                    Finding(
                        rule="python.syntax",
                        message=f"{file.path}:{error.line}: {error.message}",
                        severity=Severity.HIGH,
                        fix="Correct the syntax at this line.",
                        location=Location(path=file.path, line=error.line),
                    )
                )
        if not sources:
            findings.append(
                Finding(rule="no-python-file", message="there is no .py file in the answer",
                        severity=Severity.HIGH, fix="Answer with one Python file.")
            )  # fmt: skip
        summary = (
            findings[0].message
            if findings
            else f"{len(sources)} file{'' if len(sources) == 1 else 's'} parsed"
        )
        return Verdict(
            verifier=self.name,
            status=Status.FAILED if findings else Status.PASSED,
            summary=summary,
            findings=tuple(findings),
            evidence={"files": [file.path for file in sources]},
            tool=f"python {platform.python_version()}",
            duration_s=time.monotonic() - began,
        )
