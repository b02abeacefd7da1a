"""Clients that submit tasks by HTTP, by nothing but sockets: their own cost is not to be measured."""

from __future__ import annotations

import asyncio
import json
import random
import time
from urllib.parse import urlsplit

_BODY = json.dumps({"instruction": "Write a function `add(a, b)`."}).encode()


async def submit_all(url: str, key: str, clients: int, submissions: int, rate: float) -> list[float]:
    """Submit tasks from clients that each keep a connection and wait for their answer.

    Args:
        url: The server's.
        key: An API key.
        clients: How many.
        submissions: Of all of them together.
        rate: Submissions a second that all of them together aim at; 0 for as many as go.

    Returns:
        Milliseconds from a submission until its answer, of each.
    """
    pause_s = clients / rate if rate else 0.0
    each = submissions // clients
    found = await asyncio.gather(*(_client(url, key, each, pause_s) for _ in range(clients)))
    return [taken for one in found for taken in one]


async def _client(url: str, key: str, submissions: int, pause_s: float) -> list[float]:
    parts = urlsplit(url)
    reader, writer = await asyncio.open_connection(parts.hostname, parts.port)
    head = (
        f"POST /v1/tasks HTTP/1.1\r\nHost: {parts.netloc}\r\nContent-Type: application/json\r\n"
        f"Authorization: Bearer {key}\r\nContent-Length: {len(_BODY)}\r\n\r\n"
    )
    found = []
    due = time.perf_counter() + random.random() * pause_s
    for _ in range(submissions):
        await asyncio.sleep(max(0.0, due - time.perf_counter()))
        due += pause_s
        begin = time.perf_counter()
        writer.write(head.encode() + _BODY)
        status = await _answer(reader)
        found.append((time.perf_counter() - begin) * 1000)
        if status != 202:
            raise SystemExit(f"A submission was answered by status {status}.")
    writer.close()
    return found


async def _answer(reader: asyncio.StreamReader) -> int:
    head = (await reader.readuntil(b"\r\n\r\n")).decode()
    lines = head.split("\r\n")
    (length,) = [line.partition(":")[2] for line in lines if line.lower().startswith("content-length:")]
    await reader.readexactly(int(length))
    return int(lines[0].split()[1])
