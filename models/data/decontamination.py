"""Keeps the problems of evaluation suites out of what a model is trained on.

Datatrove's own n-gram filter needs lighteval and its tasks from a hub to build an index, and takes the
numbers out as suits prose; so this is done here. Words are names and numbers, whatever stands between them:
other indentation, quotes or marks of comments hide nothing.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import pairwise
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field

from models.data.document import Document
from models.data.step import Dropped, Kept, kept
from models.evaluation.suites import SUITES, read_suite
from models.examining import Problem
from verifiers.domain import Value, digest

_WORD = re.compile(r"\w+")
_FEWEST = 6  # words: shorter texts are found all over the place
_NAMES = 4  # different words that are no numbers: 0 1 2 3 ... is found all over the place as well
_COMMON = 3  # problems that share a sequence make it no sign of any of them


class Decontamination(Value):
    """Drops documents that share a sequence of words with a problem of a suite that will be evaluated.

    Looked for are the problems' instructions, reference solutions and tests. Text of a problem that is
    shorter than a sequence is looked for whole. Sequences that three or more problems of a suite share
    ("write a function to find the ...") do not count.

    Attributes:
        suites: Names of suites, ``mbpp:test`` for one split of one, or JSONL files.
        data: The folder that holds published suites.
        ngram: Words in a sequence (10 as in the Qwen2.5-Coder report; GPT-3 took 13).
    """

    step: Literal["decontamination"] = "decontamination"
    suites: Annotated[tuple[str, ...], Field(min_length=1)] = ("humaneval", "mbpp:test")
    data: Path | None = None
    ngram: int = Field(default=10, ge=_FEWEST, le=100)

    def based_on(self, folder: Path) -> Decontamination:
        """The same with relative files of suites taken from a folder."""
        own = (
            suite if suite.partition(":")[0].lower() in SUITES else str(folder / suite)
            for suite in self.suites
        )
        return self.model_copy(update={"suites": tuple(own)})

    @property
    def looks_for(self) -> str:
        """SHA-256 over the sequences: a suite's file may change while its name stays."""
        return _index(self.suites, self.data, self.ngram).digest

    def check(self) -> None:
        """Read the suites.

        Raises:
            InvalidInput: there is no such suite, or its file is not there.
        """
        _index(self.suites, self.data, self.ngram)

    def __call__(self, document: Document) -> Kept | Dropped:
        """See :class:`models.data.step.Step`."""
        index = _index(self.suites, self.data, self.ngram)
        if any(map(index.problem_in, (document.text, document.prompt, document.tests))):
            return Dropped("shares text with an evaluation problem")
        return kept(document)


class Index:
    """Word sequences of problems, each with the problem that it is of.

    Args:
        suites: The problems of each that must not be trained on.
        ngram: Words in a sequence.
    """

    def __init__(self, suites: Sequence[Sequence[Problem]], ngram: int) -> None:
        owners: dict[str, str] = {}
        common: set[str] = set()
        for problems in suites:
            shared: Counter[tuple[str, str]] = Counter()
            for problem in problems:
                own = {each for text in _texts(problem) for each in _sequences(_words(text), ngram)}
                # By language: one problem in six languages is still one.
                shared.update((problem.task.language.value, each) for each in own)
                owners.update(dict.fromkeys(own, problem.id))
            common |= {each for (_, each), count in shared.items() if count >= _COMMON}
        self._owners = {each: owner for each, owner in owners.items() if each not in common}
        starts: dict[tuple[str, str], set[int]] = {}
        for each in self._owners:
            words = each.split(" ")
            starts.setdefault((words[0], words[1]), set()).add(len(words))
        self._starts = {start: sorted(lengths) for start, lengths in starts.items()}

    @property
    def digest(self) -> str:
        """SHA-256 over all sequences, in hex."""
        return digest("\n".join(sorted(self._owners)))

    def problem_in(self, text: str) -> str:
        """The id of a problem whose text is in this; empty for none."""
        words = _words(text)
        for place, start in enumerate(pairwise(words)):
            for length in self._starts.get(start, ()):
                owner = self._owners.get(" ".join(words[place : place + length]))
                if owner is not None:
                    return owner
        return ""


def _texts(problem: Problem) -> Iterator[str]:
    yield problem.task.instruction
    yield problem.reference
    for file in problem.task.tests.files if problem.task.tests else ():
        yield file.content


def _words(text: str) -> list[str]:
    return _WORD.findall(text.lower())


def _sequences(words: Sequence[str], length: int) -> Iterator[str]:
    if len(words) < _FEWEST:
        return
    for each in _windows(words, min(length, len(words))):
        if len({word for word in each.split() if not word.isdigit()}) >= _NAMES:
            yield each


def _windows(words: Sequence[str], length: int) -> Iterator[str]:
    for start in range(len(words) - length + 1):
        yield " ".join(words[start : start + length])


@lru_cache(maxsize=4)
def _index(suites: tuple[str, ...], data: Path | None, ngram: int) -> Index:
    found: list[tuple[Problem, ...]] = []
    for suite in suites:
        name, colon, split = suite.partition(":")
        known = bool(colon) and name.lower() in SUITES
        found.append(read_suite(name, split=split, data=data) if known else read_suite(suite, data=data))
    return Index(found, ngram)
