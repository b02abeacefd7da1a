"""One log format for API and worker, that what is logged cannot break out of.

Messages repeat what clients, models and generated code said. A line break or an escape sequence in them must
not make a line of its own or move a reader's cursor, and no key or password may be in them.
"""

from __future__ import annotations

import json
import logging
import re
import sys
from collections.abc import Mapping
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import IO, Literal

from verifiers.domain import Event
from worker.store.records import Claim

LogFormat = Literal["text", "json"]

request_id: ContextVar[str] = ContextVar("request_id", default="")
"""The request that is being answered."""

_SECRETS = re.compile(
    r"(?i:(?<=bearer )\S+|(?<=basic )\S+)"  # what follows an authorization scheme
    r"|\b(?:acr|whsec|sk)[_-][A-Za-z0-9_+/=-]{8,}"  # our keys, webhook secrets, keys of model servers
    r"|(?<=://)[^\s/@]+(?=@)"  # user and password in an address
)
_LONGEST = 20_000  # characters of one message or traceback


class JobLog:
    """Puts the id of this process's job into every line; see :class:`worker.observing.watch.Watch`."""

    _running: Claim | None = None  # of the process and not of a thread: heartbeat and verifiers log, too

    def __init__(self) -> None:
        self._log = logging.getLogger(__name__)

    @classmethod
    def job_id(cls) -> str:
        """The job that this process runs; empty if none."""
        return cls._running.job_id if cls._running else ""

    def began(self, claim: Claim) -> None:
        """See :meth:`Watch.began`."""
        JobLog._running = claim
        self._log.info("job begins", extra={"fields": {"delivery": claim.delivery}})

    def happened(self, event: Event) -> None:
        """See :meth:`Watch.happened`."""
        self._log.debug("job tells", extra={"fields": {"kind": event.kind, "attempt": event.attempt}})

    def failed(self, error: Exception) -> None:
        """See :meth:`Watch.failed`."""
        self._log.warning("job fails: %s", error)

    def ended(self, end: str) -> None:
        """See :meth:`Watch.ended`."""
        self._log.info("job ends", extra={"fields": {"end": str(end)}})
        JobLog._running = None


class _Formatter(logging.Formatter):
    """Says what every line has: time, level, logger, message, and the ids that it belongs to."""

    def fields(self, record: logging.LogRecord) -> dict[str, object]:
        """A record's fields, without what is empty; texts are free of secrets."""
        at = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        own: Mapping[str, object] = getattr(record, "fields", {})
        found: dict[str, object] = {
            "at": at.replace("+00:00", "Z"),
            "level": record.levelname,
            "logger": record.name,
            "message": _clean(record.getMessage()),
            "task": JobLog.job_id(),
            "request": _clean(request_id.get()),  # which a client may have chosen
            "process": record.process,
            **{name: _clean(value) if isinstance(value, str) else value for name, value in own.items()},
        }
        if record.exc_info and record.exc_info[0] is not None:
            found["error"] = _clean(self.formatException(record.exc_info))
        return {name: value for name, value in found.items() if value not in ("", None)}


class JsonFormatter(_Formatter):
    """One JSON object a line, in ASCII."""

    def format(self, record: logging.LogRecord) -> str:
        """See :meth:`logging.Formatter.format`."""
        return json.dumps(self.fields(record), default=str).replace("\x7f", "\\u007f")


class TextFormatter(_Formatter):
    """For people at a terminal: one line a record, and the lines of its traceback behind it, indented."""

    def format(self, record: logging.LogRecord) -> str:
        """See :meth:`logging.Formatter.format`."""
        found = self.fields(record)
        at, level, logger, message = (found.pop(name, "") for name in ("at", "level", "logger", "message"))
        trace = str(found.pop("error", ""))
        more = "".join(f" {name}={_visible(str(value))}" for name, value in found.items())
        lines = "".join(f"\n    {_visible(line)}" for line in trace.splitlines())
        return f"{at} {level} {logger}: {_visible(str(message))}{more}{lines}"


def configure(level: str, form: LogFormat, stream: IO[str] | None = None) -> None:
    """Send this process's log to standard error, whatever was set up before.

    Args:
        level: The least level that is logged.
        form: How.
        stream: Where to; standard error if None.
    """
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(JsonFormatter() if form == "json" else TextFormatter())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)


def _clean(text: str) -> str:
    cut = text if len(text) <= _LONGEST else f"{text[:_LONGEST]}… (cut)"
    return _SECRETS.sub("***", cut)


def _visible(text: str) -> str:
    """The text with everything that has no shape of its own written as an escape."""
    if text.isprintable():
        return text
    return "".join(
        each if each.isprintable() else each.encode("unicode_escape").decode("ascii") for each in text
    )
