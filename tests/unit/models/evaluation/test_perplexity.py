from __future__ import annotations

import json
import math
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from models.errors import ModelUnavailable
from models.evaluation.perplexity import Scored, echoed, perplexity, server_score
from tests.unit.models.evaluation.judging import problem
from verifiers.errors import InvalidInput


def test_perplexity_is_over_tokens_and_bits_are_over_bytes() -> None:
    problems = [problem("T/0", reference="ab"), problem("T/1", reference="é"), problem("T/2")]
    seen: list[tuple[str, str]] = []

    def score(prompt: str, text: str) -> Scored:
        seen.append((prompt, text))
        return Scored(-3 * math.log(4), 3) if text == "ab" else Scored(-math.log(16), 1)

    found = perplexity(problems, score, "server")
    assert found.perplexity == pytest.approx(math.exp((3 * math.log(4) + math.log(16)) / 4))
    assert found.bits_per_byte == pytest.approx((6 + 4) / 4)
    assert (found.tokens, found.references) == (4, 2)
    assert seen[0] == ("def f_0():\n", "ab")


def test_a_reference_that_begins_with_the_prompt_is_scored_after_it() -> None:
    one = problem("T/0", reference="def f_0():\n    return 1\n")
    texts: list[str] = []
    perplexity([one], lambda prompt, text: (texts.append(text), Scored(-1.0, 1))[1], "server")
    assert texts == ["\n    return 1\n"]


@pytest.mark.parametrize("logprob", [math.nan, -math.inf, -1e6], ids=["nan", "inf", "overflow"])
def test_log_probabilities_that_are_none_are_told(logprob: float) -> None:
    with pytest.raises(ModelUnavailable, match="no log-probabilities that can be"):
        perplexity([problem("T/0", reference="ab")], lambda prompt, text: Scored(logprob, 1), "server")


def test_a_text_that_is_cut_counts_with_the_bytes_that_were_scored() -> None:
    found = perplexity(
        [problem("T/0", reference="abcd")], lambda prompt, text: Scored(-math.log(4), 1, 2), "transformers"
    )
    assert found.bits_per_byte == pytest.approx(1.0)


def test_without_references_there_is_no_perplexity() -> None:
    with pytest.raises(InvalidInput, match="no reference"):
        perplexity([problem("T/0")], lambda prompt, text: Scored(-1, 1), "server")


def test_only_the_texts_own_tokens_count_in_an_echo() -> None:
    answer = dict(token_logprobs=[None, -1.0, -2.0, -4.0, -8.0], text_offset=[0, 3, 5, 7, 9])
    assert echoed(answer, 5, 9) == Scored(-6.0, 2)


@pytest.mark.parametrize(
    "answer",
    [
        None,
        dict(token_logprobs=None, text_offset=[0]),
        dict(token_logprobs=[-1.0], text_offset=[0, 1]),
        dict(token_logprobs=[None], text_offset=[0]),
        dict(token_logprobs=[float("-inf")], text_offset=[0]),
        dict(token_logprobs=["x"], text_offset=[0]),
        dict(token_logprobs=[-1.0], text_offset=[5]),
    ],
)
def test_a_server_that_gives_something_else_is_told_so(answer: object) -> None:
    with pytest.raises(ModelUnavailable):
        echoed(answer, 0, 2)


class _Echo(BaseHTTPRequestHandler):
    """Answers as vLLM does: the prompt's tokens, one a character, and one more."""

    def do_POST(self) -> None:
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        size = len(asked["prompt"])
        body = {
            "id": "x",
            "object": "text_completion",
            "created": 0,
            "model": asked["model"],
            "choices": [
                {
                    "index": 0,
                    "text": asked["prompt"] + "!",
                    "finish_reason": "length",
                    "logprobs": {
                        "tokens": [*asked["prompt"], "!"],
                        "token_logprobs": [None] + [-0.5] * size,
                        "text_offset": list(range(size + 1)),
                        "top_logprobs": None,
                    },
                }
            ],
        }
        if not asked["echo"] or asked["model"] == "deaf":
            body["choices"][0]["logprobs"] = None  # type: ignore[index]
        data = json.dumps(body).encode()
        if asked["model"] == "slow":
            time.sleep(1.0)
        if asked["model"] == "telling":
            data = json.dumps({"error": {"message": self.headers["Authorization"]}}).encode()
        self.send_response(401 if asked["model"] == "telling" else 200)
        kind = "text/html" if asked["model"] == "page" else "application/json"
        if asked["model"] in ("page", "broken", "list"):
            data = b"[1]" if asked["model"] == "list" else b"<html>"
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *args: object) -> None:
        return


@pytest.fixture
def url() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Echo)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_address[1]}/v1"
    server.shutdown()
    server.server_close()


def test_a_server_scores_the_text_and_not_the_prompt_or_what_it_adds(url: str) -> None:
    assert server_score(url, "m")("prompt\n", "text") == Scored(-2.0, 4)


@pytest.mark.parametrize("model", ["page", "broken", "list"])
def test_a_server_that_answers_nonsense_is_one_sentence(url: str, model: str) -> None:
    with pytest.raises(ModelUnavailable):
        server_score(url, model)("prompt\n", "text")


def test_a_server_that_never_answers_is_not_waited_for(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("models.evaluation.perplexity._TIMEOUT_S", 0.2)
    with pytest.raises(ModelUnavailable, match=r"within 0\.2 s"):
        server_score(url, "slow")("prompt\n", "text")


def test_a_key_that_a_server_repeats_is_not_shown(url: str) -> None:
    with pytest.raises(ModelUnavailable) as caught:
        server_score(url, "telling", "sk-very-secret")("prompt\n", "text")
    assert "sk-very-secret" not in str(caught.value)


def test_a_server_without_logprobs_and_one_that_is_gone_are_told(url: str) -> None:
    with pytest.raises(ModelUnavailable, match="no log-probabilities"):
        server_score(url, "deaf")("prompt\n", "text")
    with pytest.raises(ModelUnavailable, match="cannot be reached"):
        server_score("http://127.0.0.1:1/v1", "m")("prompt\n", "text")
