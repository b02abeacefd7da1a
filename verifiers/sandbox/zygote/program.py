"""Becoming the program: what an interpreter does between its start and its end, in one that is already up."""

from __future__ import annotations

import os
import signal
import sys
import types
from collections.abc import Callable, Mapping
from importlib.machinery import BuiltinImporter, SourceFileLoader
from typing import Any

from .wire import Spec


def put_files(files: Mapping[str, bytes]) -> None:
    """Write the job's files below the working directory."""
    made: set[str] = set()
    for path, content in files.items():
        folder = os.path.dirname(path)
        if folder and folder not in made:
            os.makedirs(folder, exist_ok=True)
            made.add(folder)
        with open(path, "xb") as file:
            file.write(content)
        if content.startswith(b"#!"):
            os.chmod(path, 0o755)


def prepare(spec: Spec, interpreter: list[str], search: list[str]) -> Callable[[], None]:
    """Make this interpreter look as if it had just been started for the program.

    Args:
        spec: The program.
        interpreter: The interpreter's name and options.
        search: ``sys.path`` as it is at an interpreter's start, without the program's own folder.

    Returns:
        What runs the program; raises SystemExit at its end.
    """
    os.environ.clear()
    os.environ.update(spec.env)
    for path in [path for path in sys.path_importer_cache if path.startswith(("/work", "/tmp")) or not path]:
        del sys.path_importer_cache[path]
    for name in [name for name in sys.modules if name.partition(".")[0] == __name__.partition(".")[0]]:
        del sys.modules[name]
    if "random" in sys.modules:
        sys.modules["random"].seed()
    sys.orig_argv = [*interpreter, *spec.argv]
    main = types.ModuleType("__main__")
    sys.modules["__main__"] = main
    space = vars(main)
    space.update(__builtins__=sys.modules["builtins"], __annotations__={}, __loader__=BuiltinImporter)
    safe = sys.flags.safe_path
    if spec.argv[0] == "-c":
        sys.argv = ["-c", *spec.argv[2:]]
        sys.path[:] = search if safe else ["", *search]
        return lambda: _run(lambda: compile(spec.argv[1], "<string>", "exec"), space)
    path = spec.argv[0]
    sys.argv = list(spec.argv)
    sys.path[:] = search if safe else [os.path.dirname(os.path.realpath(path)), *search]
    whole = os.path.abspath(path)
    space.update(__file__=whole, __cached__=None, __loader__=SourceFileLoader("__main__", whole))
    return lambda: _run(lambda: _compile_file(path), space)


def _compile_file(path: str) -> Any:
    try:
        with open(path, "rb") as file:
            source = file.read()
    except OSError as error:
        reason = f"[Errno {error.errno}] {error.strerror}"
        sys.stderr.write(f"{sys.executable}: can't open file {os.path.abspath(path)!r}: {reason}\n")
        raise SystemExit(2) from None
    return compile(source, os.path.abspath(path), "exec")


def _run(load: Callable[[], Any], space: dict[str, Any]) -> None:
    try:
        exec(load(), space)
    except SystemExit:
        raise
    except BaseException as error:  # noqa: BLE001  what an interpreter does with it at its top level
        trace = error.__traceback__
        while trace is not None and trace.tb_frame.f_globals is globals():
            trace = trace.tb_next
        sys.excepthook(type(error), error.with_traceback(trace), trace)
        if isinstance(error, KeyboardInterrupt):
            signal.signal(signal.SIGINT, signal.SIG_DFL)
            os.kill(os.getpid(), signal.SIGINT)
        raise SystemExit(1) from None
    raise SystemExit(0)
