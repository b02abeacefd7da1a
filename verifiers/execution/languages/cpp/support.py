"""The row of C and C++ in the table of languages."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path, PurePosixPath

from verifiers.domain import Language, SourceFile
from verifiers.execution.languages.cpp.c_standin import c_dispatcher_head, c_doors, c_glue, c_standin
from verifiers.execution.languages.cpp.compiler_output import compiler_findings, run_findings
from verifiers.execution.languages.cpp.declarations import read_declarations
from verifiers.execution.languages.cpp.declared import Declared
from verifiers.execution.languages.cpp.exports import Exports, choose_exports
from verifiers.execution.languages.cpp.generate import dispatcher
from verifiers.execution.languages.cpp.parts import DECLARED, with_parts_marked
from verifiers.execution.languages.cpp.standin import cpp_standin
from verifiers.execution.languages.cpp.suite import SOURCES, expected_ids, main_of, test_sources
from verifiers.execution.languages.cpp.together import needs_one_process, together_job
from verifiers.execution.languages.language import Apart, LanguageSupport, Order, Shared
from verifiers.sandbox.environments import CPP, Bind, Environment
from verifiers.sandbox.protocol import Job

FOLDER = "/opt/acrisol/cpp"
HEADERS = (".h", ".hh", ".hpp", ".hxx")
MEMORY = 1024 * 2**20  # compilers and AddressSanitizer's shadow
_NEWER = re.compile(
    r"<=>|\b(concept|requires|co_await|co_yield|co_return|consteval|constinit)\b"
    r"|#\s*include\s*<(ranges|concepts|span|coroutine|bit|numbers|format|source_location|compare|semaphore|latch)>"
)
_FRAMEWORK = re.compile(
    r"^(catch|catch2/.*|doctest|doctest/.*|gtest/.*|gmock/.*)(\.hpp|\.h)?$|catch\.hpp$|doctest\.h$"
)
_LIBRARIES = {"openssl/": "-lcrypto"}


def environment(tools: Path) -> Environment | None:
    """The environment, where the compilers and what is built ahead are installed."""
    folder = tools / "cpp"
    if not (folder / "guest.o").is_file() or not Path("/usr/bin/g++").exists():
        return None
    return Environment(name=CPP, image="acrisol/cpp:1", binds=(Bind(source=folder.resolve(), target=FOLDER),))


def candidate_files(order: Order) -> list[SourceFile]:
    """Sources and headers, headers first."""
    found = [f for f in order.files.values() if PurePosixPath(f.path).suffix in (*SOURCES, *HEADERS)]
    return sorted(found, key=lambda file: PurePosixPath(file.path).suffix in SOURCES)


def _units(order: Order) -> list[str]:
    return [f.path for f in candidate_files(order) if PurePosixPath(f.path).suffix in SOURCES]


def standard_of(texts: Sequence[str]) -> str:
    """C++17, or C++20 where the code cannot be of C++17."""
    return "c++20" if any(_NEWER.search(text) for text in texts) else "c++17"


def headers_of(declared: Sequence[Declared]) -> str:
    """The system headers, in order, each once."""
    return " ".join(dict.fromkeys(header for one in declared for header in one.headers))


def libraries_of(headers: str) -> str:
    """What the headers need to be linked with."""
    return " ".join(flag for start, flag in _LIBRARIES.items() if start in headers)


def plan(order: Order) -> Apart | Shared:
    """Tests and candidate apart; in one process where the tests need what no stand-in has."""
    assert order.tests is not None
    c = order.language is Language.C
    texts = [file.content for file in order.tests.files]
    declared = read_declarations([file.content for file in candidate_files(order)], c=c)
    told = f"{order.tests.entry_point or ''} {order.task.instruction}"
    exports = choose_exports(declared, texts, told, c=c)
    reason = needs_one_process(texts) or next(iter(exports.missing), "")
    together = together_job(order, standard_of([*texts, *_texts(order)]), declared)
    if reason:
        return Shared(together, reason)
    return Apart(judge=_judge(order, exports, c=c), guest=_guest(order, exports, c=c), together=together)


def _texts(order: Order) -> list[str]:
    return [file.content for file in candidate_files(order)]


def _judge(order: Order, exports: Exports, *, c: bool) -> Job:
    assert order.tests is not None
    files = {
        file.path: with_parts_marked(file.content, exports, c=c).encode()
        if exports.pointers
        else file.content.encode()
        for file in order.tests.files
    }
    for path in (*order.files, *_included(order)):  # all of the candidate's is in the stand-in already
        files.setdefault(path, b"#pragma once\n")
    if c:
        files["acrisol-standin.h"] = (c_standin(exports) + DECLARED).encode()
        files["acrisol-glue.cpp"] = c_glue(exports).encode()
    else:
        files["acrisol-standin.hpp"] = (cpp_standin(exports) + DECLARED).encode()
    texts = [file.content for file in order.tests.files]
    own = read_declarations(texts, c=c)
    family = "checked" if c or exports.pointers else "plain"
    main = main_of(order.tests)
    sources = [file.path for file in test_sources(order.tests)]
    headers = headers_of([exports.declared] if c else [exports.declared, own])
    standard = standard_of([*texts, *_texts(order)])
    return Job(
        environment=CPP,
        argv=(
            "sh",
            f"{FOLDER}/judge.sh",
            "c" if c else "c++",
            standard,
            "c17",
            family,
            main,
            headers,
            *sources,
        ),
        files=files,
        env={"ACRISOL_NONCE": order.nonce},
        limits=order.judge_limits(memory_bytes=MEMORY),
    )


def _included(order: Order) -> list[str]:
    """Files that the tests include and nobody brings: a candidate of one source is meant by any name."""
    assert order.tests is not None
    if len(_units(order)) != 1:
        return []
    found = re.findall(
        r'#\s*include\s*"((?:\w[\w.-]*/)*\w[\w.-]*)"', "\n".join(f.content for f in order.tests.files)
    )
    named = [name for name in found if not _FRAMEWORK.search(name)]
    folders = {str(PurePosixPath(file.path).parent) for file in order.tests.files}
    return [str(PurePosixPath(folder, name)) for name in named for folder in folders]


def _guest(order: Order, exports: Exports, *, c: bool) -> Job:
    files = {f"candidate/{path}": file.content.encode() for path, file in order.files.items()}
    units = "".join(f'#include "candidate/{path}"\n' for path in _units(order))
    if not units:  # headers alone are a candidate too
        units = "".join(f'#include "candidate/{file.path}"\n' for file in candidate_files(order))
    units = f"#define main acrisol_candidate_main\n{units}#undef main\n"
    if c:
        files["guest.c"] = f"{units}{c_doors(exports)}".encode()
        files["dispatcher.cpp"] = (c_dispatcher_head(exports) + dispatcher(exports, c=True)).encode()
    else:
        shown = any(call.kind == "show" for call in exports.calls)
        parts = "#include <sstream>\n" if shown else ""
        parts += f'#include "{FOLDER}/include/codecs.hpp"\n#include "{FOLDER}/include/guest.hpp"\n'
        files["guest.cpp"] = f'{units}#include "dispatcher.hpp"\n'.encode()
        files["alone.cpp"] = units.encode()
        files["dispatcher.hpp"] = f"#pragma GCC system_header\n{parts}{dispatcher(exports, c=False)}".encode()
    headers = headers_of([exports.declared])
    libraries = libraries_of(headers)
    return Job(
        environment=CPP,
        argv=(
            "sh",
            f"{FOLDER}/guest.sh",
            "c" if c else "c++",
            standard_of(_texts(order)),
            "c17",
            headers,
            libraries,
        ),
        files=files,
        limits=order.guest_limits(memory_bytes=MEMORY),
    )


def build(order: Order) -> Job:
    """Compiles each of the candidate's sources by itself; headers alone are compiled too."""
    units = _units(order) or [file.path for file in candidate_files(order)]
    files = {f"candidate/{path}": file.content.encode() for path, file in order.files.items()}
    c = order.language is Language.C
    return Job(
        environment=CPP,
        argv=("sh", f"{FOLDER}/build.sh", "c" if c else "c++", standard_of(_texts(order)), "c17", *units),
        files=files,
        limits=order.guest_limits(memory_bytes=MEMORY),
    )


SUPPORT = LanguageSupport(
    languages=(Language.C, Language.CPP),
    suffixes=(*SOURCES, *HEADERS),
    environment=CPP,
    version_command=("g++", "--version"),
    toolchain=environment,
    expected=expected_ids,
    plan=plan,
    build=build,
    compiler_findings=compiler_findings,
    run_findings=run_findings,
)
