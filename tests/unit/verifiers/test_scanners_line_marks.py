"""Directives that lead a finding elsewhere."""

from __future__ import annotations

import pytest

from verifiers.scanners.line_marks import without_line_marks


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ('int a;\n#line 3 "b.c"\nint c;\n', 'int a;\n#pragma line 3 "b.c"\nint c;\n'),
        ('# 3 "b.c"\n', '#pragma  3 "b.c"\n'),
        ('#file "b.c"\n#endfile\n', '#pragma file "b.c"\n#pragma endfile\n'),
        ('/* a */ # /* b */ line 3 "b.c"\n', '/* a */ #pragma  /* b */ line 3 "b.c"\n'),
        ('#/*\n*/line 3 "b.c"\n', '#pragma /*\n*/line 3 "b.c"\n'),
        ('int b;/*\n*/#/*\n*/line 3 "b.c"\n', 'int b;/*\n*/#pragma /*\n*/line 3 "b.c"\n'),
        ('#\\\nline 3 "b.c"\nint a;\n', '#pragma line 3 "b.c"\n\nint a;\n'),
        (
            "\ufeff#line 3\n\x01#line 4\r#line 5\n",
            "\ufeff#pragma line 3\n\x01#pragma line 4\n#pragma line 5\n",
        ),
        ('s = R"x(" /* )x";\n#/*\n*/line 3\n', 's = R"x(" /* )x";\n#pragma /*\n*/line 3\n'),
        ('s = "/*"; c = \'"\';\n#line 3\n', 's = "/*"; c = \'"\';\n#pragma line 3\n'),
    ],
)
def test_a_directive_that_names_another_place_is_a_pragma_of_the_same_lines(text: str, read: str) -> None:
    assert without_line_marks(text) == read
    assert read.count("\n") == text.replace("\r", "\n").count("\n")


@pytest.mark.parametrize(
    "text",
    [
        "#include <stdio.h>\n#define LINE 3\n#if 1\n#endif\n",
        "#define TEXT(line) #line\n",
        '// #line 3 "b.c"\n/*\n#line 3 "b.c"\n*/\n',
        "#lines 3\nint file;\n",
    ],
)
def test_all_else_stays_as_it_is(text: str) -> None:
    assert without_line_marks(text) == text


@pytest.mark.parametrize(
    "piece", ["#/*\n", 'R"x(\n', '"\n', "/*\n*/#", "# ", "\n \n#", "/*#line*/", "#line 3\n"]
)
@pytest.mark.timeout(20)
def test_hostile_texts_take_no_longer_than_long_ones(piece: str) -> None:
    without_line_marks(piece * (1_000_000 // len(piece)))
