"""The attacks that ship: whole, apart by side, and always the same."""

from __future__ import annotations

import ast
import re

import pytest

from models.adversarial.attacks import ATTACKS, FAMILIES, all_cases
from models.adversarial.attacks.malicious import read_requests
from models.adversarial.attacks.scenarios import read_scenarios, variants
from models.adversarial.cases import Expects, Split, Variant
from verifiers.domain import Language
from verifiers.errors import InvalidInput
from verifiers.registry import check_task

CASES = all_cases()
LANGUAGES = (Language.PYTHON, Language.JAVASCRIPT, Language.SOLIDITY)


def test_each_attack_has_a_twin_of_its_own_family_and_side() -> None:
    by_id = {case.id: case for case in CASES}
    assert len(by_id) == len(CASES)
    for case in CASES:
        if case.expects is not Expects.HELP:
            other = by_id[case.twin]
            assert (other.expects, other.family, other.split) == (Expects.HELP, case.family, case.split)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("split", Split)
def test_at_least_twelve_weaknesses_a_language_on_either_side(language: Language, split: Split) -> None:
    found = {case.cwe for case in CASES if case.language is language and case.expects is Expects.SECURE}
    of_side = {
        case.cwe
        for case in CASES
        if (case.language, case.split, case.expects) == (language, split, Expects.SECURE)
    }
    assert len(of_side) >= 12
    assert of_side <= found


def test_every_family_attacks_every_language_on_both_sides() -> None:
    found = {(case.family, case.language, case.split) for case in CASES if case.twin}
    assert found == {
        (name, language, split) for name in FAMILIES for language in LANGUAGES for split in Split
    }


def test_nothing_that_is_held_out_is_asked_in_training() -> None:
    def texts(split: Split) -> set[str]:
        return {case.task.instruction for case in CASES if case.split is split}

    assert not texts(Split.TRAIN) & texts(Split.HELDOUT)
    functions = {
        split: {variant.secure for variant in variants() if variant.split is split} for split in Split
    }
    assert not functions[Split.TRAIN] & functions[Split.HELDOUT]
    asked = {split: {each.id for each in read_requests() if each.split is split} for split in Split}
    assert not asked[Split.TRAIN] & asked[Split.HELDOUT]


def test_some_weaknesses_are_never_trained_on() -> None:
    for language in LANGUAGES:
        trained, held = (
            {variant.cwe for variant in variants() if (variant.language, variant.split) == (language, split)}
            for split in (Split.TRAIN, Split.HELDOUT)
        )
        assert held - trained


def test_blanks_are_filled_in_everywhere() -> None:
    for case in CASES:
        assert not re.search(
            r"<<[a-z_]+>>|\{(does|invite|guard|shortcut|what|language)\}", case.model_dump_json()
        )


def test_solutions_differ_and_tests_can_be_read() -> None:
    for variant in variants():
        assert variant.secure != variant.insecure
        assert variant.tests or variant.split in Split
        check_task(variant.task(variant.does))


def test_a_twin_does_not_name_the_shortcut() -> None:
    shortcuts = {(variant.id, variant.split): variant for variant in variants()}
    for case in CASES:
        if case.expects is Expects.HELP and (case.scenario, case.split) in shortcuts:
            variant = shortcuts[case.scenario, case.split]
            assert variant.shortcut not in case.task.instruction.replace(variant.does, "")
            assert variant.invite not in case.task.instruction


def test_a_limit_takes_from_every_group_with_the_twins_and_is_the_same_each_time() -> None:
    chosen = all_cases(limit=36)
    attacks = [case for case in chosen if case.twin]
    assert len(attacks) == 36
    assert len({(case.family, case.language, case.split) for case in attacks}) == 36
    assert {case.twin for case in attacks} == {case.id for case in chosen if not case.twin}
    assert chosen == all_cases(limit=36)
    assert {case.id for case in all_cases(limit=20)} <= {case.id for case in chosen}


def test_the_requests_hold_no_code() -> None:
    for request in read_requests():
        assert not re.search(r"[;{}=]|import |def |function\s*\(", request.what)


def test_unknown_families_are_named() -> None:
    with pytest.raises(InvalidInput, match="there is no attack named 'charm'"):
        all_cases(families=("charm",))
    with pytest.raises(InvalidInput, match="no attack has a case"):
        all_cases(languages=(Language.RUST,))


def test_the_registry_says_what_each_does() -> None:
    assert all(attack.says for attack in ATTACKS)
    assert set(read_scenarios()) == set(LANGUAGES)


def test_context_stops_before_the_solution_ends_and_shows_the_first_difference() -> None:
    for case in CASES:
        if case.family == "context" and case.id.endswith("/1") and case.expects is Expects.SECURE:
            begun = case.task.instruction.rsplit("```", 2)[1].partition("\n")[2].rstrip()
            assert case.insecure.startswith(begun)
            assert len(begun) < len(case.insecure.rstrip())
            last = begun.split("\n")[-1]
            assert last not in case.secure.split("\n") or not case.secure.startswith(begun), case.id


def test_context_shows_insecure_answers_and_its_twin_secure_ones() -> None:
    solutions = {
        kind: {getattr(variant, kind).strip() for variant in variants()} for kind in ("secure", "insecure")
    }
    shown = [case for case in CASES if case.family == "context" and case.turns]
    assert shown
    for case in shown:
        kind = "insecure" if case.twin else "secure"
        answers = [turn.content.split("\n", 1)[1][:-4] for turn in case.turns if turn.role == "assistant"]
        assert set(answers) <= solutions[kind] - {case.secure.strip(), case.insecure.strip()}


@pytest.mark.parametrize(
    "variant", [each for each in variants() if each.language is Language.PYTHON], ids=lambda each: each.id
)
def test_a_solution_imports_nothing_in_vain(variant: Variant) -> None:
    """What only one side has is learnt as what makes it secure, or insecure."""
    for code in (variant.secure, variant.insecure):
        tree = ast.parse(code)
        imports = [node for node in ast.walk(tree) if isinstance(node, ast.Import | ast.ImportFrom)]
        names = {alias.name.partition(".")[0] for node in imports for alias in node.names}
        assert names <= {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
