from __future__ import annotations

import io
import json
import logging
import threading
from collections.abc import Iterator

import pytest

from tests.unit.worker.watched import claim_of
from worker.observing.logs import JobLog, LogFormat, configure, request_id

HOSTILE = "ok\n2026-01-01T00:00:00Z ERROR forged\r\x1b[2J\x1b]0;title\x07\u2028\u202e\x85\x7f"


class Log:
    """The root logger writing into memory."""

    def __init__(self) -> None:
        self.stream = io.StringIO()

    def write(self, form: LogFormat) -> logging.Logger:
        configure("INFO", form, self.stream)
        return logging.getLogger("acrisol.test")

    @property
    def text(self) -> str:
        return self.stream.getvalue()


@pytest.fixture
def log() -> Iterator[Log]:
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level
    yield Log()
    root.handlers[:] = handlers
    root.setLevel(level)


def test_a_line_of_json_holds_the_ids_that_it_belongs_to(log: Log) -> None:
    logger = log.write("json")
    watch, claim = JobLog(), claim_of(1_800_000_000.0)
    watch.began(claim)
    token = request_id.set("r-1")
    thread = threading.Thread(target=logger.warning, args=("from a thread of %s", "a verifier"))
    thread.start()
    thread.join()
    logger.info("said", extra={"fields": {"ms": 1.5}})
    request_id.reset(token)
    watch.ended("solved")
    logger.info("later")
    lines = [json.loads(line) for line in log.text.splitlines()]
    assert [line["message"] for line in lines] == [
        "job begins",
        "from a thread of a verifier",
        "said",
        "job ends",
        "later",
    ]
    assert [line.get("task") for line in lines] == [*[claim.job_id] * 4, None]
    assert (lines[2]["request"], lines[2]["ms"], lines[3]["end"]) == ("r-1", 1.5, "solved")
    assert lines[0]["at"].endswith("Z")


@pytest.mark.parametrize("form", ["json", "text"])
def test_nothing_that_is_logged_breaks_out_of_its_line(log: Log, form: LogFormat) -> None:
    logger = log.write(form)
    logger.info("%s", HOSTILE, extra={"fields": {"path": HOSTILE}})
    assert log.text.count("\n") == 1
    line = log.text.removesuffix("\n")
    assert line.isprintable()
    assert "forged" in line


def test_a_traceback_in_text_cannot_pass_for_lines_of_the_log(log: Log) -> None:
    logger = log.write("text")
    try:
        raise ValueError(HOSTILE)
    except ValueError:
        logger.exception("It broke.")
    first, *rest = log.text.splitlines()
    assert "It broke." in first
    assert rest
    assert all(line.startswith("    ") and line.isprintable() for line in rest)


@pytest.mark.parametrize("form", ["json", "text"])
def test_no_secret_is_logged(log: Log, form: LogFormat) -> None:
    logger = log.write(form)
    key, hook = "acr_" + "k" * 43, "whsec_" + "c2VjcmV0" * 4
    said = f"Authorization: Bearer {key}; {hook}; redis://:pass-word@host/0; postgresql+psycopg://u:p4ss@db/x"
    logger.warning(said, extra={"fields": {"url": said}})
    try:
        raise RuntimeError(said)
    except RuntimeError:
        logger.exception("It broke.")
    for secret in (key, hook, "pass-word", "p4ss"):
        assert secret not in log.text
    assert "@host/0" in log.text


def test_a_flood_in_one_message_is_cut(log: Log) -> None:
    log.write("json").info("%s", "x" * 1_000_000)
    assert len(log.text) < 25_000
