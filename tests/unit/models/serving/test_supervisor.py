"""Looking after a server, against a fake one: its start, its deaths, its end, and what is left behind."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Callable
from pathlib import Path

import pytest

from models.errors import ModelUnavailable
from models.serving.command import Launch
from models.serving.server_api import ServerApi
from models.serving.supervisor import Patience, Supervisor
from verifiers.errors import InvalidInput

FAKE = Path(__file__).with_name("fake_vllm.py")
KEY = "a-key-that-nobody-may-see"
QUICK = Patience(start_s=60, silent_s=0.5, look_s=0.05, stop_s=5, first_pause_s=0.05, restarts=2)


class Run:
    """A supervised fake; ``step`` n runs when it has come up for the n-th time, the last one stops it."""

    def __init__(
        self, folder: Path, plan: str, *steps: Callable[[Run], None], patience: Patience = QUICK
    ) -> None:
        (folder / "plan").write_text(plan)
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port = free.getsockname()[1]
        self.folder, self.steps = folder, list(steps)
        self.said: list[str] = []
        self.lines: list[str] = []
        self.stop = threading.Event()
        self.url = f"http://127.0.0.1:{self.port}"
        launch = Launch(
            argv=(sys.executable, str(FAKE), str(folder), str(self.port)),
            environment={"PATH": os.environ["PATH"], "VLLM_API_KEY": KEY},
            folder=str(folder),
        )
        self.supervisor = Supervisor(
            launch,
            lambda: ServerApi(self.url, KEY).healthy(2),
            self.ready,
            say=self.said.append,
            on_line=self.lines.append,
            stop=self.stop,
            patience=patience,
        )

    def ready(self) -> None:
        if len(self.steps) > 1:
            self.steps.pop(0)(self)
        else:
            if self.steps:
                self.steps.pop(0)(self)
            self.stop.set()

    def get(self, path: str) -> None:
        with contextlib.suppress(OSError):  # it dies of it, as it is to
            urllib.request.urlopen(f"{self.url}{path}", timeout=5).close()

    @property
    def starts(self) -> list[tuple[int, int]]:
        lines = (self.folder / "starts").read_text().splitlines()
        return [(int(line.split()[0]), int(line.split()[1])) for line in lines]

    def gone(self) -> bool:
        """Whether nobody of any start's family lives any more."""
        return not any(lives(pid) for family in self.starts for pid in family)


