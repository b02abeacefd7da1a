"""Mythril started warm: the same to what it runs, never late, and nothing twice."""

from __future__ import annotations

import ast
import json
import os
import time
from collections.abc import Iterator

import pytest

from tests.integration.sandbox.test_warm import LOOKS
from tests.integration.solidity.tools import TASK, contract, installed, sandbox_for, source
from verifiers.domain import Status
from verifiers.sandbox.cgroup import find_hierarchy
from verifiers.sandbox.environments import SOLIDITY
from verifiers.sandbox.protocol import ExecResult, Job, Limits, LinkedResult, Sandbox
from verifiers.solidity.compiling.compilation import Compilations, Profile
from verifiers.solidity.compiling.project import project_of
from verifiers.solidity.exploring import explorer
from verifiers.solidity.exploring.explorer import Depth, driver_files, preload
from verifiers.solidity.exploring.mythril import MythrilVerifier
from verifiers.solidity.toolchain import SolidityToolchain

pytestmark = pytest.mark.mythril
ENOUGH_S = 120.0  # as in the other tests of the tools
WARM = os.getuid() == 0 and find_hierarchy() is not None


class Counting:
    """A sandbox that counts the explorations that it runs."""

    name = "counting"

    def __init__(self, inner: Sandbox) -> None:
        self._inner = inner
        self.explored: list[str] = []

    def run(self, job: Job) -> ExecResult:
        """See :meth:`verifiers.sandbox.protocol.Sandbox.run`."""
        if job.preload:
            self.explored += [name for _, name in json.loads(job.stdin)["targets"]]
        return self._inner.run(job)

    def run_linked(self, judge: Job, guest: Job) -> LinkedResult:
        """See :meth:`verifiers.sandbox.protocol.Sandbox.run_linked`."""
        return self._inner.run_linked(judge, guest)

    def close(self) -> None:
        """See :meth:`verifiers.sandbox.protocol.Sandbox.close`."""


@pytest.fixture(scope="module")
def toolchain() -> SolidityToolchain:
    return installed()


@pytest.fixture(scope="module")
def sandbox(toolchain: SolidityToolchain) -> Iterator[Sandbox]:
    opened = sandbox_for(toolchain)
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def compilations(toolchain: SolidityToolchain, sandbox: Sandbox) -> Compilations:
    return Compilations(sandbox, toolchain)


def test_a_second_look_is_free_and_a_changed_contract_is_explored(
    toolchain: SolidityToolchain, sandbox: Sandbox, compilations: Compilations
) -> None:
    counting = Counting(sandbox)
    explores = MythrilVerifier(counting, toolchain, compilations)
    first = explores.verify(TASK, contract("selfdestruct"), ENOUGH_S)
    again = explores.verify(TASK, contract("selfdestruct"), ENOUGH_S)
    fixed = explores.verify(TASK, contract("selfdestruct_fixed"), ENOUGH_S)
    assert counting.explored == ["Till", "Till"]
    assert (first.evidence["reused"], again.evidence["reused"]) == ([], ["Till"])
    assert again.findings == first.findings
    assert first.status is Status.FAILED
    assert fixed.status is Status.PASSED, (
        fixed.summary
    )  # nothing of the one before is left in the interpreter
    assert again.evidence["isolation"] == first.evidence["isolation"]
    assert ("warm" in str(first.evidence["isolation"])) is WARM


def test_a_lost_query_is_incomplete_and_is_asked_again(
    toolchain: SolidityToolchain, sandbox: Sandbox, compilations: Compilations
) -> None:
    counting = Counting(sandbox)
    hurried = MythrilVerifier(counting, toolchain, compilations, Depth(solver_steps=1000, quick_look=False))
    for _ in range(2):
        verdict = hurried.verify(TASK, contract("selfdestruct"), ENOUGH_S)
        assert verdict.status is Status.INCOMPLETE, verdict.summary
        assert "solver queries got no answer" in verdict.summary
        assert verdict.evidence["complete"] is False
    assert counting.explored == ["Till", "Till"]


# What a contract could at worst make of the process that explores it, chosen by the contract's name.
HOSTILE = """


def _explore_never(self, seconds):
    import os, signal, time
    for number in set(signal.valid_signals()) - {signal.SIGKILL, signal.SIGSTOP}:
        try: signal.signal(number, signal.SIG_IGN)
        except OSError: pass
    if self.contract_name == "Forks":
        for _ in range(8):
            if os.fork() == 0:
                os.setsid()
                time.sleep(1000)
    if self.contract_name == "Floods":
        while True: os.write(self.writer, b"9" * 65536)
    if self.contract_name == "Stops":
        os.kill(os.getppid(), signal.SIGSTOP)
    if self.contract_name == "Kills":
        os.kill(os.getppid(), signal.SIGKILL)
    if self.contract_name == "Computes":
        9 ** 9 ** 9
    while True: pass


Observer.explore = _explore_never
Observer.watch = lambda self, seconds: None
"""


