"""The server process of the embedded model: quiet, alone, and gone when it should be."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from models.chat import Message
from models.embedded import EmbeddedModel, find_packaged_model
from models.errors import ModelMissing, ModelUnavailable
from models.openai_compatible import OpenAICompatibleModel
from verifiers.domain import Sampling

pytestmark = pytest.mark.embedded

PROMPT = (Message(role="user", content="Write a Python function add(a, b)."),)
FEW = Sampling(max_tokens=8, temperature=0.0)


def listens(url: str) -> bool:
    parts = urlsplit(url)
    with socket.socket() as probe:
        return probe.connect_ex((parts.hostname or "", parts.port or 0)) == 0


def server_pid(url: str) -> int:
    """The process that listens at a URL, from /proc."""
    port = urlsplit(url).port or 0
    rows = [line.split() for line in Path("/proc/net/tcp").read_text().splitlines()[1:]]
    inodes = {row[9] for row in rows if row[1].endswith(f":{port:04X}") and row[3] == "0A"}
    for link in Path("/proc").glob("[0-9]*/fd/*"):
        try:
            found = re.fullmatch(r"socket:\[(\d+)\]", os.readlink(link))
        except OSError:
            continue
        if found and found[1] in inodes:
            return int(link.parts[2])
    raise AssertionError(f"nobody listens on port {port}")


def wait_until_gone(url: str, seconds: float = 10) -> bool:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if not listens(url):
            return True
        time.sleep(0.05)
    return False


def test_tokens_of_all_samples_are_counted(embedded: EmbeddedModel) -> None:
    sampling = Sampling(max_tokens=12, temperature=0.9, seed=1)
    completions = embedded.complete(
        (Message(role="user", content="Write a long story about the sea."),), sampling, 3, 120
    )
    assert not completions.usage_estimated
    cut = [sample for sample in completions.samples if sample.finish_reason == "length"]
    assert len(cut) >= 2
    assert 12 * len(cut) <= completions.usage.completion_tokens <= 36


def test_a_seed_repeats_itself(embedded: EmbeddedModel) -> None:
    sampling = Sampling(max_tokens=16, temperature=1.0, seed=7)
    once, again = (embedded.complete(PROMPT, sampling, 1, 120).samples[0].text for _ in range(2))
    assert once == again


def test_a_prompt_beyond_the_context_is_said_to_be_too_long(embedded: EmbeddedModel) -> None:
    with pytest.raises(ModelUnavailable, match="context"):
        embedded.complete((Message(role="user", content="word " * 8000),), FEW, 1, 60)
    assert embedded.complete(PROMPT, FEW, 1, 120).samples


def test_a_call_that_ran_out_of_time_does_not_keep_the_server_busy(embedded: EmbeddedModel) -> None:
    # At temperature 0 the model repeats the letter up to the limit, which takes it 40 s: none ends by chance.
    endless = Message(role="user", content="Write the letter a a thousand times:" + " a" * 16)
    embedded.start()
    with pytest.raises(ModelUnavailable, match="within 1 s"):
        embedded.complete((endless,), Sampling(max_tokens=2000, temperature=0.0), 4, timeout_s=1)
    assert embedded.complete(PROMPT, FEW, 1, timeout_s=30).samples


def test_strangers_are_refused(embedded: EmbeddedModel) -> None:
    stranger = OpenAICompatibleModel(embedded.start(), "m", "guess")
    with pytest.raises(ModelUnavailable, match="refused the API key"):
        stranger.complete(PROMPT, FEW, 1, 20)


def test_the_name_holds_no_path_of_this_machine(embedded: EmbeddedModel) -> None:
    completions = embedded.complete(PROMPT, FEW, 1, 120)
    assert completions.model == embedded.name == find_packaged_model().stem
    assert "/" not in embedded.endpoint
    assert re.fullmatch(r"[0-9a-f]{64}", embedded.file_digest)


def test_a_server_that_dies_is_an_error_and_is_started_anew() -> None:
    model = EmbeddedModel(slots=1, context=512)
    try:
        pid = server_pid(model.start())
        killer = subprocess.Popen([sys.executable, "-c", f"import time,os; time.sleep(1); os.kill({pid}, 6)"])
        with pytest.raises(ModelUnavailable, match=r"ended in the middle of the request \(signal 6"):
            model.complete(
                (Message(role="user", content="Write a novel."),), Sampling(max_tokens=450), 4, timeout_s=60
            )
        killer.wait(10)
        assert model.complete(PROMPT, FEW, 1, 120).samples
    finally:
        model.close()


def test_closing_ends_the_server() -> None:
    model = EmbeddedModel(slots=1, context=512)
    url = model.start()
    pid = server_pid(url)
    model.close()
    model.close()
    assert not listens(url)
    assert not Path(f"/proc/{pid}").exists()
    with pytest.raises(ModelUnavailable, match="was closed"):
        model.complete(PROMPT, FEW, 1, 20)


CHILD = """
import os, sys, time
from models.chat import Message
from models.embedded import EmbeddedModel
from verifiers.domain import Sampling
model = EmbeddedModel(slots=1, context=512)
print(model.start(), flush=True)
{then}
"""


@pytest.mark.parametrize("end", [signal.SIGKILL, signal.SIGTERM])
def test_the_server_ends_with_its_owner(end: signal.Signals) -> None:
    """Even while a forked child of the owner, which holds the same pipe, lives on."""
    then = (
        "if os.fork() == 0:\n    time.sleep(20)\n    os._exit(0)\nprint('forked', flush=True)\ntime.sleep(60)"
    )
    owner = subprocess.Popen(
        [sys.executable, "-c", CHILD.format(then=then)], stdout=subprocess.PIPE, start_new_session=True
    )
    assert owner.stdout is not None
    try:
        url = owner.stdout.readline().decode().strip()
        assert owner.stdout.readline() == b"forked\n"
        assert listens(url)
        owner.send_signal(end)
        owner.wait(10)
        assert wait_until_gone(url)
    finally:
        os.killpg(owner.pid, signal.SIGKILL)
        owner.stdout.close()


def test_a_fork_starts_its_own_server_and_leaves_the_first_alone() -> None:
    then = """
