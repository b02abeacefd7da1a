"""Java's row of the table."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path, PurePosixPath

from verifiers.domain import Language, SourceFile
from verifiers.execution.languages.java.declarations import File, all_types, read_file
from verifiers.execution.languages.java.findings import compiler_findings
from verifiers.execution.languages.java.standin import make_stand_in
from verifiers.execution.languages.java.suite import Suite, expected, foreign_names, read_suite
from verifiers.execution.languages.language import Apart, LanguageSupport, Order, Shared
from verifiers.execution.plan import HIDDEN
from verifiers.sandbox.environments import JAVA, Bind, Environment
from verifiers.sandbox.protocol import Job

FOLDER = "/opt/acrisol/java"
JARS = (
    "acrisol",
    "junit-jupiter-api",
    "junit-jupiter-engine",
    "junit-jupiter-params",
    "junit-platform-commons",
    "junit-platform-engine",
    "junit-platform-launcher",
    "junit-vintage-engine",
    "junit4",
    "hamcrest",
    "opentest4j",
    "apiguardian-api",
)
_JAVA = f"{FOLDER}/jdk/bin/java"
_JOB = f"{HIDDEN}/job"
# The archive of classes knows the class path as it is seen from /work.
CLASS_PATH = ":".join(f"../opt/acrisol/java/lib/{name}.jar" for name in JARS)
# What the virtual machine and the compiler need beside the candidate's heap; the compiler's time.
_OVERHEAD_BYTES = 384 * 2**20
_PIDS = 128
_COMPILER_CPU_S = 3
# Few methods of a compiler that runs once are worth compiling; its garbage is not worth collecting.
_OPTIONS = (
    f"-XX:SharedArchiveFile={FOLDER}/acrisol.jsa",
    "-Xshare:auto",
    "-XX:+UseSerialGC",
    "-XX:TieredStopAtLevel=1",
    "-XX:Tier3InvocationThreshold=1000",
    "-XX:Tier3MinInvocationThreshold=500",
    "-XX:Tier3CompileThreshold=3000",
    "-XX:NewSize=48m",
    "-Xms96m",
    "-XX:-UsePerfData",
    "-XX:+DisplayVMOutputToStderr",
    "-XX:-CreateCoredumpOnCrash",
    "-XX:ErrorFile=/dev/null",
    "-Dfile.encoding=UTF-8",
)
_ALL_MODULES = re.compile(
    r"\b(?:javax|org\s*\.\s*(?:w3c|xml|ietf))\s*\."
    r"|\bjava\s*\.\s*(?:sql|rmi|awt|beans|applet|net\s*\.\s*http|util\s*\.\s*(?:logging|prefs)"
    r"|lang\s*\.\s*(?:instrument|management))\b"
)


def toolchain(tools: Path) -> Environment | None:
    """The environment's row; None where ``scripts/install-languages java`` has not run."""
    folder = tools / JAVA
    if not (folder / "acrisol.jsa").exists():
        return None
    return Environment(
        name=JAVA,
        image="acrisol/java:1",
        binds=(Bind(source=folder.resolve(), target=FOLDER),),
        path=(f"{FOLDER}/jdk/bin",),
    )


def plan(order: Order) -> Apart | Shared:
    """Build both sides, or one program where there is no other way."""
    assert order.tests is not None
    suite = read_suite(order.tests)
    files = [read_file(file.content) for file in _sources(order.files.values())]
    said = "\n".join([order.task.instruction, *(file.content for file in order.task.files)])
    stand_in = make_stand_in(files, suite.defined, foreign_names(suite, said))
    together = _together(order, suite)
    if suite.unfit:
        return Shared(together, suite.unfit)
    if borrowed := _borrowed(suite, files, _sources(order.files.values())):
        return Shared(together, f"the candidate uses {borrowed}, which the tests define")
    if derived := sorted(
        suite.derived & stand_in.classes - {name.rpartition(".")[2] for name in suite.defined}
    ):
        return Shared(together, f"they derive a class from the candidate's {derived[0]}")
    shown = [f"shown\t{name}" for name in stand_in.shown]
    guest = _order(_sources(order.files.values()), [*shown, *_single(order)])
    made = [SourceFile(path=f"{HIDDEN}/StandIn{number}.java", content=source)
            for number, source in enumerate(stand_in.sources)]  # fmt: skip
    judge = _order([*_sources(order.tests.files), *made], [*shown, f"nonce\t{order.nonce}", *_tests(suite)])
    exits = ("-Djava.security.manager=allow",) if suite.exits else ()
    return Apart(
        judge=Job(
            environment=JAVA,
            argv=(_JAVA, *_OPTIONS, "-Xmx512m", *exits, "-cp", CLASS_PATH, "acrisol.Judge", _JOB),
            files=judge | _others(order.tests.files),
            limits=order.judge_limits(memory_bytes=512 * 2**20 + _OVERHEAD_BYTES, pids=_PIDS),
        ),
        guest=_guest(order, guest),
        together=together,
    )


