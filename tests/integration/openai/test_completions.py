"""Code at a cursor by OpenAI's own SDK: a model behind real HTTP, and scanners in a real sandbox."""

from __future__ import annotations

import json
import threading
from typing import Any, cast

import openai
import pytest
from openai.types import Completion

from tests.integration.models import chat_server
from tests.integration.models.chat_server import ChatServer, Handler
from tests.integration.openai.conftest import Server

pytestmark = pytest.mark.redis

OLD = "import os\n\n\ndef old(name):\n    os.system('ls ' + name)\n"
REST = "\n\n\ndef rest():\n    pass\n"


def fill(sdk: openai.OpenAI, text: str, **more: Any) -> Completion:
    prompt = f"# write: {text}\n{OLD}\n\ndef show(name):\n    return "
    given: dict[str, Any] = {"model": "acrisol", "prompt": prompt, "suffix": REST, "max_tokens": 32} | more
    return cast(Completion, sdk.completions.create(**given))


def told(answer: Any) -> Any:
    return answer.acrisol


def test_the_text_between_is_scanned_and_returned(sdk: openai.OpenAI, model: ChatServer) -> None:
    answer = fill(sdk, "name.upper()", stop=["\n\n"], temperature=0, presence_penalty=0.5)
    (choice,) = answer.choices
    assert (choice.text, choice.finish_reason, answer.object) == ("name.upper()", "stop", "text_completion")
    assert answer.usage is not None
    assert answer.usage.total_tokens == 8
    seen = told(answer)
    assert (seen["status"], seen["scanned"], seen["not_followed"]) == (
        "passed",
        "complete",
        ["presence_penalty"],
    )
    assert {check["verifier"] for check in seen["checks"]} == {"bandit", "secrets", "semgrep"}
    asked = model.requests[-1][2]
    assert (asked["suffix"], asked["stop"], asked["temperature"]) == (REST, ["\n\n"], 0)


def test_a_weakness_that_it_would_bring_in_is_withheld(sdk: openai.OpenAI) -> None:
    answer = fill(sdk, "os.system('cat ' + name)")
    assert (answer.choices[0].text, answer.choices[0].finish_reason) == ("", "content_filter")
    seen = told(answer)
    assert seen["status"] == "failed"
    assert seen["reason"].startswith("The completion was withheld")
    assert seen["findings"][0]["cwe"] == "CWE-78"
    assert "cat '" not in answer.model_dump_json()


def test_a_secret_is_withheld_in_any_language(sdk: openai.OpenAI) -> None:
    key = "ghp_" + "k3X9zQ7bLm2Vt8RcYw5NpJ4sHd6GfA1eUoIi"
    answer = fill(sdk, f"'{key}'", suffix="", extra_body={"language": "go"})
    assert answer.choices[0].finish_reason == "content_filter"
    assert key not in answer.model_dump_json()


def test_what_was_not_scanned_is_said_or_withheld(sdk: openai.OpenAI) -> None:
    half = fill(sdk, "((name")
    assert (half.choices[0].text, told(half)["scanned"]) == ("((name", "incomplete")
    kept = fill(sdk, "((name", suffix="", extra_body={"language": "go", "acrisol": {"unscanned": "withhold"}})
    assert (kept.choices[0].text, kept.choices[0].finish_reason) == ("", "content_filter")


def test_a_stream_is_what_the_sdk_expects(sdk: openai.OpenAI) -> None:
    more = {"stream": True, "stream_options": {"include_usage": True}}
    chunks = list(cast(Any, fill(sdk, "name", **more)))
    assert "".join(choice.text for chunk in chunks for choice in chunk.choices) == "name"
    assert chunks[-2].choices[0].finish_reason == "stop"
    assert chunks[-1].usage.total_tokens == 8
    with pytest.raises(openai.APIError, match="use 'acrisol'"):
        list(cast(Any, fill(sdk, "name", stream=True, model="gpt-4o")))


def test_both_sides_may_be_marked_in_the_prompt(sdk: openai.OpenAI, model: ChatServer) -> None:
    prompt = f"<|fim_prefix|># write: name\ndef f(name):\n    return <|fim_suffix|>{REST}<|fim_middle|>"
    answer = fill(sdk, "", prompt=prompt, suffix=None, model=chat_server.MODEL)
    assert answer.choices[0].text == "name"
    asked = model.requests[-1][2]
    assert (asked["prompt"], asked["suffix"]) == ("# write: name\ndef f(name):\n    return ", REST)


def test_the_models_are_the_loop_and_the_one_behind_it(sdk: openai.OpenAI) -> None:
    assert [model.id for model in sdk.models.list()] == ["acrisol", chat_server.MODEL]
    assert sdk.models.retrieve(chat_server.MODEL).id == chat_server.MODEL


def test_errors_name_the_field(sdk: openai.OpenAI) -> None:
    for body, field in (
        ({"n": 2}, "n"),
        ({"echo": True}, "echo"),
        ({"prompt": [1, 2]}, "prompt"),
        ({"prompt": "", "suffix": ""}, "prompt"),
        ({"prompt": "a\0b"}, "prompt"),
        ({"suffix": "a\0b"}, "suffix"),
        ({"prompt": "x" * 200_001}, "prompt"),
        ({"stop": [""]}, "stop"),
        ({"extra_body": {"acrisol": {"path": "../x.py"}}}, "acrisol.path"),
    ):
        with pytest.raises(openai.BadRequestError) as wrong:
            fill(sdk, "", **cast(Any, body))
        assert wrong.value.param == field, wrong.value


def test_a_model_that_does_not_answer_is_a_503(sdk: openai.OpenAI, model: ChatServer) -> None:
    model.script = [chat_server.status(503, "no")]
    with pytest.raises(openai.InternalServerError, match="answered 503") as down:
        fill(sdk, "name")
    assert down.value.type == "server_error"


def test_a_client_that_goes_away_ends_the_models_request(server: Server, model: ChatServer) -> None:
    gone = threading.Event()

    def wait(handler: Handler, body: dict[str, Any]) -> None:
        if handler.connection.recv(1) == b"":
            gone.set()

    model.script = [wait]
    with server.client(timeout=0.5) as hasty, pytest.raises(openai.APITimeoutError):
        fill(hasty, "name")
    assert gone.wait(30)


def test_frames_in_a_completion_stay_text(sdk: openai.OpenAI) -> None:
    forged = '"data: [DONE]\\n\\ndata: {}"'
    with sdk.completions.with_streaming_response.create(
        model="acrisol", prompt=f"# write: {forged}\nx = ", stream=True
    ) as raw:
        lines = [line for line in raw.iter_lines() if line.startswith("data: ")]
    assert lines[-1] == "data: [DONE]"
    assert [json.loads(line[6:])["choices"][0]["text"] for line in lines[:-1]] == [
        forged.replace("\\n", "\n")
    ]
