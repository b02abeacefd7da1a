"""``acrisol data from-outcomes``: rows of the service's own tasks, where their users have agreed to it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, closing
from pathlib import Path
from types import TracebackType
from typing import Annotated, Self

import typer
from rich.console import Console

from agent.examiner import AgentExaminer, open_examiner
from agent.prompts import SMALL_CONTEXT, PromptLimits
from agent.settings import AgentSettings
from api.cli.exits import reported_errors
from api.cli.rendering import plain
from models.data.outcomes import Row, rows_of
from models.data.private import without_private
from models.data.row_files import write_rows
from models.examining import Judged
from verifiers.domain import CodingTask
from worker.settings import WorkerSettings
from worker.store.database import open_database
from worker.store.training import ended_tasks

SMALL = Annotated[
    bool, typer.Option("--small-context", help="Put prompts as for the embedded model (short ones).")
]


class PromptsFirst(AgentExaminer):
    """Opens a sandbox only when there is something to judge: most tasks were judged when they were solved."""

    def __init__(self, limits: PromptLimits) -> None:
        super().__init__((), limits)
        self._open = ExitStack()
        self._judging: AgentExaminer | None = None

    def judge_files(self, task: CodingTask, files: Sequence[tuple[str, str]], *, scan: bool = True) -> Judged:
        """See :meth:`models.examining.Examiner.judge_files`."""
        if self._judging is None:
            self._judging = self._open.enter_context(open_examiner(AgentSettings()))
        return self._judging.judge_files(task, files, scan=scan)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._open.close()


def from_outcomes(
    output: Annotated[Path, typer.Option("--output", "-o", help="Where the rows go.")],
    tenant: Annotated[str | None, typer.Option(help="Only this tenant's tasks.")] = None,
    small_context: SMALL = False,
) -> None:
    """Make rows of the service's own tasks, where their users have agreed to it."""
    tasks: Counter[str] = Counter()
    dropped: Counter[str] = Counter()
    with reported_errors(Console(stderr=True, highlight=False)):
        with (
            closing(open_database(WorkerSettings().database)) as database,
            PromptsFirst(SMALL_CONTEXT if small_context else PromptLimits()) as examiner,
        ):

            def rows() -> Iterator[Row]:
                for ended in ended_tasks(database, tenant):
                    tasks["tasks"] += 1
                    yield from rows_of(ended, examiner)

            counts = write_rows(without_private(rows(), dropped), output)
        console = Console(highlight=False)
        said = f"{tasks['tasks']:,} tasks with consent gave {counts.total():,} rows in {output}."
        console.print(plain(said), soft_wrap=True)
        for name, count in sorted(counts.items()):
            console.print(plain(f"  {name}: {count:,}"))
        for name, count in sorted(dropped.items()):
            console.print(plain(f"  left out, {name}: {count:,}"))
