"""Servers that are slow, broken or hostile, over a real socket."""

from __future__ import annotations

import json
import logging
import resource
import socket
import time
import traceback

import pytest

from models import wire
from models.answers import MAX_SAMPLE_CHARS
from models.chat import Completions, Message
from models.errors import ModelMissing, ModelUnavailable
from models.openai_compatible import OpenAICompatibleModel
from tests.integration.models import chat_server
from tests.integration.models.chat_server import ChatServer, completion, saying, status
from verifiers.domain import Sampling

PROMPT = (Message(role="user", content="Add two numbers."),)
KEY = "sk-very-secret-0123456789"


def ask(server: ChatServer, n: int = 1, timeout_s: float = 20, seed: int | None = None) -> Completions:
    model = OpenAICompatibleModel(server.url, chat_server.MODEL, KEY, draw=lambda: 0.0)
    return model.complete(PROMPT, Sampling(seed=seed), n, timeout_s)


def failure(server: ChatServer, n: int = 1, timeout_s: float = 20) -> ModelUnavailable:
    with pytest.raises(ModelUnavailable) as caught:
        ask(server, n, timeout_s)
    assert "\n" not in str(caught.value)
    assert caught.value.hint
    return caught.value


@pytest.mark.parametrize(
    "bad",
    [
        [status(429)],
        [status(500), status(502), status(503)],
        [chat_server.drop],
        [chat_server.cut],
        [status(408), chat_server.drop],
    ],
    ids=["429", "5xx-thrice", "drop", "cut", "408-and-drop"],
)
def test_passing_trouble_is_retried(server: ChatServer, bad: list[chat_server.Answer]) -> None:
    server.script = list(bad)
    assert ask(server).samples[0].text == "sample 0 of seed None"
    assert len(server.bodies) == len(bad) + 1


def test_retry_after_is_honoured(server: ChatServer) -> None:
    server.script = [status(429, Retry_After="1.5")]
    began = time.monotonic()
    ask(server)
    assert 1.5 <= time.monotonic() - began < 50


def test_a_retry_after_beyond_the_deadline_is_not_waited_for(server: ChatServer) -> None:
    server.default = status(429, "slow down", Retry_After="60")
    began = time.monotonic()
    assert "slow down" in str(failure(server, timeout_s=10))
    assert time.monotonic() - began < 50
    assert len(server.bodies) == 1


@pytest.mark.parametrize("code", [400, 401, 403, 404, 422, 501])
def test_lasting_trouble_is_not_retried(server: ChatServer, code: int) -> None:
    server.default = status(code, "for a reason")
    assert "for a reason" in str(failure(server))
    assert len(server.bodies) == 1


def test_trouble_that_does_not_pass_ends(server: ChatServer) -> None:
    server.default = status(500, "still broken", retry_after_ms="1")
    assert "still broken" in str(failure(server))
    assert len(server.bodies) == 5


def test_a_model_that_is_not_there_is_named(server: ChatServer) -> None:
    server.default = status(404, "no such model")
    error = failure(server)
    assert isinstance(error, ModelMissing)
    assert repr(chat_server.MODEL) in str(error)


@pytest.mark.parametrize("slow", [chat_server.drip, chat_server.drip_headers], ids=["body", "headers"])
def test_a_slow_drip_ends_at_the_deadline(server: ChatServer, slow: chat_server.Answer) -> None:
    server.default = slow
    began = time.monotonic()
    assert "within 1 s" in str(failure(server, timeout_s=1))
    assert time.monotonic() - began < 30


def test_a_server_that_accepts_and_says_nothing_ends_at_the_deadline() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        model = OpenAICompatibleModel(f"http://127.0.0.1:{silent.getsockname()[1]}", "m")
        began = time.monotonic()
        with pytest.raises(ModelUnavailable, match="within 1 s"):
            model.complete(PROMPT, Sampling(), 1, timeout_s=1)
        assert time.monotonic() - began < 30


def test_nobody_listening_is_one_sentence_with_the_address() -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    model = OpenAICompatibleModel(f"http://127.0.0.1:{port}/v1", draw=lambda: 0.0)
    with pytest.raises(ModelUnavailable) as caught:
        model.complete(PROMPT, Sampling(), 1, timeout_s=30)
    assert f"http://127.0.0.1:{port}/v1 cannot be reached" in caught.value.message
    assert f"curl http://127.0.0.1:{port}/v1/models" in caught.value.hint


