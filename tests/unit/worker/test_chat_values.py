from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from verifiers.domain import (
    Attempt,
    Candidate,
    CodingTask,
    Language,
    Outcome,
    OutcomeStatus,
    SourceFile,
    Status,
    Usage,
    Verdict,
)
from verifiers.errors import InvalidInput
from verifiers.validation import invalid_input
from worker.chat_language import named_language
from worker.chat_values import ChatRequest, completion_of, task_of


def user(content: Any) -> dict[str, Any]:
    return {"role": "user", "content": content}


def task(*messages: dict[str, Any], **fields: Any) -> CodingTask:
    return task_of(ChatRequest.model_validate({"messages": messages, **fields}))


def said_of(**body: Any) -> str:
    """What is said of a body that is refused."""
    try:
        task_of(ChatRequest.model_validate({"messages": [user("Write add.")], **body}))
    except InvalidInput as error:
        return str(error)
    except ValidationError as error:
        return str(invalid_input(error))
    raise AssertionError("it is not refused")


def test_one_message_is_the_instruction_as_it_is() -> None:
    text = 'def add(a, b):\n    """Add."""\n'
    assert task(user(text)).instruction == text


def test_the_last_message_leads_and_the_conversation_follows() -> None:
    given = task(
        {"role": "system", "content": "Use type hints."},
        user("Write add."),
        {"role": "assistant", "content": [{"type": "text", "text": "```python\nadd = 1\n```"}]},
        user([{"type": "text", "text": "Now"}, {"type": "text", "text": "subtract."}]),
    ).instruction
    assert given.startswith("Now\nsubtract.\n\nUse type hints.")
    assert given.endswith("User:\nWrite add.\n\nAssistant:\n```python\nadd = 1\n```")


@pytest.mark.parametrize(
    ("message", "language"),
    [
        ("Write a Rust function.", Language.RUST),
        ("```ts\nlet x\n``` Fix it, do not use Python code.", Language.TYPESCRIPT),
        ("Sort a list in C++, please.", Language.CPP),
        ("Write it in Go.", Language.GO),
        ("Count the letters in c and go in order.", None),
        ("Write add(a, b).", None),
        ("x" * 30_000 + " in Rust", None),
    ],
)
def test_a_language_is_told_by_fences_and_names(message: str, language: Language | None) -> None:
    assert named_language(message) is language
    assert task(user(message)).language is (language or Language.PYTHON)


def test_a_field_says_the_language_louder_than_words_and_the_options_loudest() -> None:
    rust = user("Write it in Rust.")
    assert task(rust, language="go").language is Language.GO
    assert task(rust, language="go", acrisol={"language": "bash"}).language is Language.BASH


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"n": 2}, "n"),
        ({"stop": "\n"}, "stop"),
        ({"stop": ["x"]}, "stop"),
        ({"tools": [{"type": "function"}]}, "tools"),
        ({"functions": [{}]}, "functions"),
        ({"tool_choice": "required"}, "tool_choice"),
        ({"response_format": {"type": "json_object"}}, "response_format"),
        ({"modalities": ["text", "audio"]}, "modalities"),
        ({"logprobs": True}, "logprobs"),
        ({"temperature": 2.1}, "temperature"),
        ({"temperature": float("nan")}, "temperature"),
        ({"max_tokens": 0}, "max_tokens"),
        ({"language": "cobol"}, "language"),
        ({"acrisol": {"tests": {"files": []}}}, "acrisol.tests.files"),
        ({"acrisol": {"policy": {"incomplete": "accept"}}}, "acrisol.policy.incomplete"),
        ({"messages": []}, "messages"),
        ({"messages": [user("")]}, "messages"),
        ({"messages": [user(" \n")]}, "messages"),
        ({"messages": [user("x"), {"role": "assistant", "content": "y"}]}, "messages"),
        ({"messages": [{"role": "tool", "content": "x"}]}, "messages.0.role"),
        ({"messages": [user(5)]}, "messages.0.content"),
        ({"messages": [user([[[["x"]]]])]}, "messages.0.content"),
        ({"messages": [user([{"type": "image_url", "image_url": {"url": "x"}}])]}, "messages.0.content"),
        ({"messages": [user([{"type": "input_audio", "input_audio": {}}])]}, "messages.0.content"),
        ({"messages": [user([{"type": "text", "text": {"text": "x"}}])]}, "messages.0.content"),
        ({"messages": [user("a\0b")]}, "messages"),
        ({"messages": [user("a\ud800b")]}, "messages"),
        ({"messages": [user("x" * 100_001)]}, "messages"),
        ({"messages": [user("x")] * 1_001}, "messages"),
    ],
)
def test_what_cannot_be_followed_is_refused_by_its_name(body: dict[str, Any], field: str) -> None:
    said = said_of(**body)
    assert said.startswith(f"{field}: "), said
    assert len(said) < 400


def test_what_changes_nothing_may_be_said_and_what_is_unknown_is_ignored() -> None:
    request = ChatRequest.model_validate(
        {
            "messages": [user("Write add.")],
            **{"n": 1, "stop": None, "tools": [], "tool_choice": "auto", "response_format": {"type": "text"}},
            **{
                "logprobs": False,
                "modalities": ["text"],
                "store": True,
                "user": "me",
                "seed": 1,
                "top_p": 0.5,
            },
        }
    )
    assert request.not_followed == ("top_p", "seed")


def outcome(*files: tuple[str, str], **fields: Any) -> Outcome:
    candidate = Candidate(files=tuple(SourceFile(path=path, content=content) for path, content in files))
    verdict = Verdict(
        verifier="python-tests", status=Status.PASSED, summary="Good.", evidence={"code": "secret"}
    )
    attempt = Attempt(number=1, candidate=candidate, verdicts=(verdict,))
    given = {"status": OutcomeStatus.SOLVED, "reason": "All passed.", "solution": attempt} | fields
    return Outcome(attempts=(attempt,), usage=Usage(prompt_tokens=3, completion_tokens=4), **given)


def completion(of: Outcome) -> dict[str, Any]:
    return completion_of(of, task_id="t1", model="acrisol", created=7)


def test_accepted_files_stand_in_fences_that_they_cannot_leave() -> None:
    answer = completion(outcome(("a.py", 'x = "```"\n'), ("lib/b.rs", "fn main() {}\n")))
    (choice,) = answer["choices"]
    assert choice["message"]["content"] == (
        '`a.py`\n````python\nx = "```"\n````\n\n`lib/b.rs`\n```rust\nfn main() {}\n```'
    )
    assert choice["finish_reason"] == "stop"
    assert answer["usage"] == {"prompt_tokens": 3, "completion_tokens": 4, "total_tokens": 7}
    assert answer["acrisol"]["checks"] == [
        {"verifier": "python-tests", "status": "passed", "summary": "Good.", "tool": ""}
    ]


@pytest.mark.parametrize("status", [status for status in OutcomeStatus if status != "solved"])
def test_nothing_that_was_not_accepted_is_in_the_answer(status: OutcomeStatus) -> None:
    answer = completion(outcome(("a.py", "evil()\n"), status=status, reason="Tests failed.", solution=None))
    (choice,) = answer["choices"]
    assert choice["finish_reason"] == "content_filter"
    assert choice["message"]["content"].startswith(f"No code was accepted ({status.value}): Tests failed.")
    assert "/v1/tasks/t1" in choice["message"]["content"]
    assert "evil" not in str(answer)
