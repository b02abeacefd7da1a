"""Well-known datasets: what their columns are called. A new one is an entry here."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

PRESETS: Mapping[str, Mapping[str, Any]] = {
    # The rows on the hub name Software Heritage contents; a copy with a ``content`` column is needed.
    "the-stack-v2": {
        "kind": "hub",
        "dataset": "bigcode/the-stack-v2-dedup",
        "columns": {
            "text": "content",
            "id": "blob_id",
            "repository": "repo_name",
            "path": "path",
            "license": "detected_licenses",
            "language": "language",
        },
    },
    "the-stack": {
        "kind": "hub",
        "dataset": "bigcode/the-stack-dedup",
        "columns": {
            "text": "content",
            "id": "hexsha",
            "repository": "max_stars_repo_name",
            "path": "max_stars_repo_path",
            "license": "max_stars_repo_licenses",
            "language": "lang",
        },
    },
    "codesearchnet": {
        "kind": "hub",
        "dataset": "code-search-net/code_search_net",
        "config": "all",
        "columns": {
            "text": "whole_func_string",
            "repository": "repository_name",
            "path": "func_path_in_repository",
            "language": "language",
            "symbol": "func_name",
        },
    },
    # The archives that the authors publish: gzip-compressed JSONL.
    "codesearchnet-files": {
        "kind": "rows",
        "columns": {
            "text": "original_string",
            "id": "url",
            "repository": "repo",
            "path": "path",
            "language": "language",
            "symbol": "func_name",
        },
    },
    "mbpp": {
        "kind": "hub",
        "dataset": "google-research-datasets/mbpp",
        "config": "full",
        "split": "train",
        "columns": {"text": "code", "prompt": "text", "id": "task_id", "tests": "test_list"},
        "method": "task",
        "language": "python",
        "license": "CC-BY-4.0",
    },
    # Its own name for each site's dump is Posts.xml; ``path`` says where.
    "stackexchange": {"kind": "posts", "tags": []},
    "ethereum-stackexchange": {"kind": "posts", "language": "solidity", "tags": ["solidity"]},
}