def lives(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def wait_for(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 30
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_it_is_waited_for_and_ended_with_its_family(tmp_path: Path) -> None:
    run = Run(tmp_path, "serve")
    run.supervisor.run()
    assert [said.partition(" after")[0] for said in run.said] == ["The model server answers"]
    wait_for(run.gone)


def test_its_log_is_passed_on_without_the_key(tmp_path: Path) -> None:
    run = Run(tmp_path, "serve")
    run.supervisor.run()
    assert run.lines[0].rstrip() == "start 0: serve, key [API key]  [31m"
    assert KEY not in "".join((*run.lines, *run.said))


def test_a_crash_is_said_and_it_is_started_again(tmp_path: Path) -> None:
    run = Run(tmp_path, "serve", lambda run: run.get("/crash"), lambda run: None)
    run.supervisor.run()
    assert len(run.starts) == 2
    down = next(said for said in run.said if "is down" in said)
    assert "exit code 7: ValueError: the fake was told to crash" in down
    wait_for(run.gone)


def test_a_death_by_signal_leaves_nobody_behind(tmp_path: Path) -> None:
    run = Run(tmp_path, "serve", lambda run: os.kill(run.starts[0][0], signal.SIGKILL), lambda run: None)
    run.supervisor.run()
    assert any("signal 9" in said for said in run.said)
    wait_for(run.gone)


def test_one_that_has_stopped_to_answer_is_started_again(tmp_path: Path) -> None:
    run = Run(tmp_path, "serve", lambda run: run.get("/deafen"), lambda run: None)
    run.supervisor.run()
    assert any("has not answered for 0.5 s" in said for said in run.said)
    assert len(run.starts) == 2


def test_it_is_not_started_for_ever(tmp_path: Path) -> None:
    run = Run(tmp_path, "serve", *[lambda run: run.get("/crash")] * 9)
    with pytest.raises(ModelUnavailable, match=r"died 3 times in a row.*told to crash"):
        run.supervisor.run()
    assert len(run.starts) == 3
    pauses = [said.split(" in ")[-1] for said in run.said if "is down" in said]
    assert pauses == ["0.05 s.", "0.1 s."]
    wait_for(run.gone)


def test_one_that_never_came_up_is_not_tried_again(tmp_path: Path) -> None:
    run = Run(tmp_path, "die serve")
    with pytest.raises(ModelUnavailable, match=r"exit code 3: error: the model is too large") as error:
        run.supervisor.run()
    assert "--context" in error.value.hint
    assert len(run.starts) == 1
    wait_for(run.gone)


def test_one_that_cannot_come_up_again_is_tried_a_few_times(tmp_path: Path) -> None:
    run = Run(tmp_path, "serve die", lambda run: run.get("/crash"), lambda run: None)
    with pytest.raises(ModelUnavailable, match="died 3 times"):
        run.supervisor.run()


def test_it_must_answer_in_time(tmp_path: Path) -> None:
    run = Run(tmp_path, "hang", patience=QUICK.model_copy(update={"start_s": 1.0, "say_s": 0.2}))
    with pytest.raises(ModelUnavailable, match="did not answer within 1 s"):
        run.supervisor.run()
    assert any("is starting" in said for said in run.said)
    wait_for(run.gone)


def test_it_can_be_stopped_while_it_starts(tmp_path: Path) -> None:
    run = Run(tmp_path, "hang")
    threading.Timer(0.3, run.stop.set).start()
    run.supervisor.run()
    if (tmp_path / "starts").exists():
        wait_for(run.gone)


def test_one_that_ignores_the_signal_is_killed(tmp_path: Path) -> None:
    run = Run(tmp_path, "stubborn", patience=QUICK.model_copy(update={"stop_s": 0.3}))
    run.supervisor.run()
    wait_for(run.gone)


def test_a_failure_to_load_what_is_live_does_not_end_it(tmp_path: Path) -> None:
    def fail(run: Run) -> None:
        run.stop.set()
        raise InvalidInput("adapter", "It is broken.")

    run = Run(tmp_path, "serve", fail)
    run.supervisor.run()
    assert run.said[-1] == "adapter: It is broken. The server runs on without that."


_OWNER = """
import sys, threading
from pathlib import Path
from models.serving.supervisor import Supervisor
from models.serving.command import Launch
import os
launch = Launch(argv=tuple(sys.argv[1:]), environment={"PATH": os.environ["PATH"]}, folder=sys.argv[3])
Supervisor(launch, lambda: False, lambda: None, say=print, on_line=print, stop=threading.Event()).run()
"""


def test_it_ends_with_its_owner(tmp_path: Path) -> None:
    """By SIGTERM to the server, which vLLM takes as the word to end its engine as well."""
    (tmp_path / "plan").write_text("hang")
    command = [sys.executable, "-c", _OWNER, sys.executable, str(FAKE), str(tmp_path), "1"]
    owner = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    starts = tmp_path / "starts"
    wait_for(lambda: starts.exists() and bool(starts.read_text().strip()))
    server, child = (int(pid) for pid in starts.read_text().split())
    owner.kill()
    owner.wait()
    try:
        wait_for(lambda: not lives(server))
    finally:
        os.kill(child, signal.SIGKILL)  # the fake does not end it


def test_a_long_start_is_no_time_in_which_it_ran_well(tmp_path: Path) -> None:
    patience = QUICK.model_copy(update={"steady_s": 1.5})
    run = Run(tmp_path, "slow", *[lambda run: run.get("/crash")] * 9, patience=patience)
    with pytest.raises(ModelUnavailable, match="died 3 times in a row"):
        run.supervisor.run()
