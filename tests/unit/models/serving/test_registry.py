"""The registry: what it keeps, what it notices, and that commands at the same time lose nothing."""

from __future__ import annotations

import multiprocessing
import os
import stat
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from models.serving.entries import BASE, Change, Contents, Score
from models.serving.files import verify
from models.serving.registry import Registry
from tests.unit.models.serving.made import write_adapter, write_model
from verifiers.errors import InvalidInput, ToolFailed

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)


@pytest.fixture
def registry(tmp_path: Path) -> Registry:
    registry = Registry(tmp_path / "models", lambda: NOON)
    registry.add_model(str(write_model(tmp_path / "base")), "base", "Apache-2.0")
    return registry


def test_an_adapter_is_copied_and_only_what_is_needed(registry: Registry, tmp_path: Path) -> None:
    folder = write_adapter(tmp_path / "a")
    (folder / "optimizer.pt").write_bytes(b"a pickle of the trainer's")
    entry = registry.add_adapter(folder, "first", "base")
    copy = Path(entry.path)
    assert copy.parent == registry.folder / "adapters"
    assert sorted(path.name for path in copy.iterdir()) == [
        "adapter_config.json",
        "adapter_model.safetensors",
    ]
    assert stat.S_IMODE(copy.stat().st_mode) == 0o700
    assert (entry.rank, entry.license, entry.base) == (2, "Apache-2.0", "base")
    (folder / "adapter_model.safetensors").unlink()  # the original is not needed any more
    verify(registry.get("first"))
    assert [path.name for path in registry.folder.glob("new-*")] == []


def test_other_contents_get_another_folder(registry: Registry, tmp_path: Path) -> None:
    """vLLM keeps what it computed for a prompt by the adapter's name and path."""
    one = registry.add_adapter(write_adapter(tmp_path / "a"), "one", "base")
    registry.remove("one")
    other = registry.add_adapter(write_adapter(tmp_path / "b", fill=1), "one", "base")
    assert one.path != other.path


def test_adding_the_same_again_changes_nothing(registry: Registry, tmp_path: Path) -> None:
    folder = write_adapter(tmp_path / "a")
    assert registry.add_adapter(folder, "a", "base") == registry.add_adapter(folder, "a", "base")
    registry.add_model(str(tmp_path / "base"), "base")
    assert len(registry.read().entries) == 2


def test_a_name_stays_with_what_has_it(registry: Registry, tmp_path: Path) -> None:
    registry.add_adapter(write_adapter(tmp_path / "a"), "a", "base")
    with pytest.raises(InvalidInput, match="already the name"):
        registry.add_adapter(write_adapter(tmp_path / "b", fill=1), "a", "base")
    with pytest.raises(InvalidInput, match="already the name"):
        registry.add_adapter(tmp_path / "b", "base", "base")
    assert len(list((registry.folder / "adapters").iterdir())) == 1  # and no copy is left behind


@pytest.mark.parametrize("name", ["live", "LIVE", "", "../up", "a/b", "-x", "a b", "x" * 65, "a\n"])
def test_what_cannot_be_a_name(registry: Registry, tmp_path: Path, name: str) -> None:
    with pytest.raises(InvalidInput, match="cannot be a name"):
        registry.add_adapter(write_adapter(tmp_path / "a"), name, "base")


def test_an_adapter_of_another_model_is_refused(registry: Registry, tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="wide"):
        registry.add_adapter(write_adapter(tmp_path / "a", width=4), "a", "base")
    with pytest.raises(InvalidInput, match="no model or adapter called 'other'"):
        registry.add_adapter(tmp_path / "a", "a", "other")
    assert list(registry.folder.glob("new-*")) == []


def test_a_model_needs_safetensors(tmp_path: Path) -> None:
    folder = write_model(tmp_path / "base")
    (folder / "model.safetensors").rename(folder / "pytorch_model.bin")
    with pytest.raises(InvalidInput, match="pickled weights"):
        Registry(tmp_path / "models").add_model(str(folder), "base")


