"""A scanner that breaks never looks like a clean result: every fault ends as an error or as incomplete."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.fakes import ScriptedSandbox
from tests.integration.scanners.conftest import scanned
from tests.requirements import require
from verifiers.domain import Language, Status
from verifiers.errors import SandboxUnavailable, ToolError, ToolFailed, ToolMissing
from verifiers.registry import build_verifiers
from verifiers.sandbox.bubblewrap import Bubblewrap
from verifiers.sandbox.environments import Bind, Environments
from verifiers.sandbox.protocol import ExecResult, Job, LinkedResult, Sandbox
from verifiers.scanners import bandit, dependencies, eslint, known_packages, rule_pack, secrets, semgrep
from verifiers.solidity.toolchain import SolidityToolchain
from verifiers.verifier import Stage, Verifier

# What each scanner that runs a program is given, and the program.
SAMPLES = {
    "bandit": (Language.PYTHON, {"a.py": "x = 1\n", "b.py": "y = 2\n"}, "python3"),
    "cppcheck": (Language.C, {"a.c": "int x;\n", "b.c": "int y;\n"}, "cppcheck"),
    "eslint": (Language.JAVASCRIPT, {"a.js": "let x = 1;\n", "b.js": "let y = 2;\n"}, "node"),
    "flawfinder": (Language.C, {"a.c": "int x;\n", "b.c": "int y;\n"}, "flawfinder"),
    "semgrep": (Language.PYTHON, {"a.py": "x = 1\n", "b.py": "y = 2\n"}, "semgrep-core"),
}
# Scanners that read in this process, and so can only fail by their tables and their time.
WITHOUT_PROGRAM = {"secrets", "dependencies"}
BROKEN_PROGRAMS = {
    "says nothing": "exit 0",
    "says nothing and 1": "exit 1",
    "crashes": "kill -SEGV $$",
    "aborts": "echo 'Traceback (most recent call last):' >&2; exit 1",
    "is killed": "kill -KILL $$",
    "says too much": "yes '{\"results\": []}'",
    "hangs": "sleep 60",
    "says it is well": "echo ok; exit 0",
    "prints an empty object": "echo '{}'; exit 0",
    "prints an empty list": "echo '[]'; exit 0",
    "prints an empty report": "echo '<results version=\"2\"/>' | tee /dev/stderr; exit 0",
}
FAULTS = {
    "time-out": ExecResult(exit_code=None, timed_out=True),
    "no CPU time left": ExecResult(exit_code=152),
    "no memory": ExecResult(exit_code=137, out_of_memory=True),
    "killed": ExecResult(exit_code=137),
    "crash": ExecResult(exit_code=139, stderr=b"Segmentation fault"),
    "exit 2": ExecResult(exit_code=2, stderr=b"usage: ..."),
    "exit 127": ExecResult(exit_code=127, stderr=b"not found"),
    "nothing": ExecResult(exit_code=0),
    "junk": ExecResult(exit_code=0, stdout=b"\xff\x00{[", stderr=b"<"),
}


class Recording:
    """A sandbox that keeps what came back."""

    def __init__(self, inner: Sandbox) -> None:
        self.name = inner.name
        self.results: list[ExecResult] = []
        self._inner = inner

    def run(self, job: Job) -> ExecResult:
        self.results.append(self._inner.run(job))
        return self.results[-1]

    def run_linked(self, judge: Job, guest: Job) -> LinkedResult:
        return self._inner.run_linked(judge, guest)

    def close(self) -> None:
        return None


class Gone(ScriptedSandbox):
    """A sandbox that cannot be had."""

    def run(self, job: Job) -> ExecResult:
        raise SandboxUnavailable("There is no sandbox.")


def scanner(name: str, sandbox: Sandbox) -> Verifier:
    (found,) = [item for item in build_verifiers(sandbox, SolidityToolchain()) if item.name == name]
    return found


def ends_well(name: str, sandbox: Sandbox, seconds: float = 60.0) -> bool:
    """Whether the scanner says of its sample that it is clean."""
    language, code, _ = SAMPLES[name]
    try:
        verdict = scanned(scanner(name, sandbox), language, code, seconds)
    except ToolError:
        return False
    assert verdict.status in (Status.PASSED, Status.INCOMPLETE, Status.ERROR)
    return verdict.status is Status.PASSED


def test_every_scanner_of_the_registry_is_among_these() -> None:
    modules = {
        item.name
        for item in build_verifiers(ScriptedSandbox([]), SolidityToolchain())
        if item.stage is Stage.SCAN
        and type(getattr(item, "_verifier", item)).__module__.startswith("verifiers.scanners.")
    }
    assert modules == set(SAMPLES) | WITHOUT_PROGRAM


@pytest.mark.parametrize("name", SAMPLES)
def test_the_samples_are_clean_when_nothing_is_wrong(
    name: str, sandbox: Sandbox, installed: Callable[[str], None]
) -> None:
    installed(name)
    assert ends_well(name, sandbox)


@pytest.mark.parametrize("fault", BROKEN_PROGRAMS)
@pytest.mark.parametrize("name", SAMPLES)
def test_a_broken_program_is_never_a_clean_result(
    name: str, fault: str, environments: Environments, installed: Callable[[str], None], tmp_path: Path
) -> None:
    """The real sandbox runs a program that is broken in the place of the real one."""
    require("bubblewrap", shutil.which("bwrap") is not None, "apt-get install bubblewrap")
    installed(name)
    row = environments[name]
    program = tmp_path / "bin" / SAMPLES[name][2]
    program.parent.mkdir()
    program.write_text(f"#!/bin/bash\n{BROKEN_PROGRAMS[fault]}\n", encoding="utf-8")
    program.chmod(0o755)
    bind = Bind(source=program.parent, target="/opt/acrisol/broken")
    changes = {"binds": (bind,), "path": ("/opt/acrisol/broken",)}
    backend = Bubblewrap({**environments, name: row.model_copy(update=changes)})
    try:
        assert not ends_well(name, backend, seconds=1.0)
    finally:
        backend.close()


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("name", SAMPLES)
def test_an_end_that_is_no_good_one_is_never_a_clean_result(name: str, fault: str) -> None:
    assert not ends_well(name, ScriptedSandbox([FAULTS[fault]]))


@pytest.mark.parametrize("name", SAMPLES)
def test_output_that_was_cut_anywhere_is_never_a_clean_result(
    name: str, sandbox: Sandbox, installed: Callable[[str], None]
) -> None:
    installed(name)
    recording = Recording(sandbox)
    assert ends_well(name, recording)
    (whole,) = recording.results
    assert ends_well(name, ScriptedSandbox([whole]))  # so that what follows is the cut's doing
    channel = "stderr" if name == "cppcheck" else "stdout"
    text: bytes = getattr(whole, channel).rstrip()
    for kept in {*range(0, len(text), max(1, len(text) // 60)), len(text) - 1}:
        cut = whole.model_copy(update={channel: text[:kept]})
        assert not ends_well(name, ScriptedSandbox([cut])), f"{kept} bytes of {len(text)}"


@pytest.mark.parametrize("name", ["bandit", "cppcheck", "eslint", "flawfinder", "semgrep"])
def test_without_a_sandbox_or_the_tool_there_is_no_verdict(name: str) -> None:
    language, code, _ = SAMPLES[name]
    with pytest.raises(SandboxUnavailable):
        scanned(scanner(name, Gone([])), language, code)
    with pytest.raises(ToolMissing, match=r"Run: |pip install|scripts/"):
        scanned(scanner(name, Bubblewrap({})), language, code)


@pytest.mark.parametrize("name", sorted(WITHOUT_PROGRAM))
def test_no_time_is_incomplete(name: str) -> None:
    verdict = scanned(scanner(name, ScriptedSandbox([])), Language.PYTHON, {"a.py": "x = 1\n"}, -1.0)
    assert verdict.status is Status.INCOMPLETE


@pytest.mark.parametrize(
    ("name", "module", "table", "load"),
    [
        ("bandit", bandit, "bandit.yaml", bandit.trust),
        ("eslint", eslint, "eslint.yaml", eslint.trust),
        ("secrets", secrets, "secrets.yaml", secrets.forms),
    ],
)
@pytest.mark.parametrize("text", [None, "", "[", "- 1", "a: b", "B602: {severity: dreadful, fix: x}", "\x00"])
def test_a_broken_table_is_a_broken_tool(
    name: str, module: object, table: str, load: object, text: str | None,
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    if text is not None:
        (tmp_path / table).write_text(text, encoding="utf-8")
    shutil.copy(Path(eslint.__file__).parent / "eslint_config.js", tmp_path)
    monkeypatch.setattr(module, "files", lambda package: tmp_path)
    load.cache_clear()  # type: ignore[attr-defined]
    language, code, _ = SAMPLES.get(name, SAMPLES["bandit"])
    weak = ExecResult(exit_code=0, stdout=b'{"results": [], "errors": [], "metrics": {}}')
    try:
        with pytest.raises(ToolFailed, match=r"The table of .* cannot be read"):
            scanned(scanner(name, ScriptedSandbox([weak])), language, code)
    finally:
        load.cache_clear()  # type: ignore[attr-defined]


@pytest.mark.parametrize("text", ["rules:\n  - id: [", "rules: [{id: python.x}]", "- 1", "\x00"])
def test_a_broken_rule_file_is_a_broken_tool(
    text: str, sandbox: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rules = tmp_path / "rules"
    shutil.copytree(rule_pack.RULES, rules)
    (rules / "python" / "more.yaml").write_text(text, encoding="utf-8")
    monkeypatch.setattr(semgrep, "load_pack", lambda languages: rule_pack.load_pack(languages, rules))
    assert not ends_well("semgrep", sandbox)


def test_a_broken_package_list_is_a_broken_tool(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    code = {"a.py": "import nobody_knows_this\n"}
    missing = dependencies.DependenciesVerifier(tmp_path / "missing")
    with pytest.raises(ToolFailed, match="not there"):
        scanned(missing, Language.PYTHON, code)
    (tmp_path / "python.txt").write_bytes(b"\xff\xfe\xff")
    with pytest.raises(ToolFailed, match="cannot be read"):
        scanned(dependencies.DependenciesVerifier(tmp_path), Language.PYTHON, code)
    monkeypatch.setattr(known_packages, "files", lambda package: tmp_path)
    known_packages._short.cache_clear()
    try:
        with pytest.raises(ToolFailed, match="cannot be read"):
            scanned(dependencies.DependenciesVerifier(), Language.PYTHON, code)
    finally:
        known_packages._short.cache_clear()
