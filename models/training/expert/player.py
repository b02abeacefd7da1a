"""The model of a round, as llama.cpp serves it: several times as fast on a CPU as transformers."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from pydantic import TypeAdapter

from models.chat import ChatModel
from models.embedded import EmbeddedModel
from models.training.expert.first_block import FirstBlock
from models.training.expert.recipe import Drawing, ExpertRecipe
from models.training.export.agreement import Agreement
from models.training.export.base import find_base
from models.training.export.run import Say, Wanted, export
from models.training.run_folder import write

_AGREEMENTS = TypeAdapter(tuple[Agreement, ...])
_BASE, _ADAPTER, _WHOLE = "base.f16.gguf", "{name}-{round}.gguf", "{name}-{round}.q8_0.gguf"


@dataclass(frozen=True)
class Player:
    """A model to ask.

    Attributes:
        gguf: The model.
        adapter: What lies over it; None for nothing.
    """

    gguf: Path
    adapter: Path | None = None

    @property
    def name(self) -> str:
        """As the served model is called."""
        return f"{self.gguf.stem}+{self.adapter.stem}" if self.adapter else self.gguf.stem

    def open(self, drawing: Drawing, *, first_block: bool = False) -> ChatModel:
        """A server for it, which belongs to the caller and is started at its first call.

        Args:
            drawing: How it is asked.
            first_block: Break answers off behind their first code block.

        Raises:
            ModelMissing: a file is gone, or xllamacpp is not installed.
        """
        model = EmbeddedModel(
            self.gguf, adapter=self.adapter, slots=drawing.slots, context=drawing.context, cache_mib=0
        )
        return FirstBlock(model) if first_block else model


def base_player(recipe: ExpertRecipe, folder: Path, say: Say) -> Player:
    """The model before training; a checkpoint's folder is made into a GGUF file once.

    Raises:
        ModelMissing: there is no such model.
        Disagreement: the file does not answer as the checkpoint does.
    """
    base = find_base(recipe.model)
    if base.file is not None:
        return Player(base.file)
    made = folder / _BASE
    if not made.exists():
        export(recipe.model, None, [Wanted("f16", made)], on_progress=say)
    return Player(made)


def trained_player(
    recipe: ExpertRecipe, number: int, best: Path, base: Player, folder: Path, say: Say
) -> tuple[Player, tuple[Agreement, ...]]:
    """The model of a round after its training, and how its file was found to be it.

    Args:
        recipe: Says what was trained.
        number: The round.
        best: The adapter or checkpoint that training kept.
        base: The model before it.
        folder: The round's.
        say: Told in a sentence what is being done.

    Raises:
        Disagreement: the file does not answer as the trained model does.
    """
    full = recipe.learning.tuning == "full"
    path = folder / (_WHOLE if full else _ADAPTER).format(name=recipe.name, round=number)
    player = Player(path) if full else Player(base.gguf, path)
    known = folder / "agreements.json"
    if path.exists():
        return player, _AGREEMENTS.validate_json(known.read_bytes()) if known.exists() else ()
    if full:
        wanted = [Wanted("q8_0", path)]
        found = export(str(best), None, wanted, origin=recipe.model, on_progress=say)
    else:
        found = export(recipe.model, best, [Wanted("lora", path)], on_progress=say)
    write(known, _AGREEMENTS.dump_json(found, indent=2).decode())
    return player, found