def test_a_host_without_an_address_cannot_be_reached() -> None:
    model = OpenAICompatibleModel("http://no-such-host.invalid:9/v1", "m", draw=lambda: 0.0)
    with pytest.raises(ModelUnavailable, match=r"no-such-host\.invalid:9/v1 cannot be reached"):
        model.complete(PROMPT, Sampling(), 1, timeout_s=30)


def test_html_is_named_without_its_escape_codes(server: ChatServer) -> None:
    server.default = chat_server.html
    message = str(failure(server))
    assert "other than JSON" in message
    assert "Welcome" in message
    assert "\x1b" not in message


@pytest.mark.parametrize(
    "nonsense",
    [
        {"choices": []},
        {"choices": None},
        {"choices": "all of them"},
        {"choices": ["text"]},
        [],
        "text",
        {},
        {"error": {"message": "the GPU fell off"}},
    ],
    ids=json.dumps,
)
def test_nonsense_is_an_error(server: ChatServer, nonsense: object) -> None:
    server.default = saying(nonsense)
    failure(server)
    assert len(server.bodies) == 1


def test_deeply_nested_json_is_an_error(server: ChatServer) -> None:
    server.default = lambda handler, body: handler.send_bytes(200, b"[" * 200_000, "application/json")
    failure(server)


@pytest.mark.parametrize("content", [None, 7, {"a": 1}])
def test_a_message_without_text_is_an_empty_sample(server: ChatServer, content: object) -> None:
    server.default = saying(completion([content]))
    assert ask(server).samples[0].text == ""


def test_text_in_parts_is_joined(server: ChatServer) -> None:
    parts = [{"type": "text", "text": "def "}, {"type": "image"}, {"type": "text", "text": "f(): ..."}]
    server.default = saying(completion([parts]))
    assert ask(server).samples[0].text == "def f(): ..."


def test_half_a_surrogate_pair_does_not_come_in(server: ChatServer) -> None:
    server.default = saying(completion(["a\ud800b"]))
    assert ask(server).samples[0].text == "a\ufffdb"


def test_a_megabyte_of_text_is_cut(server: ChatServer) -> None:
    server.default = saying(completion(["x" * 1_000_000]))
    sample = ask(server).samples[0]
    assert len(sample.text) == MAX_SAMPLE_CHARS
    assert sample.finish_reason == "length"


def test_a_huge_body_does_not_fill_the_memory(server: ChatServer) -> None:
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    server.default = chat_server.flood
    assert f"more than {wire.MAX_BODY_BYTES:,} bytes" in str(failure(server))
    grown_kib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    assert grown_kib < 80 * 1024


def test_a_compressed_body_is_not_unpacked(server: ChatServer) -> None:
    server.default = lambda handler, body: handler.send_bytes(
        200, b"\x1f\x8b", "application/json", Content_Encoding="gzip"
    )
    assert "compressed" in str(failure(server))


def test_redirects_are_not_followed(server: ChatServer) -> None:
    with chat_server.running() as elsewhere:
        server.default = status(307, Location=f"{elsewhere.url}/chat/completions")
        assert elsewhere.url in str(failure(server))
        assert elsewhere.requests == []


@pytest.mark.parametrize(
    ("choice", "text"),
    [
        (
            {"message": {"content": None, "refusal": "I cannot help."}, "finish_reason": "stop"},
            "I cannot help.",
        ),
        ({"message": {"content": "partly"}, "finish_reason": "content_filter"}, "partly"),
    ],
    ids=["refusal", "content-filter"],
)
def test_refusals_are_told_apart(server: ChatServer, choice: object, text: str) -> None:
    server.default = saying({"choices": [choice]})
    sample = ask(server).samples[0]
    assert (sample.text, sample.finish_reason) == (text, "refusal")


def test_n_that_is_ignored_is_made_up_for(server: ChatServer) -> None:
    server.default = chat_server.one_choice
    model = OpenAICompatibleModel(server.url, "m")
    completions = model.complete(PROMPT, Sampling(seed=100), 4, 20)
    assert len({sample.text for sample in completions.samples}) == 4
    assert completions.usage.prompt_tokens == 7
    assert completions.usage.completion_tokens == 20
    model.complete(PROMPT, Sampling(), 2, 20)
    assert [body.get("n", 1) for body in server.bodies] == [4, 1, 1, 1, 1, 1]


