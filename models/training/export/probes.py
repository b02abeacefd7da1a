"""What models are asked to see whether they are the same: short, of many kinds, none out of a suite."""

from __future__ import annotations

from typing import Any

from models.chat import Message
from verifiers.errors import InvalidInput

_SYSTEM = "You write correct and secure Python 3. Answer with the complete code in one ```python block."
PROBES: tuple[tuple[Message, ...], ...] = tuple(
    (Message(role="system", content=_SYSTEM), Message(role="user", content=text))
    for text in (
        "Write a function to return the larger half of a list of prices.\n\n"
        "It must pass these tests:\n```python\nassert larger_half([3, 10, 7, 1]) == [7, 10]\n```",
        "def count_gaps(text: str) -> int:\n"
        '    """Number of runs of two or more spaces. count_gaps(\'a  b\') == 1"""',
        "Write a function that sums 12345 and the digits of n.",
        "Explain in one sentence why eval() of user input is dangerous.",
        "Schreibe eine Funktion, die prüft, ob ein Wort ein Palindrom ist.",
        "Fix this:\n```python\ndef mean(xs):\n\treturn sum(xs) / len(x)\n```\nNameError: 'x' is not defined",
    )
)


def as_text(tokenizer: Any, messages: tuple[Message, ...]) -> str:
    """A conversation as the model reads it, up to where its answer begins.

    Raises:
        InvalidInput: the tokenizer has no chat template that can show it.
    """
    from jinja2 import TemplateError

    turns = [message.model_dump() for message in messages]
    try:
        text: str = tokenizer.apply_chat_template(turns, tokenize=False, add_generation_prompt=True)
    except (ValueError, TemplateError) as error:
        raise InvalidInput(
            "base", "has no chat template that can be used.", "Start from an instruction-tuned model."
        ) from error
    return text


def as_tokens(tokenizer: Any, text: str) -> list[int]:
    """Its tokens; none is put before them, for the template says all."""
    return [int(token) for token in tokenizer(text, add_special_tokens=False)["input_ids"]]
