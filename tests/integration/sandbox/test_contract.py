"""What every backend owes: files, streams, exit codes."""

from __future__ import annotations

import ast
import hashlib
import os
import signal
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from pydantic import ValidationError

from tests.integration.sandbox.conftest import RunPython, python_job
from verifiers.errors import InvalidInput, ToolMissing
from verifiers.sandbox.protocol import Job, Limits, Sandbox


def test_files_arrive_with_their_folders_and_can_be_written(run_python: RunPython) -> None:
    binary = bytes(range(256)) * 50
    result = run_python(
        """
        import os, pathlib
        print(os.getcwd())
        assert pathlib.Path("a/b/c.bin").read_bytes() == bytes(range(256)) * 50
        assert pathlib.Path("naïve ☃.txt").read_text() == "☃"
        pathlib.Path("a/b/c.bin").write_text("changed")
        os.chmod("a/b/c.bin", 0o600)
        os.rename("a/b", "a/d")
        os.unlink("a/d/c.bin")
        pathlib.Path("a/new").mkdir()
        """,
        files={"a/b/c.bin": binary, "naïve ☃.txt": "☃".encode()},
    )
    assert (result.exit_code, result.stdout, result.stderr) == (0, b"/work\n", b"")


def test_many_files_arrive(run_python: RunPython) -> None:
    files = {f"package{number % 10}/module{number}.py": b"x = 1\n" * 100 for number in range(200)}
    result = run_python("import glob; print(len(glob.glob('package*/*.py')))", files=files)
    assert result.stdout == b"200\n"


@pytest.mark.parametrize("name", ["../escape", "/etc/passwd", "a/../../b", ""])
def test_a_path_that_leaves_the_working_directory_is_refused(sandbox: Sandbox, name: str) -> None:
    with pytest.raises(InvalidInput):
        sandbox.run(python_job("pass", files={name: b""}))


NOT_PASSABLE = [{"argv": ("a\0b",)}, {"env": {"A": "\0"}}, {"env": {"A=B": "x"}}, {"env": {"": "x"}}]


