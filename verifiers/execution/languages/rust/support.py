"""Rust's row of the table."""

from __future__ import annotations

from pathlib import Path

from verifiers.domain import Language
from verifiers.execution.languages.language import LanguageSupport, Order
from verifiers.execution.languages.rust.declarations import root_of
from verifiers.execution.languages.rust.findings import compiler_findings
from verifiers.execution.languages.rust.plan import plan
from verifiers.execution.languages.rust.suite import expected
from verifiers.sandbox.environments import RUST, Bind, Environment
from verifiers.sandbox.protocol import Job

FOLDER = "/opt/acrisol/rust"
_RUNTIME = Path(__file__).with_name("runtime")


def toolchain(tools: Path) -> Environment | None:
    """The environment: the system's rustc, and our runtime as it was built for it."""
    made = tools / "rust"
    if not Path("/usr/bin/rustc").exists() or not (made / "version").is_file():
        return None
    return Environment(
        name=RUST,
        image="acrisol/rust:1",
        binds=(Bind(source=made.resolve(), target=FOLDER),),
    )


def build(order: Order) -> Job:
    """The job that only compiles the candidate."""
    root = root_of(order.files) or "solution.rs"
    return Job(
        environment=RUST,
        argv=("/bin/sh", "-c", (_RUNTIME / "build.sh").read_text(), "build", root),
        files={path: file.content.encode() for path, file in order.files.items()},
        limits=order.guest_limits(),
    )


SUPPORT = LanguageSupport(
    languages=(Language.RUST,),
    suffixes=(".rs",),
    environment=RUST,
    version_command=("rustc", "--version"),
    toolchain=toolchain,
    expected=expected,
    plan=plan,
    build=build,
    compiler_findings=compiler_findings,
)
