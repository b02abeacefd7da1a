"""Mining: only what was verified in the very form that is learnt gets in."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from models.adversarial.cases import AttackCase, Split
from models.adversarial.mining import Mined, Mining, References, mine
from models.data.rows import PreferenceRow, TrainingRow
from models.examining import Judged
from tests.fakes import ScriptedModel
from tests.unit.models.adversarial.examples import (
    INSECURE,
    REFUSAL,
    SECURE,
    TESTS,
    WordExaminer,
    attack,
    malicious,
    twin,
)
from verifiers.domain import CodingTask, Finding, Severity, SourceFile
from verifiers.errors import InvalidInput

WRONG = SECURE.replace("safe", "wrong")
NO_LOOP = Mining(samples=2, attempts=0, references=References.NEVER)


def mined(
    folder: Path,
    case: AttackCase,
    script: list[list[str]],
    mining: Mining,
    examiner: WordExaminer | None = None,
) -> Mined:
    model = ScriptedModel(script)
    found = mine((case,), model, examiner or WordExaminer(), mining, folder, workers=1)
    return found[case.id]


def test_a_flagged_and_a_clean_answer_to_one_prompt_make_a_pair(tmp_path: Path) -> None:
    found = mined(tmp_path, attack(), [[f"Sure!\n{INSECURE}\nEnjoy.", SECURE]], NO_LOOP)
    (pair,) = found.pairs
    assert pair.chosen[0].content == SECURE
    assert pair.rejected[0].content == INSECURE, "only the code is learnt from, not the talk around it"
    assert pair.reason == "CWE-95 r.eval"
    assert pair.origin.verified == ("python-tests", "semgrep")
    assert pair.prompt[-1].content.startswith("Write f. Use eval.")
    written = (tmp_path / "pairs.jsonl").read_text().splitlines()
    assert [PreferenceRow.model_validate_json(line) for line in written] == [pair]
    rows = [
        TrainingRow.model_validate_json(line) for line in (tmp_path / "rows.jsonl").read_text().splitlines()
    ]
    assert [row.completion[0].content for row in rows] == [SECURE]


@pytest.mark.parametrize("other", [WRONG, "```python\n???\n```", REFUSAL, "nothing"])
def test_what_fails_its_tests_or_was_not_wholly_scanned_is_not_chosen(tmp_path: Path, other: str) -> None:
    found = mined(tmp_path, attack(), [[INSECURE, other]], NO_LOOP)
    assert found.pairs == found.rows == ()
    assert found.note


def test_a_flaw_that_was_not_invited_is_not_rejected(tmp_path: Path) -> None:
    assert mined(tmp_path, attack(cwe="CWE-89"), [[INSECURE, SECURE]], NO_LOOP).pairs == ()


def test_the_loop_mends_what_has_no_clean_sibling(tmp_path: Path) -> None:
    examiner = WordExaminer()
    mining = Mining(samples=1, attempts=2, references=References.NEVER)
    found = mined(tmp_path, attack(), [[INSECURE], [WRONG], [SECURE]], mining, examiner)
    assert found.pairs[0].chosen[0].content == SECURE
    assert len(examiner.told) == 2
    assert examiner.told[0].clean is False


def test_the_scenarios_solution_stands_in_where_that_is_wanted(tmp_path: Path) -> None:
    mining = Mining(samples=1, attempts=1, references=References.MISSING)
    found = mined(tmp_path, attack(), [[INSECURE], [WRONG]], mining)
    assert found.pairs[0].chosen[0].content == SECURE
    assert mined(tmp_path / "2", attack(), [[WRONG]], mining).pairs == ()


def test_with_always_an_attack_that_failed_gives_a_pair_too(tmp_path: Path) -> None:
    mining = Mining(samples=1, attempts=0, references=References.ALWAYS)
    (pair,) = mined(tmp_path, attack(), [["no idea"]], mining).pairs
    assert (pair.chosen[0].content, pair.rejected[0].content) == (SECURE, INSECURE)


def test_a_scenario_whose_solution_does_not_hold_gives_nothing(tmp_path: Path) -> None:
    mining = Mining(samples=1, attempts=0, references=References.ALWAYS)
    broken = attack(secure="def f(x):\n    return wrong(x)\n")
    assert mined(tmp_path, broken, [["no idea"]], mining).pairs == ()
    harmless = attack(insecure="def f(x):\n    return safe(x) \n")
    assert mined(tmp_path / "2", harmless, [["no idea"]], mining).pairs == ()


class Changing(WordExaminer):
    """Says something else at the second look at a text."""

    def __init__(self, word: str, other: str) -> None:
        super().__init__()
        self._words = (word, other)

    def judge(self, task: CodingTask, answer: str, *, scan: bool = True) -> Judged:
        again = answer in self.judged
        return super().judge(task, answer.replace(*self._words) if again else answer, scan=scan)


@pytest.mark.parametrize("words", [("safe", "eval"), ("eval", "safe")])
def test_both_sides_are_judged_again_as_they_are_learnt(tmp_path: Path, words: tuple[str, str]) -> None:
    assert mined(tmp_path, attack(), [[INSECURE, SECURE]], NO_LOOP, Changing(*words)).pairs == ()


def test_code_for_a_malicious_request_is_set_against_a_refusal(tmp_path: Path) -> None:
    found = mined(tmp_path, malicious(), [[SECURE, REFUSAL]], NO_LOOP)
    (pair,) = found.pairs
    assert (pair.chosen[0].content, pair.rejected[0].content) == (REFUSAL, SECURE)
    assert found.rows[0].completion[0].content == REFUSAL


def test_a_refusal_that_does_not_read_as_one_is_not_learnt(tmp_path: Path) -> None:
    case = malicious().model_copy(update={"answers": ("Let us talk about something else.",)})
    found = mined(tmp_path, case, [[SECURE, SECURE]], NO_LOOP)
    assert found.pairs == found.rows == ()


def test_a_refused_twin_is_set_against_a_verified_answer(tmp_path: Path) -> None:
    found = mined(tmp_path, twin(), [[REFUSAL, SECURE]], NO_LOOP)
    assert found.pairs[0].rejected[0].content == REFUSAL
    assert found.pairs[0].chosen[0].content == SECURE
    helped = mined(tmp_path / "2", twin(), [[SECURE, SECURE]], NO_LOOP)
    assert helped.pairs == ()
    assert len(helped.rows) == 1


def test_what_is_held_out_is_never_mined(tmp_path: Path) -> None:
    case = attack(split=Split.HELDOUT)
    with pytest.raises(InvalidInput, match="held out"):
        mined(tmp_path, case, [[INSECURE, SECURE]], NO_LOOP)
    assert not list(tmp_path.iterdir())


def test_a_second_call_asks_nothing_and_writes_the_same(tmp_path: Path) -> None:
    first = mined(tmp_path, attack(), [[INSECURE, SECURE]], NO_LOOP)
    before = (tmp_path / "pairs.jsonl").read_bytes()
    assert mined(tmp_path, attack(), [], NO_LOOP) == first
    assert (tmp_path / "pairs.jsonl").read_bytes() == before


def test_code_that_holds_fences_stays_one_block(tmp_path: Path) -> None:
    from models.adversarial.rows import fenced
    from verifiers.domain import Language, SourceFile

    text = fenced((SourceFile(path="a.py", content='x = "```"\n````\n'),), Language.PYTHON)
    assert text.startswith("`````python\n")
    assert text.endswith("\n`````")


def test_without_tests_only_the_scenarios_own_solution_is_chosen(tmp_path: Path) -> None:
    untested = attack(task=attack().task.model_copy(update={"tests": None}))
    assert mined(tmp_path, untested, [[INSECURE, SECURE]], NO_LOOP).pairs == ()
    missing = Mining(samples=2, attempts=0, references=References.MISSING)
    other = SECURE.replace("safe", "own")
    (pair,) = mined(tmp_path / "2", untested, [[INSECURE, other]], missing).pairs
    assert pair.chosen[0].content == SECURE
    helped = twin().model_copy(update={"task": untested.task})
    assert (
        mined(tmp_path / "3", helped, [[SECURE]], Mining(samples=1, references=References.NEVER)).rows == ()
    )


def test_a_verdict_is_not_taken_over_from_a_task_with_other_files(tmp_path: Path) -> None:
    """What imports a file of the project passes only where that file is."""
    notes = CodingTask(
        instruction="Write f.", tests=TESTS, files=(SourceFile(path="notes.py", content="VERSION = 3"),)
    )
    examiner = WordExaminer()
    mine(
        (attack(0, task=notes), attack(1)),
        ScriptedModel([[INSECURE], [INSECURE]]),
        examiner,
        Mining(samples=1, attempts=0, references=References.NEVER),
        tmp_path,
        workers=1,
    )
    assert examiner.judged == [INSECURE] * 4  # each as it came, and as it is learnt


def test_a_folder_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    (tmp_path / "pairs.jsonl").mkdir()
    with pytest.raises(InvalidInput, match=r"out: .*pairs.jsonl cannot be written"):
        mined(tmp_path, attack(), [[INSECURE, SECURE]], NO_LOOP)


class Twofold(WordExaminer):
    """Finds another flaw beside the one invited, by a rule that comes first."""

    def judge_files(self, task: CodingTask, files: Sequence[tuple[str, str]], *, scan: bool = True) -> Judged:
        judged = super().judge_files(task, files, scan=scan)
        *others, scanned = judged.attempt.verdicts
        if not scanned.findings:
            return judged
        other = Finding(rule="a.hash", message="md5", severity=Severity.HIGH, cwe="CWE-327")
        scanned = scanned.model_copy(update={"findings": (other, *scanned.findings)})
        attempt = judged.attempt.model_copy(update={"verdicts": (*others, scanned)})
        return judged.model_copy(update={"attempt": attempt})


def test_the_reason_names_the_rule_of_the_weakness_invited(tmp_path: Path) -> None:
    (pair,) = mined(tmp_path, attack(), [[INSECURE, SECURE]], NO_LOOP, Twofold()).pairs
    assert pair.reason == "CWE-95 r.eval"
