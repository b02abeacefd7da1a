"""``acrisol adversarial lean``: how likely a model finds insecure solutions, before and after an adapter."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from agent.examiner import AgentExaminer
from api.cli.adversarial_options import FAMILY, LANGUAGE, LIMIT, RoundsBar, attacks_of, limits_for
from api.cli.exits import reported_errors
from models.adversarial.leaning import Leaning, lean, open_both, pairs_of, summed
from models.adversarial.page import WORDS, told
from models.adversarial.rounds import both_sides
from models.evaluation.estimators import Estimate
from models.select import EMBEDDED
from verifiers.errors import InvalidInput


def lean_(
    model: Annotated[str, typer.Option(help="embedded, a GGUF file or a checkpoint folder.")] = EMBEDDED,
    adapter: Annotated[
        Path | None, typer.Option(help="Compare the model with itself under this adapter's folder.")
    ] = None,
    family: FAMILY = None,
    language: LANGUAGE = None,
    limit: LIMIT = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the numbers as JSON on stdout.")] = False,
) -> None:
    """Measure without writing code how likely a model finds the insecure solution of each attack."""
    errors = Console(stderr=True, highlight=False)
    with reported_errors(errors):
        cases = pairs_of(both_sides(attacks_of(family, language, limit)))
        if not cases:
            raise InvalidInput(
                "family", "no attack among these has two solutions to compare.", "Choose others as well."
            )
        # Without verifiers: putting prompts needs none.
        examiner = AgentExaminer((), limits_for(model))
        opened, tokenizer = open_both(model, adapter)
        states = []
        with RoundsBar(errors) as bar:
            if adapter is not None:
                bar.step("Leaning, before")
                with opened.disable_adapter():
                    states.append(lean(cases, opened, tokenizer, examiner, on_done=bar.cases))
            bar.step("Leaning, with the adapter" if adapter else "Leaning")
            states.append(lean(cases, opened, tokenizer, examiner, on_done=bar.cases))
        found = summed(states)
        if as_json:
            typer.echo("[" + ", ".join(each.model_dump_json() for each in found) + "]")
            return
        Console(highlight=False).print(_table(found))


def _table(found: list[Leaning]) -> Table:
    table = Table(title="Where a pair differs, the insecure side is likelier", title_justify="left")
    for column in ("attacks", "", "before", "after", "p"):
        table.add_column(column, overflow="fold")
    for each in found:
        rows = (
            ("in so many attacks", [told(estimate) for estimate in each.insecure], ""),
            ("by so many nats a token", [_nats(estimate) for estimate in each.margin], f"{each.p:.3f}"),
        )
        for what, values, p in rows:
            shown = (*values, "-")[:2]
            table.add_row(Text(WORDS[each.split.value], style="bold"), what, *shown, p)
    return table


def _nats(estimate: Estimate) -> str:
    return f"{estimate.value:+.2f} ({estimate.low:+.2f} to {estimate.high:+.2f})"
