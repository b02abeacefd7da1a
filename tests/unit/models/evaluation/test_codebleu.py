from __future__ import annotations

import pytest

from models.evaluation.codebleu import LANGUAGES, code_bleu
from models.evaluation.codebleu.flow import flow_of
from models.evaluation.codebleu.flow_rules import RULES
from models.evaluation.codebleu.grammars import keywords_of, parsed
from models.evaluation.codebleu.ngrams import bleu, weighted_recall
from models.evaluation.codebleu.syntax import subtree_match
from verifiers.domain import Language

CODE = {
    Language.PYTHON: "def f(a, b):\n    c = a + b\n    if c:\n        c = c * 2\n    return c\n",
    Language.JAVA: "class A { int f(int a, int b) { int c = a + b; if (c > 0) { c = c * 2; } return c; } }",
    Language.JAVASCRIPT: "function f(a, b) { let c = a + b; if (c) { c = c * 2; } return c; }",
    Language.TYPESCRIPT: "function f(a: number, b: number): number { let c = a + b; return c * 2; }",
    Language.GO: "package main\nfunc f(a int, b int) int {\n\tvar c = a + b\n\tc = c * 2\n\treturn c\n}\n",
    Language.C: "int f(int a, int b) { int c = a + b; if (c) { c = c * 2; } return c; }",
    Language.CPP: "int f(int a, int b) { int c = a + b; if (c) { c = c * 2; } return c; }",
    Language.RUST: "fn f(a: i32, b: i32) -> i32 { let mut c = a + b; if c > 0 { c = c * 2; } c }",
}


def test_there_is_a_sample_of_every_language() -> None:
    assert frozenset(CODE) == LANGUAGES


@pytest.mark.parametrize("language", CODE)
def test_code_is_like_itself_and_unlike_other_code(language: Language) -> None:
    same = code_bleu([CODE[language]], [CODE[language]], language)
    assert same.score == pytest.approx(1.0)
    other = code_bleu([CODE[language]], ["x"], language)
    assert other.score < 0.3
    assert other.ngram == other.weighted_ngram == 0.0


# Made with the package codebleu 0.7.0 (PYTHONHASHSEED=0) and the grammars of its time; the whole comparison
# is benchmarks/evaluation.py. Go's grammar has had a node for a list of statements since.
@pytest.mark.parametrize(
    ("language", "candidate", "expected"),
    [
        (
            Language.PYTHON,
            "def g(x, y):\n    z = x + y\n    while z:\n        z -= x\n    for i in range(z):\n"
            "        x = y\n    return [i for i in x]\n",
            (0.0109, 0.0191, 0.3077, 0.7000),
        ),
        (
            Language.JAVA,
            "class B { int f(int a, int b) { int c = a; for (int i = 0; i < b; i++) { c += a; } "
            "return c; } }",
            (0.4377, 0.4652, 0.3913, 0.6000),
        ),
        (
            Language.JAVASCRIPT,
            "function f(a, b) { let c = a; for (var i = 0; i < b; i++) { c += a; } return c; }",
            (0.3626, 0.4202, 0.2143, 0.5556),
        ),
        (
            Language.GO,
            "package main\nfunc f(a int, b int) int {\n\tvar c = a\n\tfor i := 0; i < b; i++ {\n"
            "\t\tc = c + a\n\t}\n\treturn c\n}\n",
            (0.4845, 0.6752, 0.5294, 0.7778),
        ),
        (
            Language.C,
            "int f(int a, int b) { int c = a; for (int i = 0; i < b; i++) { c = c + a; } return c; }",
            (0.4502, 0.5511, 0.3529, 0.8000),
        ),
        (
            Language.CPP,
            "int f(int a, int b) { int c = a; while (b) { c = c + a; b = b - 1; } return c; }",
            (0.4790, 0.5471, 0.5882, 0.8000),
        ),
        (
            Language.RUST,
            "fn g(a: i32, b: i32) -> i32 { let c = a + b; match c { 0 => 1, _ => c } }",
            (0.3781, 0.3734, 0.2667, 1.0000),
        ),
    ],
)
def test_parts_are_those_of_the_reference_implementation(
    language: Language, candidate: str, expected: tuple[float, float, float, float]
) -> None:
    found = code_bleu([CODE[language]], [candidate], language)
    parts = (found.ngram, found.weighted_ngram, found.syntax, found.dataflow)
    assert parts == pytest.approx(expected, abs=0.03 if language is Language.GO else 0.01)


