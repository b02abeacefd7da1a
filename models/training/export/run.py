"""From an adapter on its base, or a tuned checkpoint, to files for others, each judged before it is kept.

What is judged is what lies on the disk: the merged folder is loaded anew, GGUF files by llama.cpp.
"""

from __future__ import annotations

import os
import shutil
import tempfile
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from models.training.errors import in_short
from models.training.export.adapter import check_adapter, factors, load_adapted
from models.training.export.agreement import Agreement, Step, Tolerance, Trace, compared
from models.training.export.base import Base, find_base, load_model, load_tokenizer
from models.training.export.errors import Disagreement
from models.training.export.llama_layout import layout_of
from models.training.export.llama_subject import LlamaSubject
from models.training.export.lora_gguf import write_lora
from models.training.export.model_gguf import write_model
from models.training.export.probes import PROBES, as_text, as_tokens
from models.training.export.torch_subject import TorchSubject
from verifiers.errors import InvalidInput, ToolFailed

Kind = Literal["safetensors", "lora", "lora-f16", "f32", "f16", "q8_0"]
_LORA: tuple[Kind, ...] = ("lora", "lora-f16")
Say = Callable[[str], None]
STEPS = 24
"""Tokens that each probe is continued for."""

# Measured on SmolLM2-135M (docs/expert-iteration.md): float32 agrees to a few hundred-thousandths, while a
# matrix with its rows in the wrong order is off by tenths and more. The rest is what rounding costs.
TOLERANCES: dict[Kind, Tolerance] = {
    "safetensors": Tolerance(worst=0.002, mean=0.0002),
    "lora": Tolerance(worst=0.002, mean=0.0002),
    "lora-f16": Tolerance(worst=0.1, mean=0.01),
    "f32": Tolerance(worst=0.002, mean=0.0002),
    "f16": Tolerance(worst=0.1, mean=0.01),
    "q8_0": Tolerance(worst=2.5, mean=0.25),
}
AS_SERVED = Tolerance(worst=2.5, mean=0.25)
"""Of an adapter over a quantised base: llama.cpp rounds what goes into each product to bytes as well."""


@dataclass(frozen=True)
class Wanted:
    """A file or folder to make.

    Attributes:
        kind: ``safetensors`` a folder with the merged model; ``lora`` the adapter as GGUF in
            float32, ``lora-f16`` in half the size; the others the merged model as GGUF in that precision.
        path: Where; must not be there yet.
    """

    kind: Kind
    path: Path


@dataclass
class _Loaded:
    """The trained model and what it says on the probes."""

    base: Base
    model: Any  # with the adapter on it, if there is one
    tokenizer: Any
    adapted: bool
    texts: list[str]
    ends: frozenset[int]
    trace: Trace
    before: list[list[Step | None]] | None


def export(
    base: str,
    adapter: Path | None,
    wanted: Sequence[Wanted],
    *,
    origin: str | None = None,
    steps: int = STEPS,
    on_progress: Say = lambda said: None,
) -> tuple[Agreement, ...]:
    """Make files out of a trained model, and keep them only if they answer as it does.

    Args:
        base: ``embedded``, a GGUF file or a checkpoint folder; without an adapter the trained model itself.
        adapter: A saved LoRA adapter's folder; None for a checkpoint that was trained as a whole.
        wanted: What to make.
        origin: For such a checkpoint, the model that it was trained from: a GGUF file's tokenizer and
            description are copied. None translates the checkpoint's own.
        steps: Tokens that each probe is continued for.
        on_progress: Told in a sentence what is being done.

    Raises:
        InvalidInput: the model or adapter is not of a kind that can be exported, or a path is taken.
        ModelMissing: there is no such model.
        ToolFailed: the disk is full.
        ToolMissing: torch and its kin, gguf or xllamacpp are not installed.
        Disagreement: something does not answer as the trained model does; nothing of ``wanted`` is there.
    """
    _check(adapter, wanted)
    found = find_base(base)
    described = find_base(origin) if origin else found
    agreements: list[Agreement] = []
    with _workplace(wanted[0].path) as place, warnings.catch_warnings():
        # The libraries warn each other of names that will go: nothing that a person could act on.
        warnings.simplefilter("ignore", FutureWarning)
        loaded = _load(found, adapter, steps, on_progress)
        for one in (one for one in wanted if one.kind in _LORA):
            agreements += _lora(loaded, one.kind, place / one.path.name, place, on_progress)
            _stop_at_disagreement(agreements)
        merged = _merged(loaded) if any(one.kind not in _LORA for one in wanted) else None
        for one in (one for one in wanted if one.kind not in _LORA):
            agreements += _whole(loaded, merged, described, one.kind, place / one.path.name, on_progress)
            _stop_at_disagreement(agreements, rounded=one.kind == "q8_0")
        for one in wanted:
            os.replace(place / one.path.name, one.path)
    return tuple(agreements)


def _check(adapter: Path | None, wanted: Sequence[Wanted]) -> None:
    if adapter is not None:
        check_adapter(adapter)
    elif any(one.kind in _LORA for one in wanted):
        raise InvalidInput("adapter", "is missing.", "Give the folder of a saved LoRA adapter.")
    for one in wanted:
        if one.path.exists():
            raise InvalidInput("output", f"{str(one.path)[:200]!r} is there already.", "Give another name.")
        if not one.path.parent.is_dir():
            raise InvalidInput("output", f"{str(one.path.parent)[:200]!r} is not a folder.", "Make it first.")
        if one.kind != "safetensors" and one.path.suffix != ".gguf":
            raise InvalidInput("output", f"{one.path.name[:200]!r} does not end in .gguf.", "Add that.")


