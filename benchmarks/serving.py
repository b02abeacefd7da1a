"""Tokens a second at 1, 8 and 32 clients: our vLLM server beside transformers' generate and llama.cpp.

    .tools/lab/bin/python -m benchmarks.serving [--model embedded] [--clients 1,8,32] [--tokens 96]
                                                [--vllm-python .tools/vllm/bin/python] [--adapter FOLDER]

All answer the same prompts with the same number of tokens, greedily, one after the other in one run. A server
gets its requests from as many clients at a time; transformers gets them as one batch, which is the best that
it can do and more than a server built on it could. Needs the lab (scripts/install-lab) and vLLM
(scripts/install-vllm).
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import httpx2

from benchmarks.report import finish, machine, progress, table
from models.cpus import usable_cores
from models.embedded import find_packaged_model
from models.errors import ModelUnavailable
from models.serving import running
from models.serving.entries import LIVE
from models.training.weights import checkpoint_of
from models.wire import tls_context

GOAL = 1.0  # times transformers' generate with all requests in one batch, at the most clients
_START_S = 1200.0
_TEMPLATE = "Write a Python function f{number} that returns the sum of a list of numbers, without using sum."
Ask = Callable[[list[str], int], int]
"""Answers prompts at the same time with so many tokens each; returns the tokens written in all."""


class Server(NamedTuple):
    """Where a server answers."""

    url: str
    model: str
    key: str


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--model", default="embedded", help="as for acrisol model serve")
    parser.add_argument("--adapter", help="measured as well; without one, an adapter that changes nothing")
    parser.add_argument("--clients", default="1,8,32")
    parser.add_argument("--tokens", type=int, default=96)
    parser.add_argument("--rounds", type=int, default=2, help="of each measurement; the median counts")
    parser.add_argument("--vllm-python", type=Path)
    parser.add_argument("--skip-llamacpp", action="store_true")
    given = parser.parse_args()
    clients = [int(number) for number in given.clients.split(",")]
    load = os.getloadavg()[0]
    rows: dict[str, list[float]] = {}

    def measure(name: str, ask: Ask) -> None:
        progress(f"{name}: warming up")
        ask(prompts(1, 0), 8)
        rows[name] = [_rate(name, ask, number, given.tokens, given.rounds) for number in clients]

    with tempfile.TemporaryDirectory(prefix="acrisol-serving-") as folder:
        home = Path(folder)
        checkpoint = checkpoint_of(given.model)
        with _served(home, checkpoint, given.adapter, given.vllm_python) as server:
            measure("vLLM", asking(server))
            measure("vLLM with a LoRA adapter", asking(server._replace(model=LIVE)))
        measure("transformers generate, one batch", generating(checkpoint))
        if not given.skip_llamacpp and given.model == "embedded":
            server_object, url = _llamacpp(max(clients))
            measure("llama.cpp (Q4_1)", asking(Server(url, "embedded", "")))
            del server_object  # ends it
    print(f"{machine()}; load average {load:.1f} at the start; {given.tokens} tokens an answer; tokens/s\n")
    print(
        table(
            ["", *(f"{number} client{'s' if number > 1 else ''}" for number in clients)],
            [[name, *(f"{rate:.1f}" for rate in rates)] for name, rates in rows.items()],
        )
    )
    ratio = rows["vLLM"][-1] / rows["transformers generate, one batch"][-1]
    headline = (
        f"vLLM writes {ratio:.2f} times as much as transformers at {clients[-1]} clients (goal {GOAL:g})"
    )
    return finish(headline, ratio >= GOAL)


def prompts(number: int, first: int) -> list[str]:
    """Prompts that differ early, so that no cache of prompts helps anybody."""
    return [_TEMPLATE.format(number=first + index) for index in range(number)]


def asking(server: Server) -> Ask:
    """Requests to a server, all at a time."""
    client = httpx2.Client(
        headers={"Authorization": f"Bearer {server.key}"} if server.key else {},
        verify=tls_context(server.url),
        timeout=3600,
        trust_env=False,
    )

    def one(prompt: str, tokens: int) -> int:
        body = {
            "model": server.model,
            "messages": [{"role": "user", "content": prompt}],
            "max_tokens": tokens,
            "temperature": 0,
            "ignore_eos": True,
        }
        answer = client.post(f"{server.url}/v1/chat/completions", json=body)
        if answer.status_code != 200:
            raise ModelUnavailable(
                f"{server.url} answered with status {answer.status_code}: {answer.text[:300]}"
            )
        return int(answer.json()["usage"]["completion_tokens"])

    def ask(wanted: list[str], tokens: int) -> int:
        with ThreadPoolExecutor(len(wanted)) as pool:
            return sum(pool.map(lambda prompt: one(prompt, tokens), wanted))

    return ask


def generating(folder: str) -> Ask:
    """transformers' generate in this process, all prompts in a batch, in float32 or on a GPU in bfloat16."""
    import torch
    from transformers import AutoModelForCausalLM, AutoTokenizer

    device = "cuda" if torch.cuda.is_available() else "cpu"
    torch.set_num_threads(usable_cores())
    tokenizer = AutoTokenizer.from_pretrained(folder, padding_side="left")
    tokenizer.pad_token = tokenizer.pad_token or tokenizer.eos_token
    dtype = torch.bfloat16 if device == "cuda" else torch.float32
    model = AutoModelForCausalLM.from_pretrained(folder, dtype=dtype).to(device).eval()

    def ask(wanted: list[str], tokens: int) -> int:
        chats = [[{"role": "user", "content": prompt}] for prompt in wanted]
        batch = tokenizer.apply_chat_template(
            chats, add_generation_prompt=True, padding=True, return_tensors="pt", return_dict=True
        ).to(device)
        with torch.inference_mode():
            made = model.generate(**batch, min_new_tokens=tokens, max_new_tokens=tokens, do_sample=False)
        return int((made.shape[1] - batch["input_ids"].shape[1]) * made.shape[0])

    return ask


