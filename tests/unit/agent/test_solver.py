"""The loop as its callers see it."""

from __future__ import annotations

import threading
import time

import pytest

from agent.sampling import Schedule
from agent.solver import Solver
from models.chat import Completion, Completions, Message
from models.errors import ModelUnavailable
from tests.fakes import FakeClock, FunctionVerifier, ScriptedModel
from tests.unit.agent.support import BAD, GOOD, WORSE, always, failed, holds, passed, raising, task
from verifiers.domain import Candidate, Event, OutcomeStatus, Policy, Sampling, Status, Usage, Verdict
from verifiers.errors import InvalidInput, SandboxUnavailable, ToolFailed
from verifiers.verifier import Stage


def test_a_failure_is_fed_back_and_the_next_attempt_is_accepted() -> None:
    model = ScriptedModel([[BAD], [GOOD]])
    events: list[Event] = []
    outcome = Solver(model, [holds("a + b")]).solve(task(), on_event=events.append)
    assert outcome.status is OutcomeStatus.SOLVED
    assert outcome.solution == outcome.attempts[1]
    assert "assert -1 == 3" in outcome.attempts[0].feedback
    assert [message.role for message in model.calls[1]] == ["system", "user", "assistant", "user"]
    assert "return a - b" in model.calls[1][2].content
    assert outcome.attempts[0].feedback in model.calls[1][3].content
    assert outcome.usage.total == 40
    assert [event.kind for event in events] == [
        "attempt_started",
        "candidate",
        "verdict",
        "feedback",
        "attempt_started",
        "candidate",
        "verdict",
        "outcome",
    ]
    assert Candidate.model_validate(events[1].data) == outcome.attempts[0].candidate
    assert Verdict.model_validate(events[2].data) == outcome.attempts[0].verdicts[0]


def test_a_candidate_that_fails_a_stage_goes_no_further_and_all_findings_of_the_stage_come_back() -> None:
    first, second = holds("a + b", "tests"), holds("a + b", "more-tests")
    scan = always(Status.PASSED, "scan")
    outcome = Solver(ScriptedModel([[BAD], [GOOD]]), [scan, first, second]).solve(task())
    assert [verdict.verifier for verdict in outcome.attempts[0].verdicts] == ["tests", "more-tests"]
    assert [verdict.verifier for verdict in outcome.attempts[1].verdicts] == ["tests", "more-tests", "scan"]
    assert outcome.attempts[0].feedback.count("assert -1 == 3") == 2
    assert len(scan.seen) == 1


def test_identical_candidates_are_verified_once_over_the_whole_task() -> None:
    verifier = holds("a + b")
    model = ScriptedModel([[BAD, BAD + "\nprose"], [BAD, WORSE], [BAD, GOOD]])
    outcome = Solver(model, [verifier]).solve(task(samples=2))
    assert outcome.status is OutcomeStatus.SOLVED
    assert len(verifier.seen) == 3
    assert len(outcome.attempts) == 6
    assert all(attempt.verdicts for attempt in outcome.attempts)


def test_the_least_found_against_wins_then_the_shortest() -> None:
    long = GOOD.replace("return", "c = 0\n    return")

    def scan(candidate: Candidate) -> Verdict:
        short = "c = 0" not in candidate.files[0].content
        return passed("scan").model_copy(update={"findings": failed("scan").findings if short else ()})

    both = Solver(ScriptedModel([[GOOD, long]]), [holds("a + b")]).solve(task(samples=2))
    assert both.solution is not None
    assert both.solution.sample == 1
    noted = Solver(ScriptedModel([[GOOD, long]]), [FunctionVerifier(scan, "scan", Stage.SCAN)]).solve(
        task(samples=2)
    )
    assert noted.solution is not None
    assert noted.solution.sample == 2


