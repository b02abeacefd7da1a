from __future__ import annotations

import pytest

from models.data.source.grammars import LANGUAGES, MAX_BYTES, STRINGS, found, parse, tokens, walk

HOSTILE = {
    "brackets": "(" * 4_000,
    "nested": "(" * 1_500 + "1" + ")" * 1_500,
    "quotes": '"' * 4_000,
    "backslashes": "\\\n" * 2_000,
    "ternaries": "a?" * 2_000,
    "nul": "\0" * 4_000,
    "one long line": "a = 1; " * 4_000,
    "surrogates": "\ud800" * 100,
    "nothing": "",
    "a mark": "\ufeff# a\n",
    "templates": "`${" * 1_500,
}


@pytest.mark.parametrize("language", sorted(LANGUAGES))
def test_no_text_breaks_a_grammar(language: str) -> None:
    for name, text in HOSTILE.items():
        source = parse(text, language)
        if source is not None:
            assert sum(1 for _ in walk(source.root)) >= 1, name
            assert len(list(tokens(source))) >= 0


@pytest.mark.parametrize(("language", "text"), [("bash", "a?" * 25_000), ("python", "\\\n" * 40_000)])
def test_what_costs_a_grammar_too_much_is_given_up_at_the_same_place(language: str, text: str) -> None:
    assert parse(text, language) is None
    assert parse(text, language) is None


def test_what_is_too_long_is_not_parsed() -> None:
    assert parse("a" * (MAX_BYTES + 1), "python") is None
    assert parse("\u00e4" * (MAX_BYTES // 2 + 1), "python") is None


def test_unknown_languages_have_no_tree() -> None:
    assert parse("a", "cobol") is None
    assert parse("a", "") is None


def test_a_tree_of_any_depth_is_walked() -> None:
    source = parse("!" * 9_000 + "a", "c") or parse("(" * 10_000 + "a" + ")" * 10_000, "c")
    assert source is not None
    assert max(depth for _, depth in walk(source.root)) >= 1


def test_typescript_with_elements_has_a_grammar_of_its_own() -> None:
    text = "const a = <b>c</b>;\n"
    plain, tsx = parse(text, "typescript", "a.ts"), parse(text, "typescript", "a.TSX")
    assert plain is not None
    assert tsx is not None
    assert (plain.sound, tsx.sound) == (False, True)


def test_tokens_leave_comments_out_and_keep_strings_whole() -> None:
    source = parse('x = f"a{b} # c"  # d\n', "python")
    assert source is not None
    assert [text for _, _, text in tokens(source)] == [b"x", b"=", b'f"a{b} # c"']
    assert [source.text(node) for node in found(source, STRINGS)] == ['f"a{b} # c"']
