"""Names that the standard libraries of C and C++ declare: functions, classes and templates."""

from __future__ import annotations

import json
from functools import cache
from importlib.resources import files


@cache
def library_names(*, c: bool) -> frozenset[str]:
    """All of them, of C alone or of C++ with C; read from the headers of GCC 12 and glibc 2.36."""
    found = json.loads(files(__package__).joinpath("library_names.json").read_text("utf-8"))
    return frozenset(found["c"] if c else [*found["c"], *found["cpp"]])