def test_a_model_fetched_by_its_name_has_no_digest(tmp_path: Path) -> None:
    entry = Registry(tmp_path / "models").add_model("org/model", "m")
    assert (entry.digest, entry.path) == ("", "org/model")
    for wrong in ("model", "a/b/c", "../x", "/nowhere", "org/", "-a/b"):
        with pytest.raises(InvalidInput, match="no folder"):
            Registry(tmp_path / "models").add_model(wrong, "w")


@pytest.mark.parametrize("name", ["adapter_config.json", "adapter_model.safetensors"])
def test_a_changed_file_is_noticed(registry: Registry, tmp_path: Path, name: str) -> None:
    entry = registry.add_adapter(write_adapter(tmp_path / "a"), "a", "base")
    path = Path(entry.path) / name
    changed = bytearray(path.read_bytes())
    changed[-1] ^= 1
    path.write_bytes(changed)
    with pytest.raises(InvalidInput, match=f"{name} is not what was added"):
        verify(entry)
    path.unlink()
    path.symlink_to("/etc/hostname")
    with pytest.raises(InvalidInput, match=f"{name} is not there any more"):
        verify(entry)


def test_weights_that_came_in_later_are_noticed(registry: Registry, tmp_path: Path) -> None:
    (tmp_path / "base" / "model-2.safetensors").write_bytes(b"")
    with pytest.raises(InvalidInput, match=r"'model-2.safetensors' has come in"):
        verify(registry.get("base"))


def change(adapter: str, kind: str = "use", base: str = "base") -> Change:
    return Change.model_validate({"base": base, "adapter": adapter, "kind": kind, "at": NOON})


def test_history_is_gone_back_step_by_step(registry: Registry, tmp_path: Path) -> None:
    for name in "abc":
        registry.add_adapter(write_adapter(tmp_path / name), name, "base")
    contents = registry.read()
    for step in (change("a"), change("b"), change("b"), change("x", base="other"), change("c")):
        contents = contents.then(step)
    assert contents.lived("base") == (BASE, "a", "b", "c")
    contents = contents.then(change("b", "rollback"))
    assert contents.lived("base") == (BASE, "a", "b")
    contents = contents.then(change("a", "rollback"))
    assert contents.live("base") == "a"
    contents = contents.then(change("c")).then(change(BASE))
    assert contents.lived("base") == (BASE, "a", "c", BASE)
    without = contents.model_copy(update={"entries": tuple(e for e in contents.entries if e.name != "a")})
    assert without.lived("base") == (BASE, "c", BASE)


def test_what_is_live_or_stood_upon_is_not_removed(registry: Registry, tmp_path: Path) -> None:
    entry = registry.add_adapter(write_adapter(tmp_path / "a"), "a", "base")
    registry.change(lambda contents: contents.then(change("a")))
    with pytest.raises(InvalidInput, match="is live"):
        registry.remove("a")
    with pytest.raises(InvalidInput, match="stand on base: a"):
        registry.remove("base")
    registry.change(lambda contents: contents.then(change(BASE, "rollback")))
    registry.remove("a")
    assert not Path(entry.path).exists()
    registry.remove("base")
    assert (tmp_path / "base" / "model.safetensors").exists()  # a model's files are its owner's


def test_removing_deletes_nothing_outside(registry: Registry, tmp_path: Path) -> None:
    """A registry file that somebody tampered with must not be a way to delete a folder."""
    precious = tmp_path / "precious"
    precious.mkdir()
    registry.add_adapter(write_adapter(tmp_path / "a"), "a", "base")
    file = registry.folder / "registry.json"
    file.write_text(file.read_text().replace(registry.get("a").path, str(precious)))
    registry.remove("a")
    assert precious.is_dir()


