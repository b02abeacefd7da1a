"""Files that come back: all that was asked for, nothing else, and nothing that the host could trip over."""

from __future__ import annotations

import time

import pytest

from tests.integration.sandbox.conftest import RunPython
from verifiers.sandbox.protocol import Limits

MB = 2**20


def test_files_come_back_as_they_are(run_python: RunPython) -> None:
    result = run_python(
        """
        import os
        os.makedirs("out/deep/er")
        found = {"out/a": bytes(range(256)) * 40, "out/deep/er/naïve ☃": b"", "one.txt": b"1"}
        for path, data in found.items():
            with open(path, "wb") as file: file.write(data)
        print("done"); raise SystemExit(3)
        """,
        collect=("out", "one.txt"),
    )
    assert (result.exit_code, result.stdout, result.stderr) == (3, b"done\n", b"")
    expected = {"out/a": bytes(range(256)) * 40, "out/deep/er/naïve ☃": b"", "one.txt": b"1"}
    assert (result.files, result.files_truncated) == (expected, False)


def test_stars_match_and_everything_else_is_literal(run_python: RunPython) -> None:
    result = run_python(
        """
        for name in ("a.txt", "b.txt", ".hidden.txt", "c.log", "[ab].log", "$HOME", "-rf", "it's"):
            open(name, "w").close()
        """,
        collect=("*.txt", "[ab].log", "$HOME", "-rf", "it's", "?.log", "none", "none/*"),
    )
    assert set(result.files) == {"a.txt", "b.txt", "[ab].log", "$HOME", "-rf", "it's", "c.log"}
    assert not result.files_truncated


def test_nothing_that_was_not_asked_for_comes_back(run_python: RunPython) -> None:
    result = run_python("open('secret', 'w').close(); open('out', 'w').close()", collect=("out",))
    assert set(result.files) == {"out"}


def test_only_regular_files_come_back(run_python: RunPython) -> None:
    result = run_python(
        """
        import os, socket
        os.mkdir("out"); open("out/file", "w").write("x")
        os.symlink("/etc/passwd", "out/link"); os.symlink("file", "out/near"); os.mkfifo("out/pipe")
        socket.socket(socket.AF_UNIX).bind("out/socket")
        """,
        collect=("out",),
    )
    assert result.files == {"out/file": b"x"}


def test_both_names_of_one_file_come_back(run_python: RunPython) -> None:
    result = run_python("import os; open('a', 'w').write('x'); os.link('a', 'b')", collect=("a", "b"))
    assert result.files == {"a": b"x", "b": b"x"}


@pytest.mark.parametrize(("size", "comes_back"), [(MB, True), (MB + 1, False)])
def test_their_size_is_limited(run_python: RunPython, size: int, comes_back: bool) -> None:
    result = run_python(
        f"open('out', 'wb').write(b'x' * {size})", collect=("out",), limits=Limits(files_bytes=MB)
    )
    assert (set(result.files) == {"out"}, result.files_truncated) == (comes_back, not comes_back)
    assert result.exit_code == 0


def test_their_number_is_limited(run_python: RunPython) -> None:
    code = "import os; os.mkdir('out'); [open(f'out/{n}', 'w').close() for n in range(50)]"
    result = run_python(code, collect=("out",), limits=Limits(files_count=10))
    assert (len(result.files), result.files_truncated) == (10, True)


def test_names_that_are_no_text_do_not_come_back(run_python: RunPython) -> None:
    code = """
    import os
    os.mkdir("out")
    for name in (b"good", b"new\\nline", b"\\x1b[2J", b"\\xff\\xfe"): open(b"out/" + name, "w").close()
    """
    result = run_python(code, collect=("out",))
    assert (set(result.files), result.files_truncated) == ({"out/good"}, True)


def test_a_long_name_comes_back(run_python: RunPython) -> None:
    path = "/".join(["folder" * 8] * 5 + ["file"])
    code = f"import os; os.makedirs(os.path.dirname({path!r})); open({path!r}, 'w').write('x')"
    assert run_python(code, collect=("folder*",)).files == {path: b"x"}


def test_what_the_program_left_running_changes_nothing(run_python: RunPython) -> None:
    code = """
    import os, time
    open("out", "w").write("before")
    if os.fork() == 0:
        os.setsid()
        for number in range(3): os.close(number)
        while True: open("out", "a").write("x" * 1000)
    time.sleep(0.1)
    """
    result = run_python(code, collect=("out",), limits=Limits(disk_bytes=8 * MB))
    content = result.files["out"]
    assert content.startswith(b"before")
    assert set(content[6:]) <= set(b"x")


def test_a_program_that_ran_out_of_time_leaves_nothing(run_python: RunPython) -> None:
    code = "import time; open('out', 'w').write('x'); time.sleep(60)"
    result = run_python(code, collect=("out",), limits=Limits(wall_s=1))
    assert (result.timed_out, result.exit_code, result.files) == (True, None, {})


@pytest.mark.parametrize("end", ["os.kill(os.getpid(), 9)", "os.abort()", "os._exit(200)"])
def test_ends_of_all_kinds_are_told_with_files_too(run_python: RunPython, end: str) -> None:
    code = f"import os, signal; open('out', 'w').close(); {end}"
    result = run_python(code, collect=("out",))
    expected = {"os.kill(os.getpid(), 9)": 137, "os.abort()": 134, "os._exit(200)": 200}[end]
    assert (result.exit_code, set(result.files), result.stderr) == (expected, {"out"}, b"")


def test_streams_are_as_ever_where_files_come_back(run_python: RunPython) -> None:
    code = "import sys; sys.stdout.write(sys.stdin.read() * 2); sys.stderr.write('e' * 3 * 2**20)"
    result = run_python(code, stdin=b"ab", collect=("out",))
    assert (result.stdout, len(result.stderr), result.truncated) == (b"abab", MB, True)
    assert (result.files, result.files_truncated) == ({}, False)


def test_a_file_that_would_be_terabytes_costs_no_time(run_python: RunPython) -> None:
    begin = time.monotonic()
    code = "open('out', 'wb').truncate(2**42) if not __import__('os').path.exists('out') else None"
    result = run_python(code, collect=("out",))
    assert result.files == {}
    assert time.monotonic() - begin < 60
