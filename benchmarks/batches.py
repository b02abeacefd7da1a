"""A batch whose server and workers are killed in the middle: no line is lost, none comes out twice.

    python -m benchmarks.batches [--lines 10000] [--kills 2] [--seed 6]

A real ``acrisol serve`` with real worker processes and a solver that does nothing gets a file with its lines
in no order and one in a hundred that cannot be read. Server, workers and Redis are killed by SIGKILL as often
as said, at even distances, and started again. Then every ``custom_id`` is looked for in the output and the
error file. There is no peer in this table: none takes such a file and says what became of its lines.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx2 as httpx
from sqlalchemy import func, select

from benchmarks.processes import below
from benchmarks.report import finish, machine, progress, table
from worker.batches.lines import MAX_LINE_BYTES
from worker.settings import WorkerSettings
from worker.store.database import open_database
from worker.store.schema import jobs

_LOOK_S = 0.2
_LONGEST_S = 3_600.0
_ENDED = ("completed", "failed", "expired", "cancelled")
_BAD = (
    "{",
    "[1, 2]",
    "\x00\x01\x02",
    "[" * 100_000,
    '{"instruction": "Nobody knows my name."}',
    '{"custom_id": "", "instruction": "x"}',
    '{"custom_id": "%s", "instruction": ""}',
    '{"custom_id": "%s", "url": "http://169.254.169.254/", "body": {}}',
    '{"custom_id": "%s", "url": "/v1/chat/completions", "body": {"messages": []}}',
)


@dataclass
class Sent:
    """A file and what has to become of it.

    Attributes:
        lines: Its lines, in order.
        good: Names of the lines that get a result.
        bad: Names (None where there is none to be read) of the others by their line's number.
    """

    lines: list[str]
    good: set[str]
    bad: dict[int, str | None]


@dataclass
class Run:
    """A server that is killed and started again.

    Attributes:
        home: Its folder.
        peak_mb: The most memory that a server process held.
        down_s: Seconds from a kill until the next server answered.
    """

    home: Path
    peak_mb: float = 0.0
    down_s: list[float] = field(default_factory=list)

    @contextmanager
    def server(self) -> Iterator[httpx.Client]:
        """A client of a server process, which is killed at the end with all that it started."""
        environment = os.environ | {
            "ACRISOL_HOME": str(self.home),
            "ACRISOL_PORT": "0",
            "ACRISOL_LEASE_S": "5",
            "ACRISOL_PER_MINUTE": "100000",
        }
        command = (sys.executable, "-m", "benchmarks.queue_serve")
        process = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True)
        try:
            assert process.stdout is not None
            url = process.stdout.readline().strip()
            key = (self.home / "api-key").read_text().strip()
            headers = {"Authorization": f"Bearer {key}"}
            with httpx.Client(base_url=url, headers=headers, timeout=120) as client:
                yield client
        finally:
            self.peak_mb = max(self.peak_mb, _peak_mb(process.pid))
            for pid in (process.pid, *below(process.pid)):
                os.kill(pid, signal.SIGKILL)
            process.wait()


def make_file(count: int, seed: int) -> Sent:
    """Lines in no order: one in a hundred cannot be read, one of them because it is too long."""
    chance = random.Random(seed)
    names = [f"line/{number}" for number in range(count)]
    bad = set(chance.sample(names, count // 100))
    long = min(bad, default=None)
    twice = chance.sample([name for name in names if name not in bad], count // 1000)
    lines: list[tuple[str | None, str]] = []
    for name in names:
        if name == long:
            lines.append((None, json.dumps({"custom_id": name, "instruction": "x" * MAX_LINE_BYTES})))
        elif name in bad:
            text = chance.choice(_BAD)
            lines.append((name if "%s" in text else None, text.replace("%s", name)))
        else:
            lines.append((name, _good(name)))
    chance.shuffle(lines)
    for name in twice:  # behind the first line with that name, wherever that is
        place = next(place for place, line in enumerate(lines) if line[0] == name)
        lines.insert(chance.randint(place + 1, len(lines)), (None, _good(name)))
    good = {name for name in names if name not in bad}
    wrong = {number: name for number, (name, _) in enumerate(lines, 1) if name is None or name not in good}
    return Sent([text for _, text in lines], good, wrong)


def run(sent: Sent, kills: int, own: Run) -> tuple[list[Any], list[Any]]:
    """Send a file, kill the server as often as said, and fetch what came out."""
    batch_id = ""
    for number in range(kills + 1):
        begin = time.monotonic()
        with own.server() as client:
            if not batch_id:
                batch_id = _submit(client, sent)
            else:
                client.get(f"/v1/batches/{batch_id}").raise_for_status()
                own.down_s.append(time.monotonic() - begin)
            until = len(sent.lines) * (number + 1) // (kills + 1)
            batch = _wait(client, batch_id, None if number == kills else until, number)
            if number == kills:
                return _told(client, batch["output_file_id"]), _told(client, batch["error_file_id"])
    raise AssertionError


def _submit(client: httpx.Client, sent: Sent) -> str:
    files = {"file": ("tasks.jsonl", "\n".join(sent.lines).encode())}
    file = client.post("/v1/files", files=files, data={"purpose": "batch"}).raise_for_status().json()
    body = {"input_file_id": file["id"], "endpoint": "/v1/tasks", "completion_window": "24h"}
    return str(client.post("/v1/batches", json=body).raise_for_status().json()["id"])


def _wait(client: httpx.Client, batch_id: str, until: int | None, kills: int) -> Any:
    deadline = time.monotonic() + _LONGEST_S
    while time.monotonic() < deadline:
        batch = client.get(f"/v1/batches/{batch_id}").raise_for_status().json()
        counts = batch["request_counts"]
        ended = counts["completed"] + counts["failed"]
        progress(f"{ended:,} of {counts['total']:,} lines, {kills} kills, {batch['status']}")
        if batch["status"] in _ENDED or (until is not None and ended >= until):
            return batch
        time.sleep(_LOOK_S)
    raise SystemExit("the batch does not end")


def _told(client: httpx.Client, file_id: str) -> list[Any]:
    with client.stream("GET", f"/v1/files/{file_id}/content") as answer:
        return [json.loads(line) for line in answer.raise_for_status().iter_lines()]


def _good(name: str) -> str:
    return json.dumps({"custom_id": name, "instruction": "Write a function `add(a, b)`."})


def _peak_mb(pid: int) -> float:
    try:
        status = (Path("/proc") / str(pid) / "status").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return 0.0
    found = [line for line in status.splitlines() if line.startswith("VmHWM")]
    return int(found[0].split()[1]) / 1024 if found else 0.0


def judge(sent: Sent, output: list[Any], errors: list[Any], made: int) -> tuple[int, int, int]:
    """How many lines were lost, came out twice, or are told under another's number or name."""
    seen = Counter(line["custom_id"] for line in (*output, *errors) if line["custom_id"] is not None)
    expected = sent.good | {name for name in sent.bad.values() if name is not None}
    lost = len(expected - seen.keys()) + len(sent.bad) - len(errors)
    doubled = sum(count - 1 for count in seen.values()) + made - len(sent.good)
    told = {line["error"]["line"]: line["custom_id"] for line in errors}
    return lost, doubled, len(told.items() ^ sent.bad.items()) + len(seen.keys() - expected)