def test_deep_scans_stop_at_the_first_acceptable_candidate() -> None:
    deep = always(Status.PASSED, "deep", Stage.DEEP_SCAN)
    texts = [GOOD, GOOD.replace("a + b", "b + a"), GOOD.replace("a + b", "(a + b)")]
    outcome = Solver(ScriptedModel([texts]), [deep]).solve(task(samples=3))
    assert outcome.status is OutcomeStatus.SOLVED
    assert len(deep.seen) == 1


def test_the_best_of_all_rounds_is_fed_back_and_a_stuck_model_starts_over() -> None:
    def judge(candidate: Candidate) -> Verdict:
        share = 3 if "a - b" in candidate.files[0].content else 1
        verdict = failed("tests", f"share {'x' * share}")
        return verdict.model_copy(update={"evidence": {"expected": 4, "counts": {"passed": share}}})

    model = ScriptedModel([[BAD], [WORSE], [WORSE.replace("None", "0")]])
    outcome = Solver(model, [FunctionVerifier(judge, "tests")]).solve(task(attempts=3))
    assert outcome.status is OutcomeStatus.EXHAUSTED
    assert "a - b" in model.calls[1][2].content  # the better one is fed back
    assert len(model.calls[2]) == 2  # the worse answer to it is not: a fresh start instead
    assert "3 attempts" in outcome.reason


def test_temperatures_and_seeds_are_planned_and_the_same_again() -> None:
    asked: list[tuple[float, int | None, int]] = []

    class Watching(ScriptedModel):
        def complete(self, messages, sampling, n, timeout_s):  # type: ignore[no-untyped-def]
            asked.append((sampling.temperature, sampling.seed, n))
            return super().complete(messages, sampling, n, timeout_s)

    script = [[BAD], [BAD, WORSE], [BAD, BAD, BAD]]
    schedule = Schedule(first=0.5, repair=0.6, fresh=1.1)
    for _ in range(2):
        Solver(Watching(script), [holds("a + b")], schedule=schedule).solve(task(samples=3, attempts=2))
    assert [(temperature, n) for temperature, _, n in asked[:3]] == [(0.0, 1), (0.5, 2), (0.6, 3)]
    assert asked[:3] == asked[3:]
    assert len({seed for _, seed, _ in asked}) == 3


@pytest.mark.parametrize("status", [Status.INCOMPLETE, Status.ERROR])
def test_incomplete_is_never_accepted_and_ends_in_review(status: Status) -> None:
    verifiers = [holds("a + b"), always(status, "deep", Stage.DEEP_SCAN, "cut at 5.1 s")]
    model = ScriptedModel([[GOOD], [GOOD.replace("a + b", "(a + b)")]])
    outcome = Solver(model, verifiers).solve(task())
    assert outcome.status is OutcomeStatus.NEEDS_REVIEW
    assert outcome.solution is None
    assert "cut at 5.1 s" in outcome.reason
    assert len(model.calls) == 2  # two different candidates undecided in the same way: no third


def test_a_waived_incomplete_is_accepted() -> None:
    verifiers = [holds("a + b"), always(Status.INCOMPLETE, "deep", Stage.DEEP_SCAN)]
    outcome = Solver(ScriptedModel([[GOOD]]), verifiers).solve(task(policy=Policy(waive=("deep",))))
    assert outcome.status is OutcomeStatus.SOLVED


@pytest.mark.parametrize("verifiers", [[], [always(Status.PASSED, "syntax", Stage.SCREEN)]])
def test_where_nothing_looks_at_what_code_does_nothing_is_solved(verifiers: list[FunctionVerifier]) -> None:
    outcome = Solver(ScriptedModel([[GOOD]]), verifiers).solve(task())
    assert outcome.status is OutcomeStatus.NEEDS_REVIEW
    assert outcome.solution is None


def test_a_required_verifier_that_there_is_not_is_bad_input() -> None:
    with pytest.raises(InvalidInput, match=r"policy\.require.*mythril"):
        Solver(ScriptedModel([]), [holds("x")]).solve(task(policy=Policy(require=("mythril",))))


