from __future__ import annotations

import json
import math
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import SimpleNamespace

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


def test_without_references_there_is_no_perplexity() -> None:
    with pytest.raises(InvalidInput, match="no reference"):
        perplexity([problem("T/0")], lambda prompt, text: Scored(-1, 1), "server")


def test_only_the_texts_own_tokens_count_in_an_echo() -> None:
    answer = SimpleNamespace(token_logprobs=[None, -1.0, -2.0, -4.0, -8.0], text_offset=[0, 3, 5, 7, 9])
    assert echoed(answer, 5, 9) == Scored(-6.0, 2)


@pytest.mark.parametrize(
    "answer",
    [
        None,
        SimpleNamespace(token_logprobs=None, text_offset=[0]),
        SimpleNamespace(token_logprobs=[-1.0], text_offset=[0, 1]),
        SimpleNamespace(token_logprobs=[None], text_offset=[0]),
        SimpleNamespace(token_logprobs=[float("-inf")], text_offset=[0]),
        SimpleNamespace(token_logprobs=["x"], text_offset=[0]),
        SimpleNamespace(token_logprobs=[-1.0], text_offset=[5]),
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
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
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


def test_a_server_without_logprobs_and_one_that_is_gone_are_told(url: str) -> None:
    with pytest.raises(ModelUnavailable, match="no log-probabilities"):
        server_score(url, "deaf")("prompt\n", "text")
    with pytest.raises(ModelUnavailable, match="did not score"):
        server_score("http://127.0.0.1:1/v1", "m")("prompt\n", "text")
