"""From attacks on a model to training rows: what fell for one, beside what does not.

Nothing enters that was not judged in the very form in which it is learnt: the better side passes its tests
and every scanner, the worse side is flagged with the weakness that the attack invites.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from enum import StrEnum
from pathlib import Path

from pydantic import Field

from models.adversarial.cases import AttackCase, Expects, Split, conversation
from models.adversarial.labels import Label, Labelled, invited_rules, labelled
from models.adversarial.rows import code_path, fenced, preference_row, training_row, write_rows
from models.adversarial.trials import (
    ANSWER_TIMEOUT_S,
    Done,
    Draw,
    Named,
    asked,
    check_settings,
    digest_of,
    prompts_of,
    storable,
    worked_off,
)
from models.chat import ChatModel
from models.data.rows import PreferenceRow, TrainingRow
from models.examining import Examiner, Judged
from verifiers.domain import digest
from verifiers.errors import InvalidInput

_Answer = tuple[str, Judged, Labelled]


class References(StrEnum):
    """When the scenarios' own solutions are taken."""

    NEVER = "never"
    MISSING = "missing"  # where the model has no good answer of its own
    ALWAYS = "always"  # for every attack, also where the model did not fall for it


class Mining(Draw):
    """How rows are mined.

    Attributes:
        samples: Answers to each case.
        attempts: Tries, with the findings told, to mend an answer that is flagged.
        pairs: Most preference pairs of one case.
        references: When the scenarios' own solutions stand in for the model's.
    """

    samples: int = Field(default=4, ge=1, le=64)
    attempts: int = Field(default=3, ge=0, le=20)
    pairs: int = Field(default=2, ge=1, le=16)
    references: References = References.MISSING


class Mined(Named):
    """What a case gave; one line of ``mined.jsonl``.

    Attributes:
        labels: Of the answers.
        pairs: Preference pairs, both sides verified.
        rows: Good answers.
        note: Why there is no pair although an answer was bad; empty else.
    """

    labels: tuple[Labelled, ...]
    pairs: tuple[PreferenceRow, ...] = ()
    rows: tuple[TrainingRow, ...] = ()
    note: str = ""


class _Side:
    """An answer as it is learnt, with what was found out about exactly that text."""

    def __init__(self, text: str, judged: Judged, found: Labelled, *, ours: bool = False) -> None:
        self.text, self.judged, self.found = text, judged, found
        self._ours = ours  # a scenario's own solution

    @property
    def good(self) -> bool:
        """A model's answer must pass tests: without any, nothing says that it does what was asked for."""
        passed = self.found.passed is True or (self._ours and self.found.passed is None)
        return passed and self.judged.accepted and self.found.label is Label.CLEAN


def mine(
    cases: Sequence[AttackCase],
    model: ChatModel,
    examiner: Examiner,
    mining: Mining,
    folder: Path,
    *,
    workers: int = 2,
    on_done: Done = lambda done, total: None,
) -> dict[str, Mined]:
    """Attack a model, and keep what it can learn from: ``pairs.jsonl`` and ``rows.jsonl`` in the folder.

    Args:
        cases: Attacks and twins, none of them held out.
        model: The one that is attacked.
        examiner: Prompts and judgement.
        mining: How.
        folder: Goes on with what is there.
        workers: Cases at a time.
        on_done: Called after each case.

    Raises:
        InvalidInput: a case is held out; or the folder holds something else.
        ToolError: the model or a tool is broken; what is done stays done.
    """
    held = [case.id for case in cases if case.split is not Split.TRAIN]
    if held:
        raise InvalidInput("cases", f"{held[0]} is held out and must never be trained on.")
    settings = {
        "model": model.name,
        "mining": mining.model_dump(mode="json"),
        "cases": digest_of(cases),
        "prompts": prompts_of(cases, examiner),
    }
    check_settings(folder, settings)
    miner = _Miner(model, examiner, mining)
    found = worked_off(cases, miner.mined, folder / "mined.jsonl", Mined, workers=workers, on_done=on_done)
    write_rows(folder / "pairs.jsonl", [pair for mined in found.values() for pair in mined.pairs])
    write_rows(folder / "rows.jsonl", [row for mined in found.values() for row in mined.rows])
    return found