def test_a_required_verifier_runs_although_it_does_not_apply() -> None:
    class Aloof(FunctionVerifier):
        def applies_to(self, task: object) -> bool:
            return False

    extra = Aloof(lambda candidate: failed("extra"), "extra", Stage.SCAN)
    solver = Solver(ScriptedModel([[GOOD]]), [holds("a + b"), extra])
    assert solver.solve(task(attempts=1, policy=Policy(require=("extra",)))).status is OutcomeStatus.EXHAUSTED
    assert (
        Solver(ScriptedModel([[GOOD]]), [holds("a + b"), extra]).solve(task()).status is OutcomeStatus.SOLVED
    )


def test_refusals_everywhere_end_it_and_one_refusal_does_not() -> None:
    no = "I'm sorry, but I can't help with that."
    refused = Solver(ScriptedModel([[no, no]]), [holds("a + b")]).solve(task(samples=2))
    assert refused.status is OutcomeStatus.REFUSED
    solved = Solver(ScriptedModel([[no, BAD], [GOOD, no]]), [holds("a + b")]).solve(task(samples=2))
    assert solved.status is OutcomeStatus.SOLVED


@pytest.mark.parametrize("answer", ["", "   ", "It is 42.", "lorem ipsum " * 90_000])
def test_an_answer_without_code_is_a_verdict_that_is_fed_back(answer: str) -> None:
    outcome = Solver(ScriptedModel([[answer], [GOOD]]), [holds("a + b")]).solve(task())
    assert outcome.status is OutcomeStatus.SOLVED
    (verdict,) = outcome.attempts[0].verdicts
    assert (verdict.verifier, verdict.status) == ("extraction", Status.FAILED)
    assert outcome.attempts[0].feedback


@pytest.mark.parametrize(
    ("wrong", "named"),
    [
        (lambda: ValueError("bug"), "broken"),
        (lambda: AssertionError(), "broken"),
        (lambda: RecursionError(), "broken"),
    ],
)
def test_a_bug_in_a_verifier_is_a_broken_tool_and_never_a_pass(wrong: type[Exception], named: str) -> None:
    with pytest.raises(ToolFailed, match=named):
        Solver(ScriptedModel([[GOOD]]), [raising(wrong)]).solve(task())


@pytest.mark.parametrize("answer", [passed("somebody-else"), None, True, "passed"])
def test_an_answer_that_is_no_verdict_of_its_own_is_a_broken_tool(answer: object) -> None:
    verifier = FunctionVerifier(lambda candidate: answer, "tests")  # type: ignore[arg-type, return-value]
    with pytest.raises(ToolFailed, match="tests"):
        Solver(ScriptedModel([[GOOD]]), [verifier]).solve(task())


def test_broken_tools_and_models_are_raised_to_the_caller() -> None:
    with pytest.raises(SandboxUnavailable):
        Solver(ScriptedModel([[GOOD]]), [raising(lambda: SandboxUnavailable("none"))]).solve(task())

    class Gone(ScriptedModel):
        def complete(self, messages, sampling, n, timeout_s):  # type: ignore[no-untyped-def]
            raise ModelUnavailable("gone")

    with pytest.raises(ModelUnavailable):
        Solver(Gone([]), [holds("x")]).solve(task())


def test_an_event_handlers_error_is_the_callers_own() -> None:
    def handler(event: Event) -> None:
        raise BrokenPipeError

    with pytest.raises(BrokenPipeError):
        Solver(ScriptedModel([[GOOD]]), [holds("a + b")]).solve(task(), on_event=handler)


