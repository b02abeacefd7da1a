"""Tasks while everything around them breaks.

    python -m benchmarks.chaos [--tasks 1000] [--database sqlite|postgres|both] [--seed N]

Two real ``acrisol serve`` with their workers on one Redis and one database. Meanwhile processes are killed
and frozen, Redis is killed, emptied and frozen, clocks are set, the disk fills up, Postgres crashes. At the
end each task has to have exactly one outcome. Filling the disk needs root (a small tmpfs is mounted); clocks
need a C compiler; Postgres has to be installed.
"""

from __future__ import annotations

import argparse
import os
from pathlib import Path

from benchmarks.chaos.faults import FAULTS
from benchmarks.chaos.run import Plan, Report, run
from benchmarks.report import finish, machine, table

_WORDS = {
    "outcomes": "outcomes",
    "runs": "times that a worker took a task up",
    "deaths": "tasks taken from a worker that had died or was frozen",
    "given_back": "tasks put back by a worker: it was told to stop, or could not write its checkpoint",
    "webhooks": "webhooks acknowledged",
    "lost": "**accepted and lost**",
    "doubled": "**two tasks for one submission**",
    "broken": "**ended without an outcome**",
    "ends": "**not exactly one terminal event**",
    "gaps": "**events with a gap**",
    "stale": "**written with a stale token**",
    "untold": "**no webhook told of its end**",
    "told_twice": "**two webhooks told of one end**",
    "told_together": "**a webhook sent twice at a time**",
    "told_again": "**a webhook sent again though acknowledged, without a death**",
}


def main() -> int:
    """Print the tables; 0 if nothing was lost or doubled."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--tasks", type=int, default=1000, help="for each database")
    parser.add_argument("--database", choices=("sqlite", "postgres", "both"), default="both")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--calm", type=float, default=2.0, help="longest pause between two faults, seconds")
    parser.add_argument("--keep", type=Path, help="an empty folder for all files; logs lie there afterwards")
    parser.add_argument("--data", help="not used: this benchmark needs none")
    arguments = parser.parse_args()
    print(machine())
    print(f"1-minute load at the start: {os.getloadavg()[0]:.1f}\n")
    plan = Plan(arguments.tasks, arguments.seed, arguments.calm)
    databases = ("sqlite", "postgres") if arguments.database == "both" else (arguments.database,)
    reports = [run(plan, database, arguments.keep) for database in databases]
    return _report(reports, arguments.tasks)


def _report(reports: list[Report], tasks: int) -> int:
    for report in reports:
        rows = [
            [name, report.faults[name], report.again[name], report.taken[name]]
            for name in FAULTS
            if report.faults[name]
        ]
        head = [f"{report.database}: fault", "times", "requests sent again", "tasks taken from a worker"]
        print(table(head, rows))
        print(f"\n{report.seconds:.0f} s; not done here: {', '.join(report.left_out) or 'nothing'}")
        print(f"webhooks that a clock which was set back delayed by an hour: {report.late}\n")
    ledgers = [report.ledger for report in reports]
    rows = [[words, *(getattr(one, name) for one in ledgers)] for name, words in _WORDS.items()]
    print(table([f"of {tasks} tasks", *(report.database for report in reports)], rows))
    wrong = sum(sum(one.wrong.values()) if one else tasks for one in ledgers)
    outcomes = sum(one.outcomes if one else 0 for one in ledgers)
    faults = sum(sum(report.faults.values()) for report in reports)
    expected = tasks * len(reports)
    return finish(
        f"{outcomes} outcomes of {expected} tasks through {faults} faults, {wrong} lost, doubled or wrong "
        f"(goals: {expected}, 0)",
        wrong == 0 and outcomes == expected,
    )


if __name__ == "__main__":
    raise SystemExit(main())
