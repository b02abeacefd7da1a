"""Files are scanned as their compiler reads them, so that nothing hides between the two."""

from __future__ import annotations

import pytest

from verifiers.scanners.source import as_compiled, is_inert, language_of


@pytest.mark.parametrize(
    ("path", "content", "language"),
    [
        ("solution.py", "", "python"),
        ("SOLUTION.PY", "", "python"),
        ("stub.pyi", "", "python"),
        ("Vault.sol", "", "solidity"),
        ("run", "#!/usr/bin/env python3\n", "python"),
        ("run", "#!/bin/sh\n", None),
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
    ],
)
def test_the_text_is_what_the_compiler_takes_it_for(language: str, content: str, read: str) -> None:
    assert as_compiled(content, language) == read