def _load(base: Base, adapter: Path | None, steps: int, say: Say) -> _Loaded:
    say(f"Loading {base.name}")
    tokenizer, model = load_tokenizer(base), load_model(base)
    layout_of(model.config)  # refuses what cannot be exported before the work begins
    texts = [as_text(tokenizer, messages) for messages in PROBES]
    prompts = [as_tokens(tokenizer, text) for text in texts]
    ends = _ends(model, tokenizer)
    name = base.name
    if adapter is not None:
        model = load_adapted(model, adapter)
        name = f"{adapter.name} on {base.name}"
    subject = TorchSubject(model, f"{name} (transformers)", ends)
    said = []
    for done, prompt in enumerate(prompts):
        say(f"Reference: probe {done + 1} of {len(prompts)}")
        said.append(subject.continued(prompt, steps))
    trace = Trace(subject.name, tuple(map(tuple, prompts)), tuple(said))
    before = None
    if adapter is not None:
        with model.disable_adapter():
            before = trace.along(TorchSubject(model, base.name, ends))
    return _Loaded(base, model, tokenizer, adapter is not None, texts, ends, trace, before)


def _ends(model: Any, tokenizer: Any) -> frozenset[int]:
    stated = model.generation_config.eos_token_id if model.generation_config else None
    stated = [stated] if isinstance(stated, int) else list(stated or ())
    return frozenset({*stated, *([tokenizer.eos_token_id] if tokenizer.eos_token_id is not None else ())})


def _lora(loaded: _Loaded, kind: Kind, path: Path, place: Path, say: Say) -> Iterator[Agreement]:
    """Write the adapter; judge it on the base in full precision, and on the base as it is served."""
    say(f"Writing {path.name}")
    layout = layout_of(loaded.model.config)
    write_lora(path, list(factors(loaded.model)), layout, path.stem, half=kind == "lora-f16")
    exact = place / f"under-{path.name}"  # a name of its own, whatever the adapter is called
    write_model(exact, _PlainBase(loaded.model), loaded.base, "f32")
    say(f"Judging {path.name} on the base in float32")
    yield _judged(loaded, exact, path, kind, f"{path.name} on the base in float32 (llama.cpp)")
    exact.unlink()
    if loaded.base.file is not None:
        say(f"Judging {path.name} on {loaded.base.name}")
        yield _judged(loaded, loaded.base.file, path, None, None)


class _PlainBase:
    """A PEFT model's base as if no adapter lay on it: its own names and weights."""

    def __init__(self, adapted: Any) -> None:
        self._adapted = adapted
        self.config = adapted.config

    def state_dict(self) -> dict[str, Any]:
        inner = self._adapted.get_base_model().state_dict()
        return {
            name.replace(".base_layer.", "."): tensor
            for name, tensor in inner.items()
            if ".lora_" not in name
        }


def _merged(loaded: _Loaded) -> Any:
    return loaded.model.merge_and_unload() if loaded.adapted else loaded.model


def _whole(
    loaded: _Loaded, merged: Any, described: Base, kind: Kind, path: Path, say: Say
) -> Iterator[Agreement]:
    say(f"Writing {path.name}")
    if kind == "safetensors":
        merged.save_pretrained(str(path))
        loaded.tokenizer.save_pretrained(str(path))
        say(f"Judging {path.name}")
        again = load_model(Base(path, None))
        subject = TorchSubject(again, f"{path.name} (transformers)", loaded.ends)
        yield compared(loaded.trace, subject, TOLERANCES[kind], loaded.before)
    elif kind in ("f32", "f16", "q8_0"):
        write_model(path, merged, described, kind)
        say(f"Judging {path.name}")
        yield _judged(loaded, path, None, kind, None)


def _judged(
    loaded: _Loaded, path: Path, adapter: Path | None, kind: Kind | None, name: str | None
) -> Agreement:
    tolerance = AS_SERVED if kind is None else TOLERANCES[kind]
    with LlamaSubject(path, adapter, name) as subject:
        for text, prompt in zip(loaded.texts, loaded.trace.prompts, strict=True):
            if subject.tokens(text) != list(prompt):
                raise InvalidInput(
                    "base",
                    "has a tokenizer that llama.cpp does not follow: it cuts a prompt in another way.",
                    "Start from a GGUF file of the same model.",
                )
        return compared(loaded.trace, subject, tolerance, loaded.before)


def _stop_at_disagreement(agreements: Sequence[Agreement], *, rounded: bool = False) -> None:
    if not all(one.agrees for one in agreements):
        raise Disagreement(tuple(agreements), rounded=rounded)


@contextmanager
def _workplace(beside: Path) -> Iterator[Path]:
    """A folder on the disk where the files will be, so that moving them is one step; gone afterwards."""
    try:
        place = Path(tempfile.mkdtemp(prefix=".export-", dir=beside.parent))
    except OSError as error:
        raise InvalidInput(
            "output",
            f"{str(beside.parent)[:200]!r} cannot be written ({error.strerror}).",
            "Name another folder.",
        ) from error
    try:
        yield place
    except OSError as error:
        raise ToolFailed(
            f"{beside.parent} cannot be written ({in_short(error)}).",
            "Make room there, or name another folder.",
        ) from error
    finally:
        shutil.rmtree(place, ignore_errors=True)