@pytest.mark.parametrize("bad", NOT_PASSABLE)
def test_what_no_program_can_be_given_is_refused(bad: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        Job.model_validate({"environment": "python", "argv": ("true",), **bad})


def test_arguments_arrive_as_they_are(sandbox: Sandbox) -> None:
    words = ("", " a  b ", "$HOME", "*", "-x", "A=B", "new\nline", "☃", "'\"")
    program = ("python3", "-c", "import sys; print(sys.argv[1:])")
    result = sandbox.run(Job(environment="python", argv=(*program, *words)))
    assert ast.literal_eval(result.stdout.decode()) == list(words)


def test_files_larger_than_the_disk_are_refused(sandbox: Sandbox) -> None:
    with pytest.raises(InvalidInput, match="disk"):
        sandbox.run(python_job("pass", files={"big": bytes(10_000)}, limits=Limits(disk_bytes=8192)))


def test_stdin_arrives_whole_and_ends(run_python: RunPython) -> None:
    data = bytes(range(256)) * 8192  # 2 MB, more than any pipe holds
    code = "import sys, hashlib; print(hashlib.sha256(sys.stdin.buffer.read()).hexdigest())"
    result = run_python(code, stdin=data)
    assert result.stdout.decode().strip() == hashlib.sha256(data).hexdigest()


def test_no_stdin_is_an_empty_stdin(run_python: RunPython) -> None:
    assert run_python("import sys; print(repr(sys.stdin.read()))").stdout == b"''\n"


def test_stdin_that_nobody_reads_does_no_harm(run_python: RunPython) -> None:
    result = run_python("print('done')", stdin=bytes(4 * 2**20))
    assert (result.exit_code, result.stdout) == (0, b"done\n")


@pytest.mark.parametrize("code", [0, 1, 42, 125, 126, 127, 137, 255])
def test_exit_codes_are_the_programs(run_python: RunPython, code: int) -> None:
    result = run_python(f"raise SystemExit({code})")
    assert (result.exit_code, result.timed_out, result.out_of_memory) == (code, False, False)
    assert (result.stdout, result.stderr) == (b"", b"")


@pytest.mark.parametrize(
    "number", [signal.SIGKILL, signal.SIGTERM, signal.SIGSEGV, signal.SIGABRT, signal.SIGINT]
)
def test_a_signal_is_told_as_128_plus_its_number(run_python: RunPython, number: signal.Signals) -> None:
    reset = "" if number == signal.SIGKILL else f"signal.signal({number}, signal.SIG_DFL); "
    code = f"import os, signal; {reset}os.kill(os.getpid(), {number})"
    result = run_python(code)
    assert result.exit_code == 128 + number
    assert (result.stderr, result.out_of_memory, result.timed_out) == (b"", False, False)


def test_a_program_that_does_not_exist(sandbox: Sandbox) -> None:
    result = sandbox.run(Job(environment="python", argv=("no-such-program",)))
    assert result.exit_code == 127


def test_an_unknown_environment_is_refused(sandbox: Sandbox) -> None:
    with pytest.raises(ToolMissing, match="cobol"):
        sandbox.run(Job(environment="cobol", argv=("true",)))


def test_the_two_outputs_stay_apart_and_are_exact(run_python: RunPython) -> None:
    result = run_python(
        """
        import os
        os.write(1, bytes(range(256)))
        os.write(2, "Ünïcode ☃".encode())
        """
    )
    assert (result.stdout, result.stderr) == (bytes(range(256)), "Ünïcode ☃".encode())
    assert not result.truncated


@pytest.mark.parametrize(("size", "truncated"), [(2**20 - 1, False), (2**20, False), (2**20 + 1, True)])
def test_output_is_exact_up_to_the_cap(run_python: RunPython, size: int, truncated: bool) -> None:
    pattern = "import sys; n = {}; d = (b'0123456789abcdef' * (n // 16 + 1))[:n]; sys.stdout.buffer.write(d)"
    result = run_python(pattern.format(size), limits=Limits(output_bytes=2**20))
    assert result.stdout == (b"0123456789abcdef" * (size // 16 + 1))[: min(size, 2**20)]
    assert (result.truncated, result.exit_code) == (truncated, 0)


def test_a_hundred_megabytes_are_drained_and_are_no_time_out(run_python: RunPython) -> None:
    begin = time.monotonic()
    result = run_python(
        """
        import os
        block = b"x" * 2**20
        for _ in range(100):
            view = memoryview(block)
            while view:
                view = view[os.write(1, view):]
        os.write(2, b"all written")
        """,
        limits=Limits(wall_s=60, cpu_s=60),
    )
    assert (result.exit_code, result.timed_out, result.truncated) == (0, False, True)
    assert (len(result.stdout), result.stderr) == (2**20, b"all written")
    assert time.monotonic() - begin < 59


def test_an_output_cap_of_zero(run_python: RunPython) -> None:
    result = run_python("print('x')", limits=Limits(output_bytes=0))
    assert (result.stdout, result.truncated, result.exit_code) == (b"", True, 0)


def test_the_environment_is_what_the_job_says_and_no_more(
    run_python: RunPython, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ACRISOL_TEST_SECRET", "s3cret-of-the-host")
    result = run_python(
        "import os; print(sorted(os.environ)); print(os.environ['GIVEN'])",
        env={"GIVEN": "a=b c\nd", "PYTHONHASHSEED": "0"},
    )
    names, given = result.stdout.decode().split("\n", 1)
    known = {
        "GIVEN",
        "PYTHONHASHSEED",
        "HOME",
        "LANG",
        "PATH",
        "PYTHONDONTWRITEBYTECODE",
        "PYTHONPATH",
        "PYTHONUTF8",
        "TMPDIR",
    }
    assert (set(ast.literal_eval(names)), given) == (known, "a=b c\nd\n")


def test_pytest_is_there(run_python: RunPython) -> None:
    result = run_python(
        "import pytest, sys; sys.exit(pytest.main(['-q', 'test_it.py']))",
        files={"test_it.py": b"def test_one(): assert 1 + 1 == 2\n"},
    )
    assert result.exit_code == 0, result.stdout + result.stderr
    assert b"1 passed" in result.stdout


def test_only_the_three_streams_are_open(
    run_python: RunPython, tmp_path_factory: pytest.TempPathFactory
) -> None:
    leak = os.open(tmp_path_factory.mktemp("leak") / "secret", os.O_CREAT | os.O_RDWR)
    os.set_inheritable(leak, True)
    try:
        result = run_python(
            """
            import os
            found = []
            for number in range(256):
                try:
                    os.fstat(number)
                except OSError:
                    continue
                found.append(number)
            print(found)
            """
        )
    finally:
        os.close(leak)
    assert result.stdout == b"[0, 1, 2]\n"


def test_no_state_is_left_for_the_next_run(run_python: RunPython) -> None:
    places = "['/work/left', '/tmp/left', '/dev/shm/left']"
    first = run_python(f"for path in {places}: open(path, 'w').write('x')")
    second = run_python(f"import os; print([os.path.exists(path) for path in {places}], os.listdir('/work'))")
    assert first.exit_code == 0, first.stderr
    assert second.stdout == b"[False, False, False] ['main.py']\n"


def test_parallel_runs_do_not_see_each_other(sandbox: Sandbox) -> None:
    code = """
    import os, sys, time
    open('/tmp/mine', 'w').write(sys.stdin.read())
    open('/dev/shm/mine', 'w').write('x')
    time.sleep(0.5)
    pids = [int(name) for name in os.listdir('/proc') if name.isdigit()]
    print(open('/tmp/mine').read(), len(os.listdir('/tmp')), len(os.listdir('/dev/shm')), len(pids) <= 3)
    """
    with ThreadPoolExecutor(4) as pool:
        jobs = [python_job(code, stdin=str(number).encode()) for number in range(4)]
        results = list(pool.map(sandbox.run, jobs))
    assert [result.stdout for result in results] == [f"{number} 1 1 True\n".encode() for number in range(4)]


def test_the_result_says_how_long_and_in_what(sandbox: Sandbox) -> None:
    result = sandbox.run(python_job("import time; time.sleep(0.3)"))
    assert 0.3 <= result.wall_s < 30
    assert result.isolation.startswith(f"{sandbox.name} ")
    assert "seccomp" in result.isolation or "gVisor kernel" in result.isolation
