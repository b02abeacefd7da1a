"""States of a model: what serves them is named by what it is."""

from __future__ import annotations

from pathlib import Path

import pytest

from models.adversarial.states import open_state
from models.errors import ModelMissing
from verifiers.errors import InvalidInput


def gguf(path: Path, content: bytes = b"") -> Path:
    path.write_bytes(b"GGUF" + content)
    return path


def test_another_adapter_of_the_same_name_is_another_model(tmp_path: Path) -> None:
    pytest.importorskip("xllamacpp")
    base = str(gguf(tmp_path / "base.gguf"))
    names = []
    for content in (b"one", b"two", b"one"):
        adapter = gguf(tmp_path / "adapter.gguf", content)
        names.append(open_state(base, adapter, tmp_path / "serving").name)
    assert names[0] == names[2] != names[1]
    assert open_state(base, None, tmp_path / "serving").name == "base"


def test_an_adapter_whose_settings_changed_is_another_model(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("xllamacpp")
    monkeypatch.setattr("models.adversarial.states._lora", lambda base, adapter, path: gguf(path))
    base, adapter = str(gguf(tmp_path / "base.gguf")), tmp_path / "best"
    adapter.mkdir()
    (adapter / "adapter_model.safetensors").write_bytes(b"weights")
    names = []
    for alpha in (32, 16, 32):
        (adapter / "adapter_config.json").write_text(f'{{"lora_alpha": {alpha}}}')
        names.append(open_state(base, adapter, tmp_path / "serving").name)
    assert names[0] == names[2] != names[1]


def test_what_cannot_be_laid_over_each_other(tmp_path: Path) -> None:
    adapter = gguf(tmp_path / "a.gguf")
    with pytest.raises(InvalidInput, match="cannot be laid over 'http"):
        open_state("http://127.0.0.1:1/v1", adapter, tmp_path / "serving")
    with pytest.raises(InvalidInput, match="is GGUF, and the base is not"):
        open_state(str(tmp_path), adapter, tmp_path / "serving")
    with pytest.raises(ModelMissing, match="cannot be read"):
        open_state("embedded", tmp_path / "nothing", tmp_path / "serving")
    assert not (tmp_path / "serving").exists()


def test_a_copy_that_was_cut_short_is_made_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("xllamacpp")
    base, adapter = str(gguf(tmp_path / "base.gguf")), gguf(tmp_path / "adapter.gguf", b"weights")

    def killed(source: Path, target: Path) -> None:
        Path(target).write_bytes(b"GG")
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("models.adversarial.states.shutil.copyfile", killed)
        with pytest.raises(KeyboardInterrupt):
            open_state(base, adapter, tmp_path / "serving")
    open_state(base, adapter, tmp_path / "serving")
    (made,) = (tmp_path / "serving").glob("adapter-*.gguf")
    assert made.read_bytes() == b"GGUFweights"


def test_a_folder_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    base, adapter = str(gguf(tmp_path / "base.gguf")), gguf(tmp_path / "adapter.gguf")
    (tmp_path / "file").write_text("")
    with pytest.raises(InvalidInput, match=r"out: .*cannot be written"):
        open_state(base, adapter, tmp_path / "file" / "serving")
