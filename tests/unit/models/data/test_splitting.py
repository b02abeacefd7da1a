"""Whole repositories are held out, and whatever is made of a document goes where it goes."""

from __future__ import annotations

import pytest

from models.data.document import Document
from models.data.engine.publishing import split_of
from models.data.pairs.doctests import DoctestStep
from models.data.pairs.fill_in import FillInStep
from models.data.pairs.instructions import InstructionStep
from models.data.recipe import Split
from models.data.step import Kept, Step

TEXT = '''def doubled(values):
    """Returns a list in which every one of the values is doubled.

    >>> doubled([1])
    [2]
    >>> doubled([])
    []
    """
    changed = [value * 2 for value in values]
    return changed
'''


@pytest.mark.parametrize("step", [DoctestStep(), InstructionStep(), FillInStep(share=1.0, per_file=5)])
@pytest.mark.parametrize("repository", ["", "r"])
def test_parts_of_a_document_are_held_out_with_it(step: Step, repository: str) -> None:
    split = Split(validation=0.3, test=0.3)
    for number in range(30):
        file = Document(id=f"s/{number}", text=TEXT, source="s", language="python", repository=repository)
        done = step(file)
        assert isinstance(done, Kept)
        assert len(done.documents) > 1
        assert len({split_of(each, split, seed=0) for each in done.documents}) == 1
