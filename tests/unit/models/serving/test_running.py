"""One server at a time, and how others find it and its key."""

from __future__ import annotations

import fcntl
import stat
import threading
from pathlib import Path

import pytest

from models.errors import ModelUnavailable
from models.serving.running import RunningServer, announce, find, found, key_file, only_one, server_key
from verifiers.errors import InvalidInput, ToolFailed

SERVER = RunningServer(url="http://127.0.0.1:1", base="base", max_rank=16, pid=1)


def test_it_is_found_while_it_runs(tmp_path: Path) -> None:
    folder = tmp_path / "models"
    assert find(folder) is None
    with only_one(folder):
        assert find(folder) is None  # it has not answered yet
        with pytest.raises(ModelUnavailable, match="is starting"):
            found(folder)
        announce(folder, SERVER)
        assert found(folder) == SERVER
        with pytest.raises(InvalidInput, match=r"runs already on http://127\.0\.0\.1:1"), only_one(folder):
            pass
    with pytest.raises(ModelUnavailable, match="No model server runs here"):
        found(folder)


def test_what_a_killed_one_has_left_is_not_believed(tmp_path: Path) -> None:
    announce(tmp_path, SERVER)  # without holding the lock
    assert find(tmp_path) is None
    with only_one(tmp_path):
        assert find(tmp_path) is None


def test_nonsense_in_the_file_is_no_server(tmp_path: Path) -> None:
    with only_one(tmp_path):
        (tmp_path / "server.json").write_text('{"url": 5}')
        assert find(tmp_path) is None


def test_the_key_is_drawn_once_and_for_its_user_only(tmp_path: Path) -> None:
    folder = tmp_path / "models"
    key = server_key(folder)
    assert len(key) >= 32
    assert server_key(folder) == key
    assert stat.S_IMODE(key_file(folder).stat().st_mode) == 0o600
    assert server_key(tmp_path / "other") != key
    assert {path.name for path in folder.iterdir()} == {"server-key"}


@pytest.mark.parametrize("text", ["", "two words", "ümlaut"])
def test_a_key_that_cannot_be_sent_is_said(tmp_path: Path, text: str) -> None:
    key_file(tmp_path).write_text(text)
    with pytest.raises(ToolFailed, match="cannot be read"):
        server_key(tmp_path)


def test_a_key_that_cannot_be_kept_leaves_no_copy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise PermissionError(1, "no links here")

    monkeypatch.setattr("models.serving.running.os.link", refuse)
    with pytest.raises(ToolFailed, match="no links here"):
        server_key(tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_who_looks_for_a_server_is_not_taken_for_one(tmp_path: Path) -> None:
    with (tmp_path / "server.lock").open("ab") as look:
        fcntl.flock(look, fcntl.LOCK_SH)
        release = threading.Timer(0.1, fcntl.flock, (look, fcntl.LOCK_UN))
        release.start()
        with only_one(tmp_path):
            assert find(tmp_path) is None
        release.join()
