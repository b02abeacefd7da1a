"""The tables beside the filters: what is known of names, marks and texts, as YAML."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import Any

import yaml

from verifiers.errors import ToolFailed


@cache
def read_table(name: str) -> dict[str, Any]:
    """A table by its file's name.

    Raises:
        ToolFailed: it is missing, broken or no mapping.
    """
    try:
        table = yaml.safe_load(files(__package__).joinpath(name).read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise ToolFailed(
            f"The table {name} cannot be read: {str(error)[:300]}", "Install Acrisol again."
        ) from error
    if not isinstance(table, dict):
        raise ToolFailed(f"The table {name} is no mapping.", "Install Acrisol again.")
    return table
