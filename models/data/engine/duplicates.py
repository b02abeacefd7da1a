"""Duplicates, by datatrove's own stages: sign in one pass, match the signatures, drop in the next pass."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, NamedTuple

from models.data.document import Document
from models.data.set_steps import NearDuplicates

_WORD = re.compile(r"\w+")
_MOST_WORDS = 50_000  # of a document: its hashes are held at once, 112 numbers of 8 bytes for each word


class CodeWords:
    """Cuts code into words: names and numbers. Datatrove's own are for prose, and fetch what they need."""

    def word_tokenize(self, text: str) -> list[str]:
        """The first words of a text, in order."""
        words: list[str] = []
        for found in _WORD.finditer(text):
            words.append(found.group())
            if len(words) == _MOST_WORDS:
                break
        return words


def content_of(document: Document) -> str:
    """What makes two documents equal."""
    return f"{document.prompt}\0{document.text}"


def priority_of(document: Document) -> int:
    """Which of two equal documents is kept: the higher."""
    return 2 if document.license else 1


def _hashing() -> Any:
    """SHA-1: datatrove's default gives text to xxhash, which from its version 4 on takes bytes alone."""
    from datatrove.utils.hashing import HashConfig

    return HashConfig(hash_fc="sha1")


class Signed(NamedTuple):
    """What datatrove signs of a document."""

    text: str


class SignEach:
    """Gives a signing step the words that it compares; documents of different kinds have none in common.

    A function and the prompt that was made of it are alike and not the same, nor is a task with tests.
    """

    def __init__(self, signing: Callable[[Any, int, int], Any]) -> None:
        self._signing = signing

    def __call__(self, data: Iterable[Document], rank: int, world_size: int) -> Any:
        return self._signing((Signed(_words_of(document)) for document in data), rank, world_size)


def _words_of(document: Document) -> str:
    if not document.method:
        return document.text
    kind = document.method.replace("-", "_")
    words = CodeWords().word_tokenize(f"{document.prompt}\n{document.text}")
    return " ".join(f"{kind}_{word}" for word in words)


def exact_config() -> Any:
    """How exact duplicates are found."""
    from datatrove.pipeline.dedup.exact_dedup import ExactDedupConfig

    return ExactDedupConfig(content_getter=content_of, document_priority=priority_of, hash_config=_hashing())


def exact_signing(folder: Path, finders: int) -> Any:
    """The end of the pass before."""
    from datatrove.pipeline.dedup.exact_dedup import ExactDedupSignature

    return ExactDedupSignature(str(folder / "signatures"), exact_config(), finder_workers=finders)


def exact_finding(folder: Path) -> Any:
    """The stage between, in as many tasks as there are finders."""
    from datatrove.pipeline.dedup.exact_dedup import ExactFindDedups

    return ExactFindDedups(str(folder / "signatures"), str(folder / "found"), exact_config())


def exact_dropping(folder: Path) -> Any:
    """The start of the pass after."""
    from datatrove.pipeline.dedup.exact_dedup import ExactDedupFilter

    (folder / "found").mkdir(parents=True, exist_ok=True)
    return ExactDedupFilter(str(folder / "found"), exact_config())


def near_config(step: NearDuplicates, seed: int) -> Any:
    """How near duplicates are found: case and numbers count, white space and punctuation do not."""
    from datatrove.pipeline.dedup.minhash import MinhashConfig
    from datatrove.utils.text import TextNormConfig

    as_it_is = TextNormConfig(
        lowercase=False,
        norm_whitespace=False,
        remove_punctuation=False,
        norm_unicode_diacritics=False,
        norm_numbers=False,
    )
    return MinhashConfig(
        n_grams=step.ngram,
        num_buckets=step.buckets,
        hashes_per_bucket=step.hashes,
        seed=seed + 1,
        norm_config=as_it_is,
        hash_config=_hashing(),
    )


def near_signing(folder: Path, step: NearDuplicates, seed: int) -> Any:
    """The end of the pass before."""
    from datatrove.pipeline.dedup.minhash import MinhashDedupSignature
    from datatrove.utils.word_tokenizers import WordTokenizer

    WordTokenizer.register(CodeWords)  # what datatrove asks of a tokenizer, without its base class
    signatures, config = str(folder / "signatures"), near_config(step, seed)
    return SignEach(MinhashDedupSignature(signatures, config, language=CodeWords()))


def near_matching(folder: Path, step: NearDuplicates, seed: int) -> Any:
    """The first stage between, one task a bucket."""
    from datatrove.pipeline.dedup.minhash import MinhashDedupBuckets

    return MinhashDedupBuckets(
        str(folder / "signatures"), str(folder / "pairs"), config=near_config(step, seed)
    )


def near_clustering(folder: Path, step: NearDuplicates, seed: int) -> Any:
    """The second stage between, one task."""
    from datatrove.pipeline.dedup.minhash import MinhashDedupCluster

    return MinhashDedupCluster(str(folder / "pairs"), str(folder / "found"), config=near_config(step, seed))


def near_dropping(folder: Path) -> Any:
    """The start of the pass after."""
    from datatrove.pipeline.dedup.minhash import MinhashDedupFilter

    (folder / "found").mkdir(parents=True, exist_ok=True)
    return MinhashDedupFilter(str(folder / "found"))