@pytest.fixture
def hostile(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    real = driver_files()
    place = next(path for path in real if path.endswith("/observe.py"))
    changed = {**real, place: real[place] + HOSTILE.encode()}
    monkeypatch.setattr(explorer, "driver_files", lambda: changed)
    explorer.preload.cache_clear()
    yield
    explorer.preload.cache_clear()


@pytest.mark.usefixtures("hostile")
@pytest.mark.parametrize("name", ["Forks", "Floods", "Stops", "Kills", "Computes"])
def test_whatever_a_contract_does_it_ends_on_time_and_is_not_clean(
    toolchain: SolidityToolchain, sandbox: Sandbox, compilations: Compilations, name: str
) -> None:
    text = f"pragma solidity ^0.8.0;\ncontract {name} {{ function f() external {{}} }}"
    explores = MythrilVerifier(sandbox, toolchain, compilations)
    compilations.compile(project_of(TASK, source(text)), ENOUGH_S, Profile.ANALYSED)
    for seconds in (0.5, 2.5):  # the interpreter may still be importing when the first ends
        started = time.monotonic()
        verdict = explores.verify(TASK, source(text), seconds)
        assert time.monotonic() - started < seconds + 20
        assert verdict.status in (Status.INCOMPLETE, Status.ERROR), verdict.summary
        assert verdict.evidence["complete"] is False
        assert verdict.findings == ()


def run_in_warm_mythril(toolchain: SolidityToolchain, sandbox: Sandbox, code: str, warm: bool = True) -> str:
    job = Job(
        environment=SOLIDITY,
        argv=(toolchain.require_mythril(), "-P", "-s", "-B", "-c", code),
        files=driver_files(),
        env={"PYTHONHASHSEED": "0"},
        preload=preload() if warm else None,
        limits=Limits(wall_s=60, memory_bytes=2**30),
    )
    result = sandbox.run(job)
    assert result.exit_code == 0, result.stderr
    assert ("warm" in result.isolation) is warm
    return result.stdout.decode()


@pytest.mark.skipif(not WARM, reason="warm starts need root and control groups")
def test_what_explores_is_confined_as_at_a_cold_start(toolchain: SolidityToolchain, sandbox: Sandbox) -> None:
    warm = ast.literal_eval(run_in_warm_mythril(toolchain, sandbox, LOOKS.replace("__file__", "0")))
    cold = ast.literal_eval(run_in_warm_mythril(toolchain, sandbox, LOOKS.replace("__file__", "0"), False))
    for name in set(cold) - {"mounts", "limits", "work", "argv", "orig"}:
        assert warm[name] == cold[name], name
    assert warm["work"] == []  # the driver is imported already
    writable = [[mount[0] for mount in seen["mounts"] if mount[2].startswith("rw")] for seen in (warm, cold)]
    assert sorted(set(writable[0])) == sorted(set(writable[1]))


@pytest.mark.skipif(not WARM, reason="warm starts need root and control groups")
def test_no_exploration_leaves_anything_in_the_interpreter(
    toolchain: SolidityToolchain, sandbox: Sandbox
) -> None:
    code = """
import os, sys, threading
from driver.loaded import MYTHRIL
marked = [hasattr(MYTHRIL, "mark"), hasattr(sys.modules["z3"], "mark"), *map(os.listdir, ("/tmp", "/work"))]
print(marked, threading.active_count(), len(os.listdir("/proc/self/task")), MYTHRIL.args.solver_timeout)
MYTHRIL.mark = sys.modules["z3"].mark = 1
MYTHRIL.args.solver_timeout = -5
open("/tmp/mark", "w").close()
"""
    said = {run_in_warm_mythril(toolchain, sandbox, code) for _ in range(3)}
    assert len(said) == 1
    assert next(iter(said)).startswith("[False, False, [], []] 1 1 ")


SAME_MEMORY = """
import importlib.util, random, sys
sys.path.insert(0, "/work/explorer")  # where it starts cold
from driver.loaded import MYTHRIL
from mythril.laser.ethereum.state import memory as short
spec = importlib.util.spec_from_file_location("plain", short.__file__)
plain = importlib.util.module_from_spec(spec)
spec.loader.exec_module(plain)
assert plain.Memory.__getitem__ is not short.Memory.__getitem__
assert "driver" in short.Memory.__getitem__.__code__.co_filename
new = MYTHRIL.symbol_factory
draw = random.Random(7)
both = [plain.Memory(), short.Memory()]
for memory in both: memory.extend(96)
sym = [new.BitVecSym(f"s{number}", 256) for number in range(2)]

def place():
    number = draw.choice([0, 1, 31, 32, 60, 64, 95, 96, 130])
    return draw.choice([number, number, new.BitVecVal(number, 256)])

def say(value):
    return str(value) if not isinstance(value, list) else [str(each) for each in value]

for step in range(300):
    act, where = draw.randrange(6), place()
    if act == 0:
        word = draw.choice([draw.randrange(2**256), new.BitVecVal(draw.randrange(2**256), 256), sym[0], True])
        work = lambda memory: memory.write_word_at(where, word)
    elif act == 1:
        byte = draw.choice([draw.randrange(256), new.BitVecSym("b", 8)])
        work = lambda memory: memory.__setitem__(where, byte)
    elif act == 2:
        work = lambda memory: memory.get_word_at(where)
    elif act == 3:
        start = draw.randrange(90); end = start + draw.randrange(20)
        work = lambda memory: memory[start:end]
    elif act == 4:
        start = draw.randrange(90); values = [draw.randrange(256) for _ in range(draw.randrange(12))]
        work = lambda memory: memory.__setitem__(slice(start, start + len(values)), list(values))
    elif step % 20 == 0:
        work = lambda memory: memory.__setitem__(sym[1], 7)
    else:
        work = lambda memory: memory[sym[1]]
    answers = [say(work(memory)) for memory in both]
    assert answers[0] == answers[1], (step, act, answers)
    if step % 50 == 49:
        both = [memory.__copy__() for memory in both]
assert say(both[0][0:130]) == say(both[1][0:130])
print("same")
"""


def test_the_short_ways_through_memory_lead_to_the_same(
    toolchain: SolidityToolchain, sandbox: Sandbox
) -> None:
    assert run_in_warm_mythril(toolchain, sandbox, SAME_MEMORY, WARM) == "same\n"
