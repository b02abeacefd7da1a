"""Lessons as tokens: the model's own chat template, loss on the completion alone, sequences that fit."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from typing import Any, NamedTuple

from models.chat import Message
from models.training.objective import Lesson
from verifiers.errors import InvalidInput


class Unfit(StrEnum):
    """Why a lesson is left out."""

    TOO_LONG = "longer than max_tokens"
    CONTROL = "the text holds control tokens of the model"
    EMPTY = "nothing to learn: weight 0, or no tokens"


class Encoded(NamedTuple):
    """A lesson's tokens.

    Attributes:
        ids: Prompt and completion.
        start: Where the completion begins.
        weights: One for each token of the completion: what its loss is multiplied by, negative where it is
            to become unlikely.
        truncated: The prompt lost its oldest tokens.
    """

    ids: list[int]
    start: int
    weights: list[float]
    truncated: bool = False


class Encoder:
    """Turns lessons into tokens, exactly as the model will see them when it is asked.

    Prompt and completion are tokenised apart, as the prompt ends there when the model is asked: no token
    spans the two.

    Args:
        tokenizer: A fast tokenizer of transformers, with a chat template.
        max_tokens: Longest sequence.
        truncate: Shorten prompts that are too long, from their beginning, instead of leaving the lesson out.

    Raises:
        InvalidInput: the tokenizer has no chat template.
    """

    def __init__(self, tokenizer: Any, max_tokens: int, *, truncate: bool = False) -> None:
        if not tokenizer.chat_template:
            raise InvalidInput(
                "model",
                "its tokenizer has no chat template, so it is not known how a conversation looks to it.",
                "Use the instruction-tuned variant of the model, or add chat_template.jinja to its folder.",
            )
        self._tokenizer = tokenizer
        self._max_tokens = max_tokens
        self._truncate = truncate
        special = [token.content for token in tokenizer.added_tokens_decoder.values() if token.special]
        self._special = tuple({*special, *tokenizer.all_special_tokens} - {""})

    def encode(self, lesson: Lesson) -> Encoded | Unfit:
        """A lesson's tokens, or why it has none.

        Raises:
            InvalidInput: the chat template cannot say a conversation like this one.
        """
        texts = (*(message.content for message in lesson.prompt), lesson.completion)
        if any(token in text for text in texts for token in self._special):
            return Unfit.CONTROL  # the row's author could otherwise speak as the assistant or the system
        prompt_text, said = self._rendered(lesson.prompt, lesson.completion)
        prompt = self._ids(prompt_text)["input_ids"]
        answer = self._ids(said, offsets=True)
        ids, weights = answer["input_ids"], self._weights(lesson, said, answer["offset_mapping"])
        if not ids or not any(weights):
            return Unfit.EMPTY
        over = len(prompt) + len(ids) - self._max_tokens
        if over > 0 and (not self._truncate or over >= len(prompt)):
            return Unfit.TOO_LONG
        kept = prompt[max(over, 0) :]
        return Encoded(kept + ids, len(kept), weights, truncated=over > 0)

    def _rendered(self, prompt: Sequence[Message], completion: str) -> tuple[str, str]:
        """The prompt up to where the answer begins, and the answer up to the end of its turn."""
        turns = [{"role": message.role, "content": message.content} for message in prompt]
        answered = [*turns, {"role": "assistant", "content": completion}]
        try:
            before = self._tokenizer.apply_chat_template(turns, tokenize=False, add_generation_prompt=True)
            whole = self._tokenizer.apply_chat_template(answered, tokenize=False)
        except Exception as error:  # templates raise errors of their own making
            raise InvalidInput(
                "model",
                f"its chat template refuses a conversation of the data: {error}.",
                "Correct the rows.",
            ) from error
        if not whole.startswith(before):
            raise InvalidInput(
                "model",
                "its chat template changes a prompt once it is answered, so no answer can be told apart.",
                "Give the model a chat template whose generation prompt begins the answered turn.",
            )
        return before, self._ended(whole[len(before) :], completion)

    def _ended(self, said: str, completion: str) -> str:
        """The answer with its end of turn, without what the template puts between turns."""
        bare = said.rstrip()
        return (
            bare if any(bare.endswith(token) for token in self._special) else said + self._tokenizer.eos_token
        )

    def _ids(self, text: str, *, offsets: bool = False) -> Any:
        return self._tokenizer(
            text, add_special_tokens=False, return_offsets_mapping=offsets, verbose=False, truncation=False
        )

    @staticmethod
    def _weights(lesson: Lesson, said: str, places: Sequence[tuple[int, int]]) -> list[float]:
        weight = lesson.weight * lesson.sign
        weights = [weight] * len(places)
        if not lesson.emphasis:
            return weights
        trimmed = lesson.completion.strip()  # some templates take the blanks off
        moved = said.find(trimmed) - lesson.completion.find(trimmed)
        for begin, end, factor in lesson.emphasis:
            for index, (first, last) in enumerate(places):
                if first < end + moved and last > begin + moved:
                    weights[index] = weight * factor
        return weights


def packed(lengths: Sequence[int], room: int) -> list[list[int]]:
    """Rows put into sequences of ``room`` tokens, the longest first, each where it leaves the least space.

    Best-fit decreasing (Johnson 1974): at most 11/9 of the fewest sequences possible.

    Args:
        lengths: Of all rows, none longer than ``room``.
        room: Tokens in a sequence.

    Returns:
        Row numbers of each sequence.
    """
    by_space: dict[int, list[int]] = {}  # sequences, by the room that is left in them
    spaces = 0  # bit n: some sequence has room for n
    sequences: list[list[int]] = []
    for row in sorted(range(len(lengths)), key=lambda row: (-lengths[row], row)):
        length = lengths[row]
        enough = spaces >> length
        if enough:
            space = length + (enough & -enough).bit_length() - 1  # its lowest bit
            place = by_space[space].pop()
            if not by_space[space]:
                spaces ^= 1 << space
            sequences[place].append(row)
        else:
            space, place = room, len(sequences)
            sequences.append([row])
        by_space.setdefault(space - length, []).append(place)
        spaces |= 1 << (space - length)
    return sequences