def test_bleu_is_that_of_the_literature() -> None:
    # The example of NLTK's documentation for one reference, 0.4118.
    reference = "It is a guide to action that ensures that the military will forever heed Party commands"
    candidate = (
        "It is a guide to action which ensures that the military always obeys the commands of the party"
    )
    assert bleu([reference.split()], [candidate.split()]) == pytest.approx(0.4118, abs=5e-5)


def test_a_shorter_candidate_is_punished_by_bleu_and_an_empty_one_is_zero() -> None:
    words = ["a", "b", "c", "d", "e", "f", "g", "h"]
    assert bleu([words], [words[:6]]) == pytest.approx(2.718281828 ** (1 - 8 / 6))
    assert bleu([words], [[]]) == 0.0


def test_a_keyword_weighs_five_times_as_much() -> None:
    keywords = keywords_of(Language.PYTHON)
    assert {"return", "def", "None", "lambda"} <= keywords
    reference = ["return", "value"]
    with_keyword = weighted_recall([reference], [["return"]], keywords)
    with_name = weighted_recall([reference], [["value"]], keywords)
    assert with_keyword / with_name == pytest.approx(5 ** (1 / 4))


def test_names_values_and_comments_do_not_change_the_shape() -> None:
    one = parsed('def f(a):\n    """Says."""\n    return a + 1  # one\n', Language.PYTHON)
    other = parsed("def g(b):\n    return b + 2\n", Language.PYTHON)
    same, of = subtree_match(one, other)
    assert same == of > 3
    different = parsed("def g(b):\n    return -b\n", Language.PYTHON)
    fewer, _ = subtree_match(one, different)
    assert 0 < fewer < of


def test_data_flows_from_parameters_through_assignments_and_branches() -> None:
    edges = flow_of(parsed(CODE[Language.PYTHON], Language.PYTHON), RULES[Language.PYTHON])
    found = [(edge.name, edge.relation, edge.names) for edge in edges]
    assert ("c", "computedFrom", ("a", "b")) in found
    assert ("c", "computedFrom", ("c", "2")) in found
    last = edges[-1]
    assert (last.name, last.relation, len(last.places)) == (
        "c",
        "comesFrom",
        2,
    )  # set in the branch or before


def test_renamed_variables_keep_the_flow_and_swapped_ones_do_not() -> None:
    code = "def f(a, b):\n    c = a\n    c = b\n    return a\n"
    renamed = code_bleu([code], ["def f(x, y):\n    z = x\n    z = y\n    return x\n"], Language.PYTHON)
    swapped = code_bleu([code], ["def f(a, b):\n    c = a\n    c = b\n    return b\n"], Language.PYTHON)
    assert renamed.dataflow == 1.0
    assert swapped.dataflow is not None
    assert swapped.dataflow < 1.0


def test_a_reference_without_flow_counts_as_matched_and_says_so() -> None:
    found = code_bleu(["pass"], ["pass"], Language.PYTHON)
    assert found.dataflow is None
    assert found.score == pytest.approx((found.ngram + found.weighted_ngram + found.syntax + 1) / 4)


@pytest.mark.parametrize("language", [Language.PYTHON, Language.CPP])
@pytest.mark.parametrize(
    "hostile",
    ["(" * 2_000, "[" * 2_000 + "1" + "]" * 2_000, "{" * 2_000, "\x00\ufffd", "a" * 200_000, "", "'" * 999],
    ids=["open", "deep", "braces", "bytes", "long", "empty", "quotes"],
)
def test_hostile_code_only_scores_worse(language: Language, hostile: str) -> None:
    assert 0 <= code_bleu([CODE[language]], [hostile], language).score < 0.6


@pytest.mark.parametrize(
    ("language", "hostile"),
    [
        (
            Language.PYTHON,
            "".join("  " * depth + "while x:\n" for depth in range(40)) + "  " * 40 + "x = x\n",
        ),
        (Language.JAVA, "class A { void f() { " + "for (int i : x) { " * 40 + "x = x;" + "}" * 42),
        (Language.C, "void f() { f(" + "a," * 4_000 + "a) = g(" + "b," * 4_000 + "b); }"),
    ],
    ids=["loops", "iterations", "pairs"],
)
def test_flow_that_would_never_end_is_not_followed(language: Language, hostile: str) -> None:
    assert flow_of(parsed(hostile, language), RULES[language]) == []


def test_what_does_not_go_together_is_refused() -> None:
    with pytest.raises(ValueError, match="do not go"):
        code_bleu(["a"], [], Language.PYTHON)