def test_n_that_is_refused_is_made_up_for(server: ChatServer) -> None:
    server.default = chat_server.refuses_n
    assert len(ask(server, n=3).samples) == 3
    assert [body.get("n", 1) for body in server.bodies] == [3, 1, 1, 1]


def test_n_that_is_capped_is_made_up_for(server: ChatServer) -> None:
    server.default = lambda handler, body: handler.send_json(
        200, completion(["x"] * min(body.get("n", 1), 2))
    )
    assert len(ask(server, n=5).samples) == 5
    assert [body.get("n", 1) for body in server.bodies] == [5, 3, 1]


def test_more_choices_than_asked_for_are_dropped(server: ChatServer) -> None:
    server.default = saying(completion(["a", "b", "c"]))
    assert [sample.text for sample in ask(server, n=2).samples] == ["a", "b"]


def test_what_was_drawn_before_trouble_is_kept(server: ChatServer) -> None:
    server.script = [chat_server.one_choice]
    server.default = status(401)
    assert len(ask(server, n=3).samples) == 1


def test_what_was_drawn_before_the_deadline_is_kept(server: ChatServer) -> None:
    server.script = [chat_server.one_choice]
    server.default = chat_server.drip
    assert len(ask(server, n=3, timeout_s=1).samples) == 1


@pytest.mark.parametrize("param", ["seed", "temperature", "top_p", "max_tokens"])
def test_a_refused_parameter_is_left_out(server: ChatServer, param: str) -> None:
    server.default = chat_server.refuses_param(param)
    assert ask(server, seed=3).samples
    assert param not in server.bodies[-1]
    assert ("max_completion_tokens" in server.bodies[-1]) == (param == "max_tokens")


@pytest.mark.parametrize(
    "usage",
    [None, {}, {"prompt_tokens": -5, "completion_tokens": 3}, {"prompt_tokens": "1", "completion_tokens": 1}],
    ids=repr,
)
def test_tokens_that_are_not_counted_are_estimated(server: ChatServer, usage: object) -> None:
    server.default = saying(completion(["x" * 40], usage=usage))
    completions = ask(server)
    assert completions.usage_estimated
    assert completions.usage.completion_tokens == 10
    assert completions.usage.prompt_tokens == len(PROMPT[0].content) // 4


def test_tokens_counted_for_one_choice_are_scaled(server: ChatServer) -> None:
    """llama.cpp counts the first of n choices only; it is told by its ``timings``."""
    usage = {"prompt_tokens": 7, "completion_tokens": 10}
    server.default = saying(completion(["x" * 40, "y" * 80], usage=usage, timings={"predicted_n": 10}))
    completions = ask(server, n=2)
    assert completions.usage.completion_tokens == 30
    assert completions.usage_estimated


def test_the_model_is_found_out(server: ChatServer) -> None:
    server.models = ["first", "second"]
    model = OpenAICompatibleModel(server.url)
    assert model.list_models(10) == ("first", "second")
    model.complete(PROMPT, Sampling(), 1, 20)
    assert server.bodies[0]["model"] == "first"
    assert model.name == "first"


def test_a_server_without_models_says_so(server: ChatServer) -> None:
    server.models = []
    with pytest.raises(ModelUnavailable, match="lists no models"):
        OpenAICompatibleModel(server.url).complete(PROMPT, Sampling(), 1, 20)


def test_the_key_reaches_the_server_and_nothing_else(
    server: ChatServer, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "another-key")
    monkeypatch.setenv("OPENAI_ORG_ID", "another-organisation")
    monkeypatch.setenv("OPENAI_PROJECT_ID", "another-project")
    caplog.set_level(logging.DEBUG)
    server.default = status(401, f"the key {KEY} is not known")
    model = OpenAICompatibleModel(server.url, "m", KEY)
    with pytest.raises(ModelUnavailable) as caught:
        model.complete(PROMPT, Sampling(), 1, 20)
    headers = {name.lower(): value for name, value in server.requests[0][1].items()}
    assert headers["authorization"] == f"Bearer {KEY}"
    assert "another" not in str(headers)
    shown = "".join(traceback.format_exception(caught.value)) + caplog.text + repr(model) + model.endpoint
    assert KEY not in shown
    assert "[API key]" in str(caught.value)


def test_a_proxy_from_the_environment_is_not_used_for_this_machine(
    server: ChatServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    assert ask(server).samples