message = (Message(role="user", content="Hi"),)
pid = os.fork()
if pid == 0:
    print(model.start(), flush=True)
    model.complete(message, Sampling(max_tokens=4), 1, 60)
    model.close()
    os._exit(0)
assert os.waitpid(pid, 0)[1] == 0
model.complete(message, Sampling(max_tokens=4), 1, 60)
print("still there", flush=True)
model.close()
"""
    done = subprocess.run([sys.executable, "-c", CHILD.format(then=then)], capture_output=True, timeout=120)
    first, second, last = done.stdout.decode().split("\n", 2)
    assert first != second
    assert last == "still there\n", done.stderr.decode()


def test_nothing_is_written_to_the_terminal() -> None:
    then = (
        "model.complete((Message(role='user', content='Hi'),), Sampling(max_tokens=4), 2, 60); model.close()"
    )
    done = subprocess.run([sys.executable, "-c", CHILD.format(then=then)], capture_output=True, timeout=120)
    assert re.fullmatch(rb"http://127\.0\.0\.1:\d+/v1\n", done.stdout)
    assert done.stderr == b""


def test_modules_of_the_current_folder_are_not_taken(tmp_path: Path) -> None:
    for name in ("json", "xllamacpp", "models", "select", "socket"):
        (tmp_path / f"{name}.py").write_text(f"open({str(tmp_path / 'taken')!r}, 'w').close()\n")
    model = EmbeddedModel(slots=1, context=512)
    here = Path.cwd()
    os.chdir(tmp_path)
    try:
        model.start()
    finally:
        os.chdir(here)
        model.close()
    assert not (tmp_path / "taken").exists()


@pytest.mark.parametrize(
    "content", [b"GGUF", b"GGUF\x03\x00\x00\x00" + b"\xff" * 4096], ids=["empty", "garbage"]
)
def test_a_broken_file_is_an_error_and_not_a_crash(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "broken.gguf"
    path.write_bytes(content)
    model = EmbeddedModel(path)
    with pytest.raises(ModelUnavailable, match="broken could not be loaded") as caught:
        model.complete(PROMPT, FEW, 1, 30)
    assert caught.value.hint
    model.close()


def test_half_a_file_is_an_error_and_not_a_crash(tmp_path: Path) -> None:
    path = tmp_path / "half.gguf"
    path.write_bytes(find_packaged_model().read_bytes()[: 40 * 2**20])
    model = EmbeddedModel(path)
    with pytest.raises(ModelUnavailable, match="half could not be loaded"):
        model.complete(PROMPT, FEW, 1, 60)
    model.close()


def test_a_start_that_takes_too_long_is_an_error() -> None:
    model = EmbeddedModel(start_timeout_s=0.01)
    with pytest.raises(ModelUnavailable, match=r"not within 0\.01 s"):
        model.complete(PROMPT, FEW, 1, 30)
    model.close()


def test_a_file_of_another_kind_is_refused_at_once(tmp_path: Path) -> None:
    path = tmp_path / "model.gguf"
    path.write_text(json.dumps({"a": 1}))
    with pytest.raises(ModelMissing, match="is not a GGUF file"):
        EmbeddedModel(path)
