from __future__ import annotations

import threading

import pytest

from verifiers.stopping import NoLongerWanted, Stop, ended_by


def test_what_a_governed_thread_waits_for_is_ended() -> None:
    stop, begun, over, seen = Stop(), threading.Event(), threading.Event(), []

    def work() -> None:
        try:
            with stop.governs(), ended_by(over.set):
                begun.set()
                over.wait(30)
                seen.append("a result that nobody wants")
        except NoLongerWanted:
            seen.append("ended")

    thread = threading.Thread(target=work)
    thread.start()
    assert begun.wait(30)
    stop.tell()
    thread.join(30)
    assert seen == ["a result that nobody wants", "ended"]


def test_what_begins_after_it_was_told_is_ended_at_once() -> None:
    over = threading.Event()
    with Stop() as stop, stop.governs():
        stop.tell()
        with pytest.raises(NoLongerWanted), ended_by(over.set):
            assert over.wait(30)


def test_what_has_ended_by_itself_is_left_alone() -> None:
    ended: list[str] = []
    with Stop() as stop, stop.governs(), ended_by(lambda: ended.append("x")):
        pass
    assert stop.told
    assert ended == []


def test_one_that_cannot_be_ended_does_not_save_the_others(caplog: pytest.LogCaptureFixture) -> None:
    ended: list[str] = []

    def broken() -> None:
        raise OSError("the engine is gone")

    stop = Stop()
    with pytest.raises(NoLongerWanted), stop.governs(), ended_by(broken), ended_by(lambda: ended.append("x")):
        stop.tell()
    assert ended == ["x"]
    assert "goes on until its own deadline" in caplog.text


def test_other_threads_are_not_governed() -> None:
    with Stop() as stop, stop.governs():
        stop.tell()
        seen: list[bool] = []
        thread = threading.Thread(target=lambda: seen.append(_waits()))
        thread.start()
        thread.join(30)
        assert seen == [True]


def _waits() -> bool:
    with ended_by(lambda: None):
        return True
