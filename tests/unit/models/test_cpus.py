from __future__ import annotations

from pathlib import Path

import pytest

from models.cpus import usable_cores


def machine(root: Path, siblings: list[str], quota: str | None = None) -> Path:
    for cpu, listed in enumerate(siblings):
        folder = root / f"devices/system/cpu/cpu{cpu}/topology"
        folder.mkdir(parents=True)
        (folder / "thread_siblings_list").write_text(listed + "\n")
    if quota is not None:
        (root / "fs/cgroup").mkdir(parents=True)
        (root / "fs/cgroup/cpu.max").write_text(quota + "\n")
    return root


@pytest.mark.parametrize(
    ("siblings", "quota", "cores"),
    [
        (["0-1", "0-1", "2-3", "2-3"], None, 2),
        (["0", "1", "2", "3"], None, 4),
        (["0", "1", "2", "3"], "max 100000", 4),
        (["0", "1", "2", "3"], "250000 100000", 2),
        (["0", "1", "2", "3"], "50000 100000", 1),
        (["0", "1", "2", "3"], "nonsense", 4),
        ([], None, 4),
    ],
)
def test_cores_are_counted_within_the_quota(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, siblings: list[str], quota: str | None, cores: int
) -> None:
    monkeypatch.setattr("os.sched_getaffinity", lambda pid: {0, 1, 2, 3})
    assert usable_cores(machine(tmp_path, siblings, quota)) == cores
