"""A real vLLM server: base and adapters, changed while it runs, and the agent on top of it.

Only where ``scripts/install-vllm`` and ``scripts/install-lab`` were run: CI has neither 3.5 GB to spare for
the first nor the minutes.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import httpx2
import pytest

from models.serving import running
from models.serving.entries import LIVE
from tests.requirements import require

pytestmark = pytest.mark.timeout(1800)

ROOT = Path(__file__).resolve().parents[3]
VLLM, LAB = ROOT / ".tools/vllm/bin/python", ROOT / ".tools/lab/bin/python"
PROMPT = "Write a Python function add(a, b)."
START_S = 900.0
ONE_TOKEN = {"max_tokens": 1, "temperature": 0, "logprobs": True, "top_logprobs": 5}


class Served(NamedTuple):
    """A server that runs."""

    home: Path
    url: str
    key: str
    adapters: Path
    expected: dict[str, dict[str, float]]
    process: subprocess.Popen[bytes]

    def acrisol(self, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [Path(sys.executable).with_name("acrisol"), *arguments],
            env=os.environ | {"ACRISOL_HOME": str(self.home)} | environment,
            capture_output=True,
            text=True,
            check=False,
        )

    def good(self, *arguments: str) -> str:
        done = self.acrisol("model", *arguments)
        assert done.returncode == 0, done.stderr
        return done.stdout + done.stderr

    def post(self, path: str, body: dict[str, Any], key: str | None = None) -> httpx2.Response:
        headers = {"Authorization": f"Bearer {key or self.key}"}
        return httpx2.post(f"{self.url}{path}", json=body, headers=headers, timeout=600)

    def chat(self, model: str, **more: Any) -> httpx2.Response:
        messages = [{"role": "user", "content": PROMPT}]
        return self.post("/v1/chat/completions", {"model": model, "messages": messages, **more})

    def first_tokens(self, model: str) -> dict[str, float]:
        answer = self.chat(model, **ONE_TOKEN)
        assert answer.status_code == 200, answer.text
        top = answer.json()["choices"][0]["logprobs"]["content"][0]["top_logprobs"]
        return {token["token"]: token["logprob"] for token in top}


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    require("vllm", (VLLM.parents[1] / ".installed").exists(), "scripts/install-vllm")
    require("vllm", LAB.exists(), "scripts/install-lab")
    folder = tmp_path_factory.mktemp("serving")
    made = subprocess.run(
        [LAB, Path(__file__).with_name("peft_reference.py"), folder / "cache", folder, PROMPT],
        capture_output=True,
        text=True,
        check=False,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
    )
    assert made.returncode == 0, made.stderr
    reference = json.loads(made.stdout.splitlines()[-1])
    home = folder / "home"
    log = (folder / "log").open("wb")
    command = ["model", "serve", "--model", reference["folder"], "--adapter", folder / "one", "--port", "0"]
    process = subprocess.Popen(
        [Path(sys.executable).with_name("acrisol"), *command, "--context", "2048", "--cache-gib", "1"],
        env=os.environ | {"ACRISOL_HOME": str(home)},
        stdout=log,
        stderr=subprocess.STDOUT,
    )
    try:
        deadline = time.monotonic() + START_S
        while "is served on" not in (text := (folder / "log").read_text()):
            assert process.poll() is None, text[-3000:]
            assert time.monotonic() < deadline, text[-3000:]
            time.sleep(0.5)
        server = running.found(home / "models")
        key = running.server_key(home / "models")
        yield Served(home, server.url, key, folder, reference["expected"], process)
        process.terminate()
        assert process.wait(60) == 0
        assert running.find(home / "models") is None
    finally:
        process.kill()
        process.wait()
        log.close()


def close(found: dict[str, float], expected: dict[str, float]) -> bool:
    return all(abs(found.get(token, -99) - value) < 1e-3 for token, value in list(expected.items())[:3])


def test_base_and_adapter_answer_as_peft_computes_them(served: Served) -> None:
    base = next(iter(httpx2.get(f"{served.url}/v1/models", headers=bearer(served)).json()["data"]))["id"]
    assert close(served.first_tokens(base), served.expected[""])
    assert close(served.first_tokens("one"), served.expected["one"])
    assert close(served.first_tokens(LIVE), served.expected["one"])
    assert not close(served.expected["one"], served.expected[""])


def bearer(served: Served) -> dict[str, str]:
    return {"Authorization": f"Bearer {served.key}"}


def test_a_second_one_goes_live_without_a_restart_and_back(served: Served) -> None:
    base = running.found(served.home / "models").base
    children = served_processes(served)
    served.first_tokens(LIVE)  # so that its prompt is in the prefix cache, computed by the first adapter
    served.good("add", str(served.adapters / "two"), "--base", base)
    assert served.chat("two", **ONE_TOKEN).status_code == 404
    assert "answers to the name 'live'" in served.good("use", "two")
    assert close(served.first_tokens(LIVE), served.expected["two"])
    assert close(served.first_tokens("one"), served.expected["one"])
    served.good("rollback")
    assert close(served.first_tokens(LIVE), served.expected["one"])
    served.good("use", base)
    assert close(served.first_tokens(LIVE), served.expected[""])
    served.good("rollback")
    served.good("remove", "two")
    assert served.chat("two", **ONE_TOKEN).status_code == 404
    assert served_processes(served) == children


def served_processes(served: Served) -> list[str]:
    return Path(f"/proc/{served.process.pid}/task/{served.process.pid}/children").read_text().split()


def test_one_that_computes_nonsense_never_goes_live(served: Served) -> None:
    broken = served.adapters / "broken"
    broken.mkdir()
    for name in ("adapter_config.json", "adapter_model.safetensors"):
        data = bytearray((served.adapters / "one" / name).read_bytes())
        if name.endswith("safetensors"):
            begin = 8 + int.from_bytes(data[:8], "little")
            data[begin:] = b"\x00\x00\xc0\x7f" * ((len(data) - begin) // 4)  # not a number
        (broken / name).write_bytes(data)
    served.good("add", str(broken), "--base", running.found(served.home / "models").base)
    refused = served.acrisol("model", "use", "broken")
    assert refused.returncode != 0
    assert close(served.first_tokens(LIVE), served.expected["one"])
    assert served.chat("broken", **ONE_TOKEN).status_code == 404


def test_doors_that_the_key_does_not_guard_are_shut(served: Served) -> None:
    body = {"model": "one", "prompt": "x", "max_tokens": 1}
    for path in ("/invocations", "/adapters", "/tokenize", "/ping"):
        assert httpx2.post(f"{served.url}{path}", json=body).status_code == 404
    load = {"lora_name": "evil", "lora_path": str(served.adapters / "two")}
    assert httpx2.post(f"{served.url}/v1/load_lora_adapter", json=load).status_code == 401
    assert served.post("/v1/completions", body, key="wrong").status_code == 401
    assert served.post("/v1/completions", body).status_code == 200


def test_answers_keep_to_a_schema(served: Served) -> None:
    schema = {
        "type": "object",
        "properties": {"language": {"enum": ["python", "rust"]}},
        "required": ["language"],
        "additionalProperties": False,
    }
    kind = {"type": "json_schema", "json_schema": {"name": "answer", "schema": schema}}
    answer = served.chat(LIVE, max_tokens=40, temperature=0, response_format=kind)
    content = answer.json()["choices"][0]["message"]["content"]
    assert json.loads(content)["language"] in ("python", "rust")


def test_its_state_is_shown(served: Served) -> None:
    state = json.loads(served.acrisol("model", "status", "--json", "--seconds", "0.2").stdout)
    assert (state["healthy"], state["live"], state["in_step"]) == (True, "one", True)
    assert state["load"]["written_tokens"] > 0


def test_the_agent_solves_a_task_through_it(served: Served, tmp_path: Path) -> None:
    tests = tmp_path / "test_add.py"
    tests.write_text("from solution import add\n\n\ndef test_add():\n    assert add(2, 3) == 5\n")
    done = served.acrisol(
        *("solve", "Write a Python function add(a, b) that returns the sum of a and b."),
        *("--tests", str(tests), "--samples", "2", "--attempts", "8"),
        *("--seconds", "900", "--json"),
        ACRISOL_MODEL=f"{served.url}/v1",
        ACRISOL_MODEL_NAME=LIVE,
        ACRISOL_MODEL_API_KEY=served.key,
        ACRISOL_MAX_TOKENS="40",
        ACRISOL_SANDBOX="auto",
    )
    assert done.returncode == 0, done.stdout + done.stderr
    outcome = json.loads(done.stdout)
    assert outcome["solution"]["candidate"]["model"] == LIVE
