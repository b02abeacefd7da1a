"""Names of models that no file system and no user has."""

from __future__ import annotations

from pathlib import Path

import pytest

from models.errors import ModelMissing
from models.training.recipe_file import placed_model
from models.training.shape import shape_of
from models.training.weights import checkpoint_of
from verifiers.errors import InvalidInput


@pytest.mark.parametrize("name", ["~nobody-of-that-name/model", "~nobody-of-that-name/model.gguf", "./none"])
def test_a_folder_that_is_not_there_is_named(name: str) -> None:
    with pytest.raises(ModelMissing):
        checkpoint_of(name)
    with pytest.raises(InvalidInput, match="its size is not known"):
        shape_of(name)
    assert placed_model(name, Path("/place")).startswith("/place/")


@pytest.mark.parametrize("name", ["x" * 300, "a\0b"])
def test_a_name_that_no_folder_can_have_is_left_to_the_hub(name: str) -> None:
    assert checkpoint_of(name) == name
    with pytest.raises(InvalidInput, match="its size is not known"):
        shape_of(name)
