"""Imports of packages that nobody knows are told, with the name that was probably meant."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from verifiers.domain import Candidate, CodingTask, Language, Severity, SourceFile, Status, Verdict
from verifiers.scanners.dependencies import DependenciesVerifier
from verifiers.scanners.imports import Unreadable, imports_of
from verifiers.scanners.known_packages import lookup

ROOT = Path(__file__).parents[3]


def names(text: str, language: str, path: str = "a") -> list[tuple[str, int]]:
    found = imports_of(SourceFile(path=path, content=text), text, language)
    return [(item.name, item.line) for item in found]


def ask(language: str, files: dict[str, str], packages: Path | None = None) -> Verdict:
    task = CodingTask(instruction="x", language=Language(language))
    texts = tuple(SourceFile(path=path, content=text) for path, text in files.items())
    return DependenciesVerifier(packages).verify(task, Candidate(files=texts), 10.0)


@pytest.mark.parametrize(
    ("language", "text", "found"),
    [
        ("python", "import os.path, numpy as np\nfrom a.b import c\nfrom . import d\n", ["os", "numpy", "a"]),
        ("python", '"""import fake"""\n# import fake\ndef f():\n    import deep\n', ["deep"]),
        ("javascript", 'import x from "a/b";\nexport * from "@s/p/q";\n', ["a", "@s/p"]),
        ("javascript", 'require("a"); import("b"); require(x); f("c"); // require("d")\n', ["a", "b", ""]),
        ("javascript", 'import "./a"; import "../b"; import "/c"; import "https://d"; import "@/e";\n', []),
        ("javascript", 'import fs from "node:fs/promises";\n', ["node:fs/promises"]),
        ("typescript", 'import type { A } from "a";\nlet x: A = 1;\n', ["a"]),
        ("java", "import java.util.*;\nimport static a.b.C.d;\nclass A {}\n", ["java.util", "a.b.C.d"]),
        ("go", 'package a\nimport "fmt"\nimport (\n\t"a.b/c"\n\tx "./d"\n)\n', ["fmt", "a.b/c"]),
        ("rust", "use std::io;\nuse serde::{A, B};\nextern crate c;\nuse Shape::*;\n", ["std", "serde", "c"]),
        ("rust", "use a::b::{c::D, e};\nuse f as g;\nuse crate::h;\nuse self::i;\n", ["a", "f"]),
    ],
)
def test_imports_are_read_from_the_syntax_tree(language: str, text: str, found: list[str]) -> None:
    assert [name for name, _ in names(text, language)] == found


def test_an_import_says_its_line() -> None:
    assert names("x = 1\n\nimport numpy\n", "python") == [("numpy", 3)]


@pytest.mark.parametrize(
    ("language", "text"),
    [("python", "import (\n"), ("javascript", "import {\n"), ("go", "package\n"), ("rust", "use {{;\n")],
)
def test_what_does_not_parse_is_said(language: str, text: str) -> None:
    with pytest.raises(Unreadable):
        names(text, language)


@pytest.mark.parametrize(
    ("language", "name"),
    [
        ("python", "json"),
        ("python", "cv2"),
        ("javascript", "node:fs"),
        ("javascript", "fs"),
        ("javascript", "@babel/core"),
        ("typescript", "react"),
        ("java", "java.util"),
        ("java", "org.springframework.web.bind.annotation.GetMapping"),
        ("go", "net/http"),
        ("go", "github.com/gin-gonic/gin"),
        ("go", "gorm.io/driver/postgres"),
        ("rust", "std"),
        ("rust", "serde_json"),
    ],
)
def test_well_known_names_exist(language: str, name: str) -> None:
    assert lookup(name, language, None).exists


@pytest.mark.parametrize(
    ("language", "name", "meant"),
    [
        ("python", "reqeusts", "requests"),
        ("python", "magic_llm_helpers", ""),
        ("javascript", "expresss", "express"),
        ("javascript", "node:madeup", ""),
        ("go", "github.com/gin-gonik/gin/binding", "github.com/gin-gonic/gin"),
        ("go", "madeup/thing", ""),
        ("rust", "serd_json", "serde_json"),
        ("java", "com.madeup.Thing", ""),
    ],
)
def test_unknown_names_come_with_what_was_probably_meant(language: str, name: str, meant: str) -> None:
    known = lookup(name, language, None)
    assert (known.exists, known.close_to) == (False, meant)


def test_without_a_complete_list_a_finding_advises_and_the_evidence_says_so() -> None:
    verdict = ask("python", {"a.py": "import reqeusts\n"})
    assert verdict.status is Status.PASSED
    assert [finding.severity for finding in verdict.findings] == [Severity.LOW]
    assert "Did you mean 'requests'?" in verdict.findings[0].message
    assert (verdict.evidence["list"], verdict.evidence["unknown"]) == ("well-known names", 1)


def test_with_a_complete_list_a_made_up_package_blocks(tmp_path: Path) -> None:
    (tmp_path / "npm.txt").write_text("# all\nleft-pad\n@s/p\n", encoding="utf-8")
    sound = ask("javascript", {"a.js": 'import "left-pad"; import "@s/p/q"; import "express";\n'}, tmp_path)
    assert (sound.status, sound.findings) == (Status.PASSED, ())
    assert sound.evidence["list"] == "complete: 2 names"
    made_up = ask("javascript", {"a.js": 'import "right-pad-made-up";\n'}, tmp_path)
    assert made_up.status is Status.FAILED


def test_in_python_a_module_may_be_called_otherwise_than_its_package(tmp_path: Path) -> None:
    (tmp_path / "python.txt").write_text("Odd.Name\nscikit-learn\n", encoding="utf-8")
    verdict = ask("python", {"a.py": "import odd_name\nimport other_module\nimport reqeusts\n"}, tmp_path)
    assert [(item.location.line, item.severity) for item in verdict.findings if item.location] == [
        (3, Severity.MEDIUM),
        (2, Severity.LOW),
    ]


@pytest.mark.parametrize(
    ("language", "files"),
    [
        ("python", {"a.py": "import helpers\nfrom tools.x import y\n", "helpers.py": "", "tools/x.py": ""}),
        ("javascript", {"a.js": 'import "helpers";\n', "helpers/index.js": ""}),
        ("typescript", {"a.ts": 'import "helpers";\n', "helpers.js": ""}),
        ("java", {"A.java": "package my.app;\nimport my.app.B;\nclass A {}\n"}),
        ("go", {"a.go": 'package a\nimport "my.org/app/b"\n', "go.mod": "module my.org/app\n"}),
        ("go", {"a.go": 'package a\nimport "my.org/b"\n', "vendor/my.org/b/b.go": "package b\n"}),
        ("rust", {"a.rs": "mod helpers;\nuse helpers::x;\nfn main() {}\n"}),
    ],
)
def test_the_candidates_own_modules_are_known(language: str, files: dict[str, str]) -> None:
    verdict = ask(language, files)
    assert (verdict.status, verdict.findings) == (Status.PASSED, ())


@pytest.mark.parametrize(
    ("language", "files"),
    [
        ("javascript", {"a.js": "/*\nmod colorz\npackage colorz;\n*/\nrequire('colorz');\n"}),
        ("javascript", {"a.js": "const s = `\nmod colorz\n`;\nrequire('colorz');\n"}),
        ("javascript", {"a.js": "require('colorz');\n", "b.rs": "mod colorz;\n"}),
        ("javascript", {"a.js": "require('colorz');\n", "colorz.md": "", "colorz/a.txt": ""}),
        ("rust", {"a.rs": "/*\nmod colorz;\n*/\nuse colorz::x;\n"}),
        ("rust", {"a.rs": 'const S: &str = "\nmod colorz;\n";\nuse colorz::x;\n'}),
        ("go", {"a.go": 'package a\nimport "made.up/fake/x"\n', "made.up/b.go": "package b\n"}),
        ("go", {"a.go": 'package a\nimport "made.up/fake/x"\n', "b.md": "", "made.up/b/b.go": "package b\n"}),
    ],
)
def test_a_name_is_the_candidates_own_only_where_its_language_says_so(
    language: str, files: dict[str, str], tmp_path: Path
) -> None:
    for registry in ("npm", "crates", "go"):
        (tmp_path / f"{registry}.txt").write_text("left-pad\n", encoding="utf-8")
    verdict = ask(language, files, tmp_path)
    assert verdict.status is Status.FAILED
    assert [item.rule for item in verdict.findings] == ["dependencies.unknown-package"]


@pytest.mark.parametrize(
    "text",
    [
        "require(`colorz`);\n",
        "import(`colorz`);\n",
        "require('col' + 'orz');\n",
        "(require)('colorz');\n",
        "(0, require)('colorz');\n",
        "require?.('colorz');\n",
        "module.require('colorz');\n",
        "module['require']('colorz');\n",
        "require('colorz', 1);\n",
    ],
)
def test_a_package_is_read_however_its_name_is_written(text: str, tmp_path: Path) -> None:
    (tmp_path / "npm.txt").write_text("left-pad\n", encoding="utf-8")
    for language, path in (("javascript", "a.js"), ("typescript", "a.ts")):
        verdict = ask(language, {path: text}, tmp_path)
        assert (verdict.status, len(verdict.findings)) == (Status.FAILED, 1), verdict.summary
        assert "'colorz'" in verdict.findings[0].message


@pytest.mark.parametrize("text", ["require!('colorz');\n", "import c = require('colorz');\n"])
def test_types_hide_no_package(text: str, tmp_path: Path) -> None:
    (tmp_path / "npm.txt").write_text("left-pad\n", encoding="utf-8")
    assert ask("typescript", {"a.ts": text}, tmp_path).status is Status.FAILED


@pytest.mark.parametrize(
    "text",
    [
        "require(name);\n",
        "import(name);\n",
        "require(`${name}`);\n",
        "require(`color${z}`);\n",
        "require(['colorz'][0]);\n",
        "require(...['colorz']);\n",
        "const r = require; r('colorz');\n",
        "let r; r = require;\n",
        "use(require);\n",
        "use({ load: require });\n",
        "[require][0]('colorz');\n",
        "const f = (r = require) => r('colorz');\n",
        "const f = () => require;\n",
        "require.bind(null)('colorz');\n",
        "require.call(null, 'colorz');\n",
        "Reflect.apply(require, null, ['colorz']);\n",
        "createRequire(__filename)('colorz');\n",
        "const load = require('module').createRequire(__filename);\n",
    ],
)
def test_a_name_that_is_made_at_run_time_is_not_looked_up_and_that_is_said(text: str, tmp_path: Path) -> None:
    advice = ask("javascript", {"a.js": text})
    assert (advice.status, [item.severity for item in advice.findings]) == (Status.PASSED, [Severity.LOW])
    (tmp_path / "npm.txt").write_text("left-pad\n", encoding="utf-8")
    verdict = ask("javascript", {"a.js": text}, tmp_path)
    assert verdict.status is Status.INCOMPLETE
    assert "a.js: line 1 imports a package" in verdict.summary


@pytest.mark.parametrize(
    "text",
    [
        "require('./' + name);\n",
        "import(`./locales/${name}.js`);\n",
        "require(path.join(__dirname, name));\n",
        "require(path.resolve(__dirname, '..', name));\n",
        "require(__dirname + '/a');\n",
        "require(require.resolve('left-pad'));\n",
        "if (typeof require !== 'undefined' && require.main === module) { main(); }\n",
        "const require = createRequire(import.meta.url);\nrequire('left-pad');\n",
        "delete require.cache[require.resolve('./a')];\n",
        "const o = { require: 1 }; o.require;\n",
    ],
)
def test_what_names_a_file_of_ones_own_is_no_package(text: str, tmp_path: Path) -> None:
    (tmp_path / "npm.txt").write_text("left-pad\n", encoding="utf-8")
    verdict = ask("javascript", {"a.js": text}, tmp_path)
    assert (verdict.status, verdict.findings) == (Status.PASSED, ()), verdict.summary


def test_python_imports_by_function_are_read() -> None:
    text = "__import__('a.b')\nimportlib.import_module('c')\nimport_module('d')\nimport_module('.e', 'x')\n"
    assert names(text, "python") == [("a", 1), ("c", 2), ("d", 3)]


def test_what_cannot_be_parsed_is_incomplete() -> None:
    assert ask("python", {"a.py": "import (\n"}).status is Status.INCOMPLETE
    assert ask("python", {"a.txt": "no code\n"}).status is Status.INCOMPLETE


def test_thousands_of_unknown_imports_end_in_time() -> None:
    text = "".join(f"import made_up_{number}\n" for number in range(20_000))
    verdict = ask("python", {"a.py": text})
    assert verdict.status is Status.INCOMPLETE
    assert verdict.duration_s < 10


@pytest.mark.parametrize(
    "text",
    [
        "require(" + "'a' + " * 5000 + "'b');\n",
        "require(" + "(" * 5000 + "'b'" + ")" * 5000 + ");\n",
        "x" + ".f()" * 5000 + ";\n",
        "(" * 5000 + "require" + ")" * 5000 + "('a');\n",
    ],
)
def test_long_expressions_neither_crash_nor_take_long(text: str) -> None:
    verdict = ask("javascript", {"a.js": text})
    assert verdict.status in (Status.PASSED, Status.INCOMPLETE)
    assert verdict.duration_s < 5


def package_list(registry: str, index: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(ROOT / "scripts" / "package-list"), registry, "-"]
    return subprocess.run(
        command, input=index, capture_output=True, text=True, check=False, env={"PATH": os.environ["PATH"]}
    )


@pytest.mark.parametrize(
    ("registry", "index", "listed"),
    [
        ("python", '<a href="/x/">b</a>\n<a href="/y/">a</a>', "a\nb\n"),
        ("python", '{"projects": [{"name": "a"}]}', "a\n"),
        ("npm", '["b", "@s/a"]', "@s/a\nb\n"),
        ("npm", '{"rows": [{"id": "a"}]}', "a\n"),
        ("crates", "id,name\n1,serde\n", "serde\n"),
        ("crates", '{"name": "serde"}\n', "serde\n"),
        ("go", '{"Path": "a.b/c"}\n{"Path": "a.b/c"}\n', "a.b/c\n"),
    ],
)
def test_a_list_is_made_of_a_registrys_index(registry: str, index: str, listed: str) -> None:
    made = package_list(registry, index)
    assert (made.returncode, made.stdout) == (0, listed)


@pytest.mark.parametrize(
    ("registry", "index"), [("npm", "<html>"), ("npm", "[]"), ("crates", "x\n1\n"), ("go", "{}")]
)
def test_an_index_of_another_kind_is_refused_in_words(registry: str, index: str) -> None:
    made = package_list(registry, index)
    assert (made.returncode, made.stdout) == (3, "")
    assert "Traceback" not in made.stderr