def _borrowed(suite: Suite, files: list[File], sources: list[SourceFile]) -> str:
    """A type that the tests define, that is no test itself, and that the candidate cannot do without."""
    own = {each.name for file in files for each in all_types(file.types)}
    tests = {name for name, _ in suite.classes} | {main.binary for main in suite.mains}
    helpers = {name.rpartition(".")[2] for name in suite.defined - tests} - own
    words = {word for file in sources for word in re.findall(r"\w+", file.content)} if helpers else set()
    return min(helpers & words, default="")


def build(order: Order) -> Job:
    """The candidate's sources, compiled and no more."""
    return _guest(order, _order(_sources(order.files.values()), _single(order)), "build")


def _guest(order: Order, files: dict[str, bytes], *more: str) -> Job:
    heap = f"-Xmx{order.limits.memory_bytes // 2**20}m"
    return Job(
        environment=JAVA,
        argv=(_JAVA, *_OPTIONS, heap, "-cp", CLASS_PATH, "acrisol.Guest", _JOB, *more),
        files=files | _others(order.files.values()),
        limits=order.guest_limits(
            memory_bytes=order.limits.memory_bytes + _OVERHEAD_BYTES, pids=_PIDS, cpu_s=_COMPILER_CPU_S
        ),
    )


def _together(order: Order, suite: Suite) -> Job:
    assert order.tests is not None
    heap = f"-Xmx{order.limits.memory_bytes // 2**20}m"
    exits = ("-Djava.security.manager=allow",) if suite.exits else ()
    child = (
        _JAVA,
        *_OPTIONS,
        heap,
        *exits,
        "-ea",
        "-cp",
        f"{CLASS_PATH}:{_JOB}/classes",
        "acrisol.Child",
        _JOB,
    )
    sources = [*_sources(order.files.values()), *_sources(order.tests.files)]
    return Job(
        environment=JAVA,
        argv=(_JAVA, *_OPTIONS, "-Xmx256m", "-cp", CLASS_PATH, "acrisol.Together", _JOB, *child),
        files=_order(sources, [f"nonce\t{order.nonce}", *_tests(suite)])
        | _others([*order.files.values(), *order.tests.files]),
        limits=order.guest_limits(
            memory_bytes=order.limits.memory_bytes + 2 * _OVERHEAD_BYTES, pids=_PIDS, cpu_s=_COMPILER_CPU_S
        ),
    )


def _sources(files: Iterable[SourceFile]) -> list[SourceFile]:
    return [
        file
        for file in files
        if PurePosixPath(file.path).suffix == ".java"
        and PurePosixPath(file.path).name not in ("module-info.java", "package-info.java")
    ]


def _others(files: Iterable[SourceFile]) -> dict[str, bytes]:
    return {file.path: file.content.encode() for file in files if PurePosixPath(file.path).suffix != ".java"}


def _order(sources: list[SourceFile], lines: list[str]) -> dict[str, bytes]:
    """The folder of an order: the sources under numbers, and the lines that say what to do with them."""
    files = {f"{_JOB}/{number}.java": file.content.encode() for number, file in enumerate(sources)}
    named = [f"source\t{number}.java\t{_plain(file.path)}" for number, file in enumerate(sources)]
    modules = ["all-modules"] if any(_ALL_MODULES.search(file.content) for file in sources) else []
    return files | {f"{_JOB}/order.txt": "".join(f"{line}\n" for line in (*lines, *named, *modules)).encode()}


def _tests(suite: Suite) -> list[str]:
    classes = [f"class\t{binary}\t{_plain(path)}" for binary, path in suite.classes]
    mains = [f"main\t{main.binary}\t{_plain(main.id)}\t{_plain(main.path)}" for main in suite.mains]
    return [*classes, *mains, *sorted(suite.engines), *(["exits"] if suite.exits else [])]


def _single(order: Order) -> list[str]:
    """A candidate of one file may call it as it likes: what models answer with is no project."""
    return ["any-name"] if len(_sources(order.files.values())) == 1 else []


def _plain(path: str) -> str:
    return re.sub(r"[\t\r\n]", "?", path)


SUPPORT = LanguageSupport(
    languages=(Language.JAVA,),
    suffixes=(".java",),
    environment=JAVA,
    version_command=(_JAVA, "--version"),
    toolchain=toolchain,
    expected=expected,
    plan=plan,
    build=build,
    compiler_findings=compiler_findings,
)