def _llamacpp(slots: int) -> tuple[object, str]:
    """The packaged model in llama.cpp's server, in this process."""
    import xllamacpp

    params = xllamacpp.CommonParams()
    params.model.path = str(find_packaged_model())
    params.n_parallel, params.n_ctx = slots, slots * 1024
    params.cpuparams.n_threads = params.cpuparams_batch.n_threads = usable_cores()
    params.hostnames, params.port = ["127.0.0.1"], 0
    params.cache_ram_mib, params.verbosity = 0, 1
    server = xllamacpp.Server(params)
    return server, str(server.listening_address)


@contextmanager
def _served(home: Path, checkpoint: str, adapter: str | None, python: Path | None) -> Iterator[Server]:
    """``acrisol model serve`` in a home of its own, on a free port."""
    command = [sys.executable, "-c", "from api.cli.main import app; app()", "model", "serve"]
    command += ["--model", checkpoint, "--port", "0", "--context", "2048", "--quiet"]
    command += ["--adapter", adapter] if adapter else []
    command += ["--vllm-python", str(python)] if python else []
    log = (home / "log").open("w+")
    process = subprocess.Popen(
        command, env={**os.environ, "ACRISOL_HOME": str(home)}, stdout=log, stderr=subprocess.STDOUT
    )
    try:
        began = time.monotonic()
        while "is served on" not in (home / "log").read_text():
            progress(f"vLLM is starting: {time.monotonic() - began:.0f} s")
            if process.poll() is not None or time.monotonic() - began > _START_S:
                raise ModelUnavailable(f"The server did not start: {(home / 'log').read_text()[-2000:]}")
            time.sleep(0.5)
        found = running.found(home / "models")
        yield Server(found.url, found.base, running.server_key(home / "models"))
    finally:
        process.terminate()
        process.wait()
        log.close()


def _rate(name: str, ask: Ask, clients: int, tokens: int, rounds: int) -> float:
    rates = []
    for turn in range(rounds):
        progress(f"{name}: {clients} clients, round {turn + 1} of {rounds}")
        wanted = prompts(clients, 1000 * clients + 100 * turn)
        begin = time.perf_counter()
        written = ask(wanted, tokens)
        seconds = time.perf_counter() - begin
        if written != clients * tokens:
            raise ModelUnavailable(f"{name} wrote {written} tokens instead of {clients * tokens}.")
        rates.append(written / seconds)
    return statistics.median(rates)


if __name__ == "__main__":
    sys.exit(main())