def main() -> int:
    """Run the benchmark and print its table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--lines", type=int, default=10_000)
    parser.add_argument("--kills", type=int, default=2)
    parser.add_argument("--seed", type=int, default=6)
    asked = parser.parse_args()
    sent = make_file(asked.lines, asked.seed)
    with tempfile.TemporaryDirectory(prefix="acrisol-batches-") as folder:
        own, begin = Run(Path(folder)), time.monotonic()
        output, errors = run(sent, asked.kills, own)
        seconds = time.monotonic() - begin
        database = open_database(WorkerSettings(home=own.home).database)
        with database.begin() as connection:
            made = connection.execute(select(func.count()).select_from(jobs)).scalar_one()
        database.close()
    lost, doubled, wrong = judge(sent, output, errors, made)
    rows = [
        ("lines of the file, in no order", f"{len(sent.lines):,}"),
        ("of them unreadable", f"{len(sent.bad):,}"),
        ("kills of server, workers and Redis", asked.kills),
        ("lines in the output file", f"{len(output):,}"),
        ("lines in the error file", f"{len(errors):,}"),
        ("jobs", f"{made:,}"),
        ("lost", lost),
        ("doubled", doubled),
        ("under the wrong number or name", wrong),
        ("seconds, restarts included", f"{seconds:.0f}"),
        ("seconds of each restart", ", ".join(f"{down:.1f}" for down in own.down_s)),
        ("lines a second", f"{len(sent.lines) / seconds:.0f}"),
        ("most memory of the server, MB", f"{own.peak_mb:.0f}"),
    ]
    progress("")
    print(f"\n{machine()}\n\n{table(('', 'acrisol'), rows)}")
    said = f"{lost} lost and {doubled} doubled of {len(sent.lines):,} lines after {asked.kills} kills"
    return finish(f"{said} (goal 0)", not (lost or doubled or wrong))


if __name__ == "__main__":
    sys.exit(main())