class _Miner:
    def __init__(self, model: ChatModel, examiner: Examiner, mining: Mining) -> None:
        self._model = model
        self._examiner = examiner
        self._mining = mining
        self._judged: dict[str, _Side] = {}
        self._lock = threading.Lock()

    def mined(self, case: AttackCase) -> Mined:
        answers = asked(case, self._model, self._examiner, self._mining)
        labels = tuple(found for _, _, found in answers)
        if case.expects is Expects.SECURE:
            return self._secured(case, answers, labels)
        if case.expects is Expects.REFUSAL:
            return self._refused(case, answers, labels)
        return self._helped(case, answers, labels)

    def _secured(self, case: AttackCase, answers: Sequence[_Answer], labels: tuple[Labelled, ...]) -> Mined:
        """Flagged answers beside one that is verified: of the same prompt, of the loop, or the scenario's."""
        always = self._mining.references is References.ALWAYS
        bad = [side for side in self._sides(case, answers, lambda found: found.invited) if side.found.invited]
        bad = list({side.text: side for side in bad}.values())[: self._mining.pairs]
        good = next((side for side in self._sides(case, answers, _looks_good) if side.good), None)
        if good is None and bad:
            good = self._mended(case, bad[0].judged)
        if always or (good is None and bad and self._mining.references is References.MISSING):
            good = good or self._reference(case, case.secure)
        if always and not bad:
            worse = self._reference(case, case.insecure)
            bad = [worse] if worse and worse.found.invited else []
        if good is None or not good.good:
            note = "no verified answer to set against the flagged one" if bad else ""
            return Mined(case=case.id, labels=labels, note=note)
        prompt = conversation(case, self._examiner)
        pairs = tuple(
            preference_row(
                case,
                prompt,
                good.text,
                side.text,
                good.judged,
                f"{case.cwe} {', '.join(invited_rules(case, side.judged))}",
            )
            for side in bad
            if side.text != good.text
        )
        return Mined(
            case=case.id,
            labels=labels,
            pairs=pairs,
            rows=(training_row(case, prompt, good.text, good.judged),),
        )

    def _refused(self, case: AttackCase, answers: Sequence[_Answer], labels: tuple[Labelled, ...]) -> Mined:
        """Code for a malicious request beside a refusal, which must read as one."""
        refusal = case.answers[int(digest(case.id), 16) % len(case.answers)]
        judged = self._examiner.judge(case.task, refusal, scan=False)
        if labelled(case, judged).label is not Label.REFUSAL:
            return Mined(case=case.id, labels=labels, note="the refusal to learn does not read as one")
        prompt = conversation(case, self._examiner)
        code = list(dict.fromkeys(text for text, _, found in answers if found.has_code))
        pairs = tuple(
            preference_row(case, prompt, refusal, text, judged, "a malicious request was answered")
            for text in code[: self._mining.pairs]
        )
        return Mined(
            case=case.id, labels=labels, pairs=pairs, rows=(training_row(case, prompt, refusal, judged),)
        )

    def _helped(self, case: AttackCase, answers: Sequence[_Answer], labels: tuple[Labelled, ...]) -> Mined:
        """Verified answers to harmless requests, beside refusals of them."""
        refusals = [text for text, _, found in answers if found.label is Label.REFUSAL]
        good = next((side for side in self._sides(case, answers, _looks_good) if side.good), None)
        if good is None and (
            self._mining.references is References.ALWAYS
            or (refusals and self._mining.references is References.MISSING)
        ):
            good = self._reference(case, case.secure)
        if good is None or not good.good:
            note = "no verified answer to set against the refusal" if refusals else ""
            return Mined(case=case.id, labels=labels, note=note)
        prompt = conversation(case, self._examiner)
        pairs = tuple(
            preference_row(case, prompt, good.text, text, good.judged, "a harmless request was refused")
            for text in list(dict.fromkeys(refusals))[: self._mining.pairs]
        )
        return Mined(
            case=case.id,
            labels=labels,
            pairs=pairs,
            rows=(training_row(case, prompt, good.text, good.judged),),
        )

    def _mended(self, case: AttackCase, judged: Judged) -> _Side | None:
        """The loop: the findings are told until an answer is verified; None where the attempts run out."""
        for attempt in range(self._mining.attempts):
            answered = self._model.complete(
                self._examiner.ask_again(case.task, judged),
                self._mining.sampling(f"{case.id}/attempt-{attempt}"),
                1,
                ANSWER_TIMEOUT_S,
            )
            judged = self._examiner.judge(case.task, storable(answered.samples[0].text))
            side = self._side(case, judged) if _looks_good(labelled(case, judged)) else None
            if side is not None and side.good:
                return side
        return None

    def _sides(
        self, case: AttackCase, answers: Sequence[_Answer], wanted: Callable[[Labelled], bool]
    ) -> list[_Side]:
        """The answers that may do by their labels, each judged again as the text that is learnt."""
        return [self._side(case, judged) for _, judged, found in answers if wanted(found)]

    def _side(self, case: AttackCase, judged: Judged) -> _Side:
        return self._checked(case, fenced(judged.attempt.candidate.files, case.language))

    def _reference(self, case: AttackCase, code: str) -> _Side | None:
        if not code:
            return None
        side = self._checked(case, fenced((code_path(case, code),), case.language))
        return _Side(side.text, side.judged, side.found, ours=True)

    def _checked(self, case: AttackCase, text: str) -> _Side:
        """The text judged as an answer; many cases share a task's tests and solutions, so once each."""
        files = (file.model_dump_json() for file in case.task.files)
        key = digest("\0".join((case.scenario, case.split.value, text, *files)))
        with self._lock:
            known = self._judged.get(key)
        if known is None:
            judged = self._examiner.judge(case.task, text)
            known = _Side(text, judged, labelled(case, judged))
            with self._lock:
                self._judged[key] = known
        return known


def _looks_good(found: Labelled) -> bool:
    return found.accepted and found.label is Label.CLEAN
