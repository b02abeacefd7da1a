"""Counts add up, and hostile names break no card."""

from __future__ import annotations

from pathlib import Path

from models.data.card import Card, Digested, StepReport, markdown
from models.data.counting import Flow, Tally, read_flow, total
from models.data.document import Document
from models.data.reading.opening import Provenance
from models.data.recipe import Recipe


def test_flows_of_shards_add_up_whatever_their_order(tmp_path: Path) -> None:
    for rank, reasons in enumerate((["a", "b"], ["b"], [])):
        tally = Tally()
        for reason in reasons:
            tally.dropped[reason] += 1
        document = Document(id=str(rank), text="é", source="s", language="python", license="MIT")
        tally.enters(document)
        tally.leaves(document)
        tally.save(tmp_path / f"{rank:05d}.json")
    flow = read_flow(tmp_path)
    assert (flow.documents_in, flow.bytes_out, flow.dropped) == (3, 6, {"a": 1, "b": 2})
    assert (flow.languages, flow.licenses) == ({"python": 3}, {"MIT": 3})
    parts = [Flow(dropped={"z": 1}), Flow(dropped={"a": 1})]
    assert total(parts).model_dump_json() == total(reversed(parts)).model_dump_json()


def test_hostile_names_break_no_table() -> None:
    evil = "MIT | <script>alert(1)</script> ![x](https://example.com/x.png)\n\n# Heading \x1b]0;x\x07\u202e"
    recipe = Recipe.model_validate({"sources": [{"kind": "folder", "name": "a", "path": "x"}]})
    card = Card(
        name="n",
        description=evil,
        made_by=(evil,),
        recipe_digest="0" * 64,
        recipe=recipe,
        sources=(Provenance(source="a", kind="folder", origin=evil),),
        steps=(StepReport(step="read a", flow=Flow(dropped={evil: 1})),),
        licenses={evil: 3, "": 1},
        languages={"python": 4},
        splits={"train": 4},
        files=(Digested(file="train.jsonl", rows=4, bytes=100, sha256="f" * 64),),
    )
    text = markdown(card)
    assert "<script>" not in text
    assert "\n# Heading" not in text
    assert "![" not in text
    assert text.replace("\n", "").isprintable()  # it is shown in terminals
    for line in text.splitlines():
        if line.startswith("| MIT"):
            assert line.replace("\\|", "").count("|") == 3
    assert "(unknown)" in text
    assert Card.model_validate_json(card.model_dump_json()) == card
