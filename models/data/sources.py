"""Where documents may be read from, as a recipe names it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field

from models.data.presets import PRESETS
from verifiers.domain import Value

Name = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$")]
Limit = Annotated[int | None, Field(ge=1)]


class FolderSource(Value):
    """Source files of a folder or a git checkout.

    In a checkout only what git tracks is read; anywhere else everything but version control's own folders.
    Symbolic links are never followed.

    Attributes:
        name: What documents are named after.
        path: The folder.
        repositories: What is split as one: the ``whole`` folder, each of its ``children``, or ``packages``:
            each child, and whatever stands right under a ``node_modules`` folder.
        include: Only files that match one of these patterns (``*.py``, ``src/**``); empty for all.
        exclude: Not those that match one of these.
        license: SPDX expression for what declares none itself.
        max_file_bytes: Larger files are counted and not read.
        limit: At most so many files, evenly spread over all.
    """

    kind: Literal["folder"] = "folder"
    name: Name
    path: Path
    repositories: Literal["whole", "children", "packages"] = "whole"
    include: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    license: str = ""
    max_file_bytes: int = Field(default=1_000_000, ge=1, le=100_000_000)
    limit: Limit = None


class Columns(Value):
    """Which column of a dataset holds what; dots reach into nested ones, empty for none.

    A column that holds a list is joined: licences by ``AND``, tests by lines.
    """

    text: str = Field(default="text", min_length=1)
    prompt: str = ""
    id: str = ""
    repository: str = ""
    path: str = ""
    license: str = ""
    language: str = ""
    tests: str = ""
    symbol: str = ""


class _Tabular(Value):
    """What all sources of rows have.

    Attributes:
        name: What documents are named after.
        columns: Where in a row things are.
        method: How prompt and text belong together, where there is a ``prompt`` column.
        language: Of all rows, where no column says.
        license: SPDX expression of all rows, where no column says.
        limit: At most so many rows.
    """

    name: Name
    columns: Columns = Columns()
    method: Literal["", "task", "docstring", "question-answer"] = ""
    language: str = ""
    license: str = ""
    limit: Limit = None


class RowsSource(_Tabular):
    """Rows of JSONL (also .gz) or Parquet files.

    Attributes:
        path: A file, or a folder: its ``.jsonl``, ``.jsonl.gz``, ``.json.gz`` and ``.parquet`` files.
    """

    kind: Literal["rows"] = "rows"
    path: Path


class HubSource(_Tabular):
    """Rows of a Hugging Face dataset, streamed. Code that comes with a dataset is never run.

    Attributes:
        dataset: Its name on the hub, or the absolute path of a folder in a form that ``datasets`` reads.
        config: Which of its configurations.
        split: Which of its splits.
        data_dir: Only this folder of it.
        revision: A commit of it; pin it for runs that can be repeated.
    """

    kind: Literal["hub"] = "hub"
    dataset: Annotated[str, Field(min_length=1, max_length=1000)]
    config: str | None = None
    split: str = "train"
    data_dir: str | None = None
    revision: str | None = None


class PostsSource(Value):
    """Questions with answers from a Stack Exchange dump's ``Posts.xml``.

    Attributes:
        name: What documents are named after.
        path: The XML file.
        min_score: Answers scored lower are left out.
        tags: Only questions with one of these tags; empty for all.
        language: Of the code in them, where the tags do not say.
        license: SPDX expression of all posts.
        limit: At most so many pairs.
    """

    kind: Literal["posts"] = "posts"
    name: Name
    path: Path
    min_score: int = 1
    tags: tuple[str, ...] = ()
    language: str = ""
    license: str = "CC-BY-SA-4.0"
    limit: Limit = None


def _with_preset(given: Any) -> Any:
    """Fill in what a ``preset`` says; with a ``path`` it reads a local copy instead of the hub."""
    if not isinstance(given, dict) or "preset" not in given:
        return given
    rest = {key: value for key, value in given.items() if key != "preset"}
    preset = PRESETS.get(str(given["preset"]))
    if preset is None:
        raise ValueError(f"there is no preset '{given['preset']}'; use one of: {', '.join(PRESETS)}")
    if "path" not in rest:
        return {"name": given["preset"], **preset, **rest}
    of_the_hub = set(HubSource.model_fields) - set(RowsSource.model_fields) - {"kind"}
    kept = {key: value for key, value in preset.items() if key not in of_the_hub}
    if kept["kind"] == "hub":
        kept["kind"] = "rows"
    return {"name": given["preset"], **kept, **rest}


Source = Annotated[
    Annotated[FolderSource | RowsSource | HubSource | PostsSource, Field(discriminator="kind")],
    BeforeValidator(_with_preset),
]