def test_a_score_takes_the_place_of_an_earlier_one(registry: Registry) -> None:
    registry.score("base", Score(suite="mbpp", value=0.1, problems=20))
    registry.score("base", Score(suite="mbpp", value=0.3, problems=374))
    entry = registry.score("base", Score(suite="mbpp", value=0.2, problems=20))
    assert {(score.problems, score.value) for score in entry.scores} == {(20, 0.2), (374, 0.3)}


@pytest.mark.parametrize("text", ["", "{", "[]", '{"version": 2}', '{"entries": [{"name": "live"}]}'])
def test_a_broken_file_is_said_and_kept(registry: Registry, text: str) -> None:
    file = registry.folder / "registry.json"
    file.write_text(text)
    with pytest.raises(ToolFailed, match="not a registry"):
        registry.score("base", Score(suite="mbpp", value=0.1))
    assert file.read_text() == text


def test_a_change_that_fails_changes_nothing(registry: Registry) -> None:
    before = registry.read()

    def fail(contents: Contents) -> Contents:
        raise InvalidInput("x", "no.")

    with pytest.raises(InvalidInput):
        registry.change(fail)
    assert registry.read() == before
    assert [path.name for path in registry.folder.glob("registry.json.*")] == []


def _write(folder: Path, number: int) -> None:
    for turn in range(5):
        Registry(folder).score("base", Score(suite=f"{number}-{turn}", value=0.5))


def test_processes_at_the_same_time_lose_nothing(registry: Registry) -> None:
    fork = multiprocessing.get_context("fork")
    writers = [fork.Process(target=_write, args=(registry.folder, number)) for number in range(3)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join(60)
    assert [writer.exitcode for writer in writers] == [0, 0, 0]
    assert len(registry.get("base").scores) == 15


def test_a_folder_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(ToolFailed, match="ACRISOL_HOME"):
        Registry(tmp_path / "file" / "models").add_model("org/model", "m")


def test_files_are_for_their_owner_only(registry: Registry, tmp_path: Path) -> None:
    registry.add_adapter(write_adapter(tmp_path / "a"), "a", "base")
    for path in (registry.folder, *registry.folder.rglob("*")):
        if path.name != "registry.lock":
            assert stat.S_IMODE(os.stat(path).st_mode) & 0o077 == 0, path


def test_times_are_kept(tmp_path: Path) -> None:
    registry = Registry(tmp_path / "models", lambda: NOON + timedelta(hours=1))
    assert registry.add_model("org/model", "m").added == NOON + timedelta(hours=1)


def test_removing_spares_the_same_one_that_has_come_in_meanwhile(
    registry: Registry, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = write_adapter(tmp_path / "a")
    registry.add_adapter(folder, "a", "base")
    change = registry.change

    def changed(step: Callable[[Contents], Contents]) -> Contents:
        contents = change(step)
        Registry(registry.folder).add_adapter(folder, "a", "base")  # another command, right behind
        return contents

    monkeypatch.setattr(registry, "change", changed)
    registry.remove("a")
    verify(registry.get("a"))


def test_a_licence_may_come_in_later(registry: Registry, tmp_path: Path) -> None:
    folder = write_adapter(tmp_path / "a")
    registry.add_adapter(folder, "a", "base")
    assert registry.add_adapter(folder, "a", "base", "MIT").license == "MIT"
    assert registry.add_adapter(folder, "a", "base").license == "MIT"
    assert registry.add_model(str(tmp_path / "base"), "base", "BSD-3-Clause").license == "BSD-3-Clause"
    assert len(registry.read().entries) == 2


def test_a_model_that_is_removed_meanwhile_gets_no_adapter(
    registry: Registry, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    change = registry.change

    def late(step: Callable[[Contents], Contents]) -> Contents:
        Registry(registry.folder).remove("base")  # another command, just before
        return change(step)

    monkeypatch.setattr(registry, "change", late)
    with pytest.raises(InvalidInput, match="no model or adapter called 'base'"):
        registry.add_adapter(write_adapter(tmp_path / "a"), "a", "base")
    assert list((registry.folder / "adapters").iterdir()) == []
