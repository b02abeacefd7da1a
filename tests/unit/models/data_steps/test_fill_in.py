from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from models.data.document import Document
from models.data.pairs.fill_in import FillInStep
from models.data.source.fill import Gap, Sentinels, gaps, joined
from models.data.source.grammars import parse
from models.data.step import Dropped, Kept

TEXT = 'def f(a):\n    b = "äöü" + a\n    return b\n\n\ndef g():\n    return f("x") + "longer text"\n'


def test_a_gap_has_the_borders_of_the_tree_and_its_parts_are_the_text() -> None:
    source = parse(TEXT, "python")
    assert source is not None
    found = gaps(source, "0", 20, least=5)
    assert len(found) > 5
    assert len(set(found)) == len(found)
    for gap in found:
        assert gap.prefix + gap.middle + gap.suffix == TEXT
        assert gap.middle == gap.middle.strip()
        assert 5 <= len(gap.middle.encode()) <= 2000


def test_the_seed_decides() -> None:
    source = parse(TEXT, "python")
    assert source is not None
    assert gaps(source, "1", 3) == gaps(source, "1", 3)
    assert len({tuple(gaps(source, str(seed), 2)) for seed in range(10)}) > 3


def test_both_orders() -> None:
    gap = Gap("a", "b", "c")
    marks = Sentinels(prefix="<P>", suffix="<S>", middle="<M>")
    assert joined(gap, "psm", marks) == ("<P>a<S>c<M>", "b")
    assert joined(gap, "spm", marks) == ("<P><S>c<M>a", "b")


def test_sentinels_must_differ() -> None:
    with pytest.raises(ValidationError, match="three different texts"):
        Sentinels(prefix="<a>", suffix="<a>")


def _document(text: str, language: str = "python") -> Document:
    return Document(id="a", text=text, source="s", path="a.py", language=language)


def test_rows_of_the_step() -> None:
    done = FillInStep(share=1.0, per_file=2, order="psm")(_document(TEXT))
    assert isinstance(done, Kept)
    assert [item.method for item in done.documents] == ["", "fill-in", "fill-in"]
    assert [item.id for item in done.documents] == ["a", "a#gap0", "a#gap1"]
    assert done.documents[1].text.startswith("<fim_prefix>")
    assert done.counts == {"gaps": 2}
    assert done == FillInStep(share=1.0, per_file=2, order="psm")(_document(TEXT))


def test_a_text_with_a_sentinel_in_it_is_dropped() -> None:
    assert FillInStep()(_document("a = '<fim_middle>'\n")) == Dropped("holds a sentinel")


def test_the_share_of_files_is_kept() -> None:
    step = FillInStep(share=0.5)
    taken = [step(_document(TEXT).model_copy(update={"id": str(number)})) for number in range(200)]
    assert 70 < sum(len(done.documents) == 2 for done in taken if isinstance(done, Kept)) < 130


@given(text=st.text(max_size=80))
def test_hostile_text_never_raises(text: str) -> None:
    assert isinstance(FillInStep(share=1.0)(_document(text)), Kept | Dropped)