def test_seconds_end_it_and_each_stage_gets_what_is_left() -> None:
    clock = FakeClock(100.0)
    given: list[float] = []

    class Slow(FunctionVerifier):
        def verify(self, task, candidate, seconds):  # type: ignore[no-untyped-def]
            given.append(seconds)
            clock.turn(100.0)
            return super().verify(task, candidate, seconds)

    verifiers = [Slow(holds("def")._judge, "tests"), Slow(lambda c: failed("scan"), "scan", Stage.SCAN)]
    model = ScriptedModel([[BAD], [WORSE], [GOOD]])
    outcome = Solver(model, verifiers, clock=clock).solve(task())
    assert given == [300.0, 200.0, 100.0]
    assert outcome.status is OutcomeStatus.EXHAUSTED
    assert "300 seconds" in outcome.reason
    assert outcome.duration_s == 300.0


def test_a_model_that_outlasts_the_budget_ends_the_task_and_is_not_a_broken_tool() -> None:
    clock = FakeClock(0.0)

    class Slow(ScriptedModel):
        def complete(self, messages, sampling, n, timeout_s):  # type: ignore[no-untyped-def]
            clock.turn(timeout_s)
            raise ModelUnavailable("out of time")

    solver = Solver(Slow([]), [holds("a + b")], clock=clock, model_timeout_s=1_000)
    assert solver.solve(task()).status is OutcomeStatus.EXHAUSTED


def test_tokens_end_it() -> None:
    model = ScriptedModel([[BAD]] * 50)
    tight = task(attempts=50).model_copy(
        update={"budget": task(attempts=50).budget.model_copy(update={"tokens": 400})}
    )
    outcome = Solver(model, [holds("a + b")]).solve(tight)
    assert outcome.status is OutcomeStatus.EXHAUSTED
    assert "400 tokens" in outcome.reason
    assert 0 < outcome.usage.total <= 400


def test_a_verifier_that_hangs_does_not_hold_the_loop() -> None:
    release = threading.Event()

    def hang(candidate: Candidate) -> Verdict:
        release.wait(30)
        return passed("tests")

    hurried = task()
    hurried = hurried.model_copy(update={"budget": hurried.budget.model_copy(update={"seconds": 0.5})})
    started = time.monotonic()
    with pytest.raises(ToolFailed, match="tests did not come back"):
        Solver(ScriptedModel([[GOOD]]), [FunctionVerifier(hang, "tests")], overrun_s=0.2).solve(hurried)
    release.set()
    assert time.monotonic() - started < 25


@pytest.mark.parametrize("where", ["model", "verifier"])
def test_a_stop_is_answered_at_once_also_within_a_step(where: str) -> None:
    release, begun = threading.Event(), threading.Event()

    class Waiting:
        name = endpoint = "waiting"

        def complete(
            self, messages: list[Message], sampling: Sampling, n: int, timeout_s: float
        ) -> Completions:
            if where == "model":
                begun.set()
                release.wait(30)
            return Completions(samples=(Completion(text=GOOD),), usage=Usage())

        def close(self) -> None:
            return None

    def judge(candidate: Candidate) -> Verdict:
        begun.set()
        release.wait(30)
        return passed("tests")

    started = time.monotonic()
    solver = Solver(Waiting(), [FunctionVerifier(judge, "tests")])
    outcome = solver.solve(task(), should_stop=begun.is_set)
    release.set()
    assert outcome.status is OutcomeStatus.CANCELLED
    assert time.monotonic() - started < 25


def test_several_tasks_at_a_time() -> None:
    outcomes: list[OutcomeStatus] = []
    solver = Solver(_Same(GOOD), [holds("a + b")])
    threads = [
        threading.Thread(target=lambda: outcomes.append(solver.solve(task()).status)) for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert outcomes == [OutcomeStatus.SOLVED] * 4


class _Same(ScriptedModel):
    def __init__(self, text: str) -> None:
        super().__init__([])
        self._text = text

    def complete(self, messages, sampling, n, timeout_s):  # type: ignore[no-untyped-def]
        return Completions(samples=(Completion(text=self._text),), usage=Usage())
