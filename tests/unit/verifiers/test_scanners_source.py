"""Files are scanned as their compiler reads them, so that nothing hides between the two."""

from __future__ import annotations

import pytest

from verifiers.scanners.source import as_compiled, is_inert, language_of, readings


@pytest.mark.parametrize(
    ("path", "content", "language"),
    [
        ("solution.py", "", "python"),
        ("SOLUTION.PY", "", "python"),
        ("stub.pyi", "", "python"),
        ("Vault.sol", "", "solidity"),
        ("run", "#!/usr/bin/env python3\n", "python"),
        ("run", "#!/bin/sh\n", "bash"),
        ("run", "#!/usr/bin/env -S node\n", "javascript"),
        ("run", "#!/usr/bin/perl\n", None),
        ("app.TSX", "", "typescript"),
        ("lib.h", "", "cpp"),
        ("Main.java", "", "java"),
        ("main.go", "", "go"),
        ("lib.rs", "", "rust"),
        ("data.json", "{}", None),
        ("solution.py.txt", "", None),
    ],
)
def test_the_language_is_told_from_the_name_or_the_shebang(
    path: str, content: str, language: str | None
) -> None:
    assert language_of(path, content) == language


def test_only_data_is_inert() -> None:
    assert is_inert("data/values.csv")
    assert is_inert("README")
    assert not is_inert("run.sh")
    assert not is_inert("unknown")


@pytest.mark.parametrize(
    ("language", "content", "read"),
    [
        ("python", "# note\rimport os\r", "# note\nimport os\n"),
        ("python", "a = 1\r\nb = 2\r\n", "a = 1\nb = 2\n"),
        ("python", "\ufeffeval(x)", "eval(x)"),
        ("python", "\uff45val(x)", "eval(x)"),
        ("python", "\U0001d41eval(x)", "eval(x)"),
        ("python", "os.\u017fystem(x)", "os.system(x)"),
        ("python", "s = '\uff07 + eval(x)'", "s = '\uff07 + eval(x)'"),
        ("python", "s = 'h\u00e9 \u4f60 \u2028'", "s = 'h\u00e9 \u4f60 \u2028'"),
        ("solidity", "// note\u2028selfdestruct(x);", "// note\nselfdestruct(x);"),
        ("solidity", "// note\x0cselfdestruct(x);", "// note\nselfdestruct(x);"),
        ("solidity", "// note\rselfdestruct(x);", "// note\nselfdestruct(x);"),
        ("java", "// note\\u000aRuntime.exec(x);", "// note\nRuntime.exec(x);"),
        ("java", "\\uuu0052untime", "Runtime"),
        ("java", 's = "\\\\u0041";', 's = "\\\\u0041";'),
        ("java", "s = '\\ud83d';", "s = '\ufffd';"),
        ("java", "Run\u200btime.get\x01Runtime()", "Runtime.getRuntime()"),
        ("javascript", "// note\u2028eval(x)", "// note\neval(x)"),
        ("javascript", "\\u0065v\\u{61}l(x)", "eval(x)"),
        ("javascript", "self['e\\x76al'](x)", "self['eval'](x)"),
        ("javascript", "s = '\\\\u0065';", "s = '\\\\u0065';"),
        ("javascript", "s = '\\u0022';", "s = '\\u0022';"),
        ("javascript", "x\n--> 0; eval(x)", "x\n-- > 0; eval(x)"),
        ("c", "sys\\\ntem(x);\ny", "system(x);\n\ny"),
        ("c", "// note \\\nsystem(x);", "// note system(x);\n"),
        ("c", "a\r\nb", "a\nb"),
        ("go", "// note\rx", "// note x"),
        ("rust", "a\u2028b", "a b"),
        ("bash", "ev\\\nal x", "eval x\n"),
    ],
)
def test_the_text_is_what_the_compiler_takes_it_for(language: str, content: str, read: str) -> None:
    assert as_compiled(content, language) == read


@pytest.mark.parametrize(
    ("language", "content", "read"),
    [
        ("c", "??/\nx", "x\n"),
        ("c", "int a<:3:>; %:define x", "int a[3]; #define x"),
        ("c", "#define go system\ngo(x);", "\nsystem(x);"),
        ("c", "#define go system /* x */\ngo(x);", "\nsystem(x);"),
        ("c", "#define go /* \n */ system // x\ngo(x);", "\n\nsystem(x);"),
        ("c", "#define go (system)\ngo(x);", "\nsystem(x);"),
        ("c", "#define one system\n#define go one\ngo(x);", "\n\nsystem(x);"),
        ("c", "#define go go\ngo(x);", "\ngo(x);"),
        ("cpp", "[r = f(x)] { return r; }();", "[r = f(x)] { f(x); return r; }();"),
        (
            "cpp",
            "[&, r = f(x), s{g(1)}](int a) -> int\n{}",
            "[&, r = f(x), s{g(1)}](int a) -> int\n{ f(x); g(1);}",
        ),
        ("cpp", "[p = std::move(p)] { return f(p); }", "[p = std::move(p)] { return f(p); }"),
        ("c", "// note\rsystem(x);", "// note\nsystem(x);"),
        ("cpp", "std::vector<::T> a;", "std::vector<::T> a;"),
        ("javascript", "a <!--b /*\neval(x)\n<!-- */", "a //b /*\neval(x)\n// */"),
        ("javascript", "s = '<!-- x';", "s = '<!-- x';"),
        ("java", "Run\u202etime", "Run\u202etime"),
        ("bash", "e''val x", "eval x"),
        ("bash", "\\eval x", "eval x"),
    ],
)
def test_where_compilers_disagree_each_reading_is_given(language: str, content: str, read: str) -> None:
    assert read in readings(content, language)


@pytest.mark.parametrize("language", ["bash", "c", "go", "java", "javascript", "python", "rust", "solidity"])
def test_plain_text_has_one_reading_and_is_left_as_it_is(language: str) -> None:
    text = "a = 1;\nb = 'x-y';  // it's <b>\n"
    assert readings(text, language) == (text,)


def test_a_long_hostile_file_is_read_in_no_time() -> None:
    for text in ("\\" * 500_000, "\\u0041" * 100_000, "<!--" * 200_000, "/*" * 300_000, "'\\" * 300_000):
        for language in ("java", "javascript", "c", "bash"):
            assert readings(text, language)
    chain = "".join(f"#define a{number} a{number + 1}\n" for number in range(60_000))
    assert readings(f"{chain}a0 = a59999;", "c")[-1].endswith("\na60000 = a60000;")
