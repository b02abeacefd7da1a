"""What every chat model owes, whatever is behind it."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from models.chat import ChatModel, Message
from models.openai_compatible import OpenAICompatibleModel
from models.recorded import RecordedModel
from tests.integration.models import chat_server
from verifiers.domain import Sampling

PROMPT = (
    Message(role="system", content="You write Python."),
    Message(role="user", content="Write a function that adds two numbers."),
)
SHORT = Sampling(max_tokens=16, seed=1)


@pytest.fixture(
    params=["openai-compatible", "recorded", pytest.param("embedded", marks=pytest.mark.embedded)]
)
def model(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[ChatModel]:
    if request.param == "embedded":
        yield request.getfixturevalue("embedded")
    elif request.param == "recorded":
        path = tmp_path / "rows.jsonl"
        path.write_text('{"completions": ["one", "two", "three", "four"], "repeat": true}\n')
        yield RecordedModel(path)
    else:
        with chat_server.running() as server:
            yield OpenAICompatibleModel(server.url)


@pytest.mark.parametrize("n", [1, 3])
def test_draws_as_many_samples_as_asked_for(model: ChatModel, n: int) -> None:
    completions = model.complete(PROMPT, SHORT, n, timeout_s=120)
    assert len(completions.samples) == n
    assert all(sample.text for sample in completions.samples)
    assert completions.usage.prompt_tokens > 0
    assert completions.usage.completion_tokens >= n
    assert completions.model


def test_samples_of_one_seeded_call_differ(model: ChatModel) -> None:
    completions = model.complete(PROMPT, Sampling(max_tokens=24, seed=5, temperature=1.0), 3, timeout_s=120)
    assert len({sample.text for sample in completions.samples}) > 1


def test_says_who_and_where_it_is(model: ChatModel) -> None:
    model.complete(PROMPT, SHORT, 1, timeout_s=120)
    assert model.name.strip()
    assert model.endpoint.strip()


def test_refuses_to_draw_nothing(model: ChatModel) -> None:
    with pytest.raises(ValueError, match="at least 1"):
        model.complete(PROMPT, SHORT, 0, timeout_s=10)


def test_serves_several_threads(model: ChatModel) -> None:
    with ThreadPoolExecutor(4) as pool:
        calls = [pool.submit(model.complete, PROMPT, SHORT, 1, 120) for _ in range(4)]
        assert [len(call.result().samples) for call in calls] == [1, 1, 1, 1]
