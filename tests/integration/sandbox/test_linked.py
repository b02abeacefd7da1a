"""A judge and its guest: two sandboxes, one pipe each way, and nothing else in common."""

from __future__ import annotations

import ast
import textwrap
import time

import pytest

from tests.integration.sandbox.conftest import python_job
from verifiers.sandbox.docker import Docker
from verifiers.sandbox.protocol import Limits, LinkedResult, Sandbox

SEND = """
import os, sys
def to_guest(data):
    view = memoryview(data)
    while view: view = view[os.write(1, view):]
def report(data):
    view = memoryview(data)
    while view: view = view[os.write(2, view):]
def read(count):
    data = b""
    while len(data) < count:
        more = os.read(0, count - len(data))
        if not more: break
        data += more
    return data
"""
ECHO = """
import os
while data := os.read(0, 65536):
    view = memoryview(data)
    while view: view = view[os.write(1, view):]
"""


def link(sandbox: Sandbox, judge: str, guest: str, judge_s: float = 20, guest_s: float = 20) -> LinkedResult:
    judging = python_job(SEND + textwrap.dedent(judge), limits=Limits(wall_s=judge_s, cpu_s=20))
    return sandbox.run_linked(judging, python_job(guest, limits=Limits(wall_s=guest_s, cpu_s=20)))


def test_they_talk_and_the_judge_reports(sandbox: Sandbox) -> None:
    result = link(
        sandbox,
        """
        for number in range(200):
            to_guest(b"%d\\n" % number)
            assert read(len(b"%d\\n" % number)) == b"%d\\n" % number
        report(b"all "); report(b"echoed")
        """,
        ECHO,
    )
    assert (result.judge.exit_code, result.judge.stderr) == (0, b"all echoed")
    assert (result.judge.stdout, result.guest.stdout) == (b"", b"")
    assert not result.guest_left_first


def test_large_messages_travel_both_ways(sandbox: Sandbox) -> None:
    result = link(
        sandbox,
        """
        import threading
        data = os.urandom(2**20) * 8
        threading.Thread(target=to_guest, args=(data,)).start()
        report(str(read(len(data)) == data).encode())
        """,
        ECHO,
    )
    assert result.judge.stderr == b"True"


def test_they_are_apart(sandbox: Sandbox) -> None:
    count = "len([name for name in os.listdir('/proc') if name.isdigit()])"
    look = f"ids = [os.getuid(), os.path.exists('/tmp/judge'), {count} <= 3]"
    result = link(
        sandbox,
        f"""
        open("/tmp/judge", "w").write("x")
        theirs = read(200).decode().strip()
        {look}
        report(f"{{theirs}}|{{ids}}".encode())
        """,
        f"import os, time\ntime.sleep(0.3)\n{look}\nprint(ids)",
    )
    theirs, ours = map(ast.literal_eval, result.judge.stderr.decode().split("|"))
    assert theirs[0] != ours[0], "the same uid"
    assert (theirs[1:], ours[1:]) == ([False, True], [True, True])


def test_the_guests_end_ends_the_judges_input(sandbox: Sandbox) -> None:
    result = link(sandbox, "report(repr(read(100)).encode())", "import os; os.write(1, b'bye'); os._exit(3)")
    assert (result.judge.stderr, result.guest.exit_code, result.guest_left_first) == (b"b'bye'", 3, True)


def test_the_judges_end_ends_the_guest(sandbox: Sandbox) -> None:
    begin = time.monotonic()
    result = link(sandbox, "report(b'done')", "import time; time.sleep(600)")
    assert (result.judge.stderr, result.guest_left_first, result.guest.timed_out) == (b"done", False, False)
    assert time.monotonic() - begin < 60


def test_the_judges_end_is_no_end_of_the_guests_input(sandbox: Sandbox) -> None:
    guest = "import os, sys\nwhile os.read(0, 100): pass\nsys.stderr.write('saw the end')"
    result = link(sandbox, "to_guest(b'x'); report(b'done')", guest)
    assert (result.guest.stderr, result.guest_left_first) == (b"", False)


def test_a_guest_that_floods_is_held_back(sandbox: Sandbox) -> None:
    result = link(
        sandbox,
        "import time; time.sleep(1); report(b'calm')",
        "import os\nwhile True: os.write(1, b'x' * 65536)",
    )
    assert (result.judge.exit_code, result.judge.stderr) == (0, b"calm")


@pytest.mark.docker
def test_a_relayed_link_carries_only_so_much(docker_sandbox: Docker, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("verifiers.sandbox.linked.MAX_RELAYED_BYTES", 8 * 2**20)
    begin = time.monotonic()
    result = link(
        docker_sandbox,
        "while os.read(0, 2**20): pass\nreport(b'end')",
        "import os\nblock = b'x' * 2**20\nwhile True: os.write(1, block)",
    )
    assert (result.judge.exit_code, result.judge.timed_out) == (137, False)
    assert time.monotonic() - begin < 60


def test_a_guest_that_never_reads_is_only_a_time_out(sandbox: Sandbox) -> None:
    begin = time.monotonic()
    result = link(
        sandbox, "while True: to_guest(bytes(65536))", "import time; time.sleep(600)", judge_s=1.5, guest_s=60
    )
    assert result.judge.timed_out
    assert time.monotonic() - begin < 50


def test_two_that_only_write_are_only_a_time_out(sandbox: Sandbox) -> None:
    flood = "import os\nwhile True: os.write(1, b'x' * 65536)"
    begin = time.monotonic()
    result = link(sandbox, "while True: to_guest(bytes(65536))", flood, judge_s=5, guest_s=1.5)
    assert result.guest.timed_out
    assert result.guest_left_first
    assert time.monotonic() - begin < 60


def test_a_guests_deadline_is_its_own(sandbox: Sandbox) -> None:
    result = link(sandbox, "report(repr(read(1)).encode())", "import time; time.sleep(600)", guest_s=1)
    assert (result.judge.stderr, result.guest.timed_out, result.guest_left_first) == (b"b''", True, True)


def test_the_guest_can_not_report(sandbox: Sandbox) -> None:
    forged = """
    import os
    for number in range(1, 10):
        try: os.write(number, b"PASSED")
        except OSError: pass
    """
    result = link(sandbox, "read(6); report(b'from the judge')", textwrap.dedent(forged))
    assert result.judge.stderr == b"from the judge"


def test_both_standard_errors_are_kept(sandbox: Sandbox) -> None:
    result = link(sandbox, "sys.stderr.write('j'); read(1)", "import sys; sys.stderr.write('g' * 3 * 2**20)")
    assert result.judge.stderr == b"j"
    assert (len(result.guest.stderr), result.guest.truncated) == (2**20, True)


def test_a_linked_job_brings_no_stdin(sandbox: Sandbox) -> None:
    with pytest.raises(ValueError, match="stdin"):
        sandbox.run_linked(python_job("pass", stdin=b"x"), python_job("pass"))


def test_a_linked_job_collects_nothing(sandbox: Sandbox) -> None:
    with pytest.raises(ValueError, match="collect"):
        sandbox.run_linked(python_job("pass"), python_job("pass", collect=("x",)))
