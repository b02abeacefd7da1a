"""What the host and a zygote say to each other, and which values a job may preload."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from verifiers.sandbox.protocol import Job, Preload
from verifiers.sandbox.zygote.wire import ENDED, ORDER, Spec, pack_spec, unpack_spec

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)


@given(
    st.lists(TEXT, max_size=4),
    st.dictionaries(TEXT, TEXT, max_size=4),
    st.dictionaries(TEXT, st.binary(max_size=50), max_size=4),
)
def test_a_specification_arrives_as_it_was(
    argv: list[str], env: dict[str, str], files: dict[str, bytes]
) -> None:
    spec = Spec(argv=argv, env=env, open_files=8, cpu_s=1, pids=3)
    assert unpack_spec(pack_spec(spec, files)) == (spec, files)


def test_orders_hold_every_user_and_size() -> None:
    assert ORDER.unpack(ORDER.pack(2_100_000_000, 2**40)) == (2_100_000_000, 2**40)
    assert ENDED.unpack(ENDED.pack(b"E", 255)) == (b"E", 255)


def test_a_job_brings_the_files_that_it_preloads() -> None:
    preload = Preload(modules=("ours",), folder="lib", files={"lib/ours.py": b"x = 1"})
    argv = ("python3", "main.py")
    Job(environment="python", argv=argv, files={"lib/ours.py": b"x = 1", "main.py": b""}, preload=preload)
    for files in ({}, {"lib/ours.py": b"x = 2"}):
        with pytest.raises(ValidationError, match="preloads"):
            Job(environment="python", argv=argv, files=files, preload=preload)
