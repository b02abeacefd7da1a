"""How Rust tests are run: apart from the candidate, or with it in one process."""

from __future__ import annotations

import re
from pathlib import Path

from verifiers.execution.languages.language import Apart, Order, Shared
from verifiers.execution.languages.rust.declarations import Crate, read_crate, root_of
from verifiers.execution.languages.rust.standin import make_stand_in
from verifiers.execution.languages.rust.suite import (
    Case,
    cases_of,
    crate_names,
    made_to_run,
    made_to_share,
    quoted,
    sees_inside,
)
from verifiers.execution.languages.rust.syntax import STD_MACROS, is_name, parse, text, walk
from verifiers.execution.run import STARTUP_S
from verifiers.sandbox.environments import RUST
from verifiers.sandbox.protocol import Job

JUDGE, ALONE = "acrisol_judge.rs", "acrisol_alone.rs"
DISPATCHER, CASES = "acrisol_dispatch.rs", "acrisol_cases.txt"
_INVOKED = re.compile(r"\b([A-Za-z_]\w*)\s*!(?!=)")
_RUNTIME = Path(__file__).with_name("runtime")


def plan(order: Order) -> Apart | Shared:
    """See :class:`verifiers.execution.languages.language.LanguageSupport`."""
    assert order.tests is not None
    root = root_of(order.files) or "solution.rs"
    crate = read_crate(order.files, root)
    cases = cases_of(order.tests)
    together = _shared_job(order, crate, cases)
    macros = _macros_of_candidate(order, crate)
    if macros:
        return Shared(together, f"they use the candidate's macro {macros[0]}!")
    sources = "\n".join(file.content for file in order.tests.files)
    given = "\n".join(file.content for file in order.task.files)
    stand_in = make_stand_in(
        crate,
        sources,
        "\n".join((sources, order.task.instruction, given)),
        bool(_names(order, crate)) and not sees_inside(order.tests),
    )
    names = [f"extern crate self as {name};" for name in _names(order, crate)]
    paths = _paths(cases)
    modules = [f"#[path = {quoted(path)}]\nmod acrisol_t{at};" for at, path in enumerate(paths)]
    groups = ", ".join(f"&acrisol_t{at}::ACRISOL_CASES" for at in range(len(paths)))
    main = (
        f"static ACRISOL_ALL: &[&::acrisol::Group] = &[{groups}];\n"
        '#[no_mangle]\npub extern "C" fn acrisol_main() {\n    ::acrisol::main(ACRISOL_ALL);\n}\n'
    )
    judge_files = {
        JUDGE: "\n".join([stand_in.source, *names, *modules, main]).encode(),
        **{
            file.path: (made_to_run(file.content, file.path) if file.path in paths else file.content).encode()
            for file in order.tests.files
        },
    }
    guest_files = {path: file.content.encode() for path, file in order.files.items()}
    extra = f'\n#[path = "/work/{DISPATCHER}"]\nmod acrisol_dispatch;\n'
    guest_files[DISPATCHER] = stand_in.dispatcher.encode()
    guest_files[root] = (order.files[root].content + extra).encode()
    guest_files[ALONE] = order.files[root].content.encode()
    return Apart(
        judge=Job(
            environment=RUST,
            argv=("/bin/sh", "-c", (_RUNTIME / "judge.sh").read_text(), "judge"),
            files=judge_files,
            env={"ACRISOL_NONCE": order.nonce, "ACRISOL_WALL": f"{order.wall_s - STARTUP_S:.2f}"},
            limits=order.judge_limits(),
        ),
        guest=Job(
            environment=RUST,
            argv=("/bin/sh", "-c", (_RUNTIME / "guest.sh").read_text(), "guest", root, ALONE),
            files=guest_files,
            limits=order.guest_limits(),
        ),
        together=together,
    )


def _paths(cases: tuple[Case, ...]) -> list[str]:
    return list(dict.fromkeys(case.path for case in cases))


def _names(order: Order, crate: Crate) -> list[str]:
    """Names of the candidate's crate that the tests use and that it does not itself declare."""
    assert order.tests is not None
    own = {*crate.root.children, *crate.root.types, *crate.root.items, *crate.root.imports}
    return [name for name in crate_names(order.tests) if name not in own]


def _macros_of_candidate(order: Order, crate: Crate) -> list[str]:
    """Macros of the candidate's that the tests use; one that is named like a standard one is not meant."""
    assert order.tests is not None
    declared = {name for module in crate.modules.values() for name in module.macros} - STD_MACROS
    if not declared:
        return []
    roots = [parse(file.content) for file in order.tests.files]
    own = {
        text(node.child_by_field_name("name"))
        for root in roots
        for node in walk(root)
        if node.type == "macro_definition"
    }
    sources = "\n".join(file.content for file in order.tests.files)
    used = set(_INVOKED.findall(sources))  # also inside the arguments of other macros, which no tree shows
    return sorted(name for name in (declared & used) - own if is_name(name))


def _shared_job(order: Order, crate: Crate, cases: tuple[Case, ...]) -> Job:
    assert order.tests is not None
    paths = _paths(cases)
    root = crate.root_file
    files = {path: file.content.encode() for path, file in order.files.items()}
    for file in order.tests.files:
        source = made_to_share(file.content, file.path) if file.path in paths else file.content
        files[file.path] = source.encode()
    modules = [
        f"#[cfg(test)] #[path = {quoted(f'/work/{path}')}] mod acrisol_t{at};"
        for at, path in enumerate(paths)
    ]
    names = [f"extern crate self as {name};" for name in _names(order, crate)]
    files[root] = "\n".join([order.files[root].content, *modules, *names, ""]).encode()
    lines = []
    for case in cases:
        function = "acrisol_main" if case.program else case.name
        name = "::".join((f"acrisol_t{paths.index(case.path)}", *case.modules, function))
        lines.append("\t".join((case.id, name, case.path)))
    files[CASES] = ("\n".join(lines) + "\n").encode()
    return Job(
        environment=RUST,
        argv=("/bin/sh", "-c", (_RUNTIME / "shared.sh").read_text(), "shared", root),
        files=files,
        env={"ACRISOL_NONCE": order.nonce},
        limits=order.guest_limits(),
    )
