from __future__ import annotations

import re
from html.parser import HTMLParser

import pytest

from models.evaluation.compare import compare
from models.evaluation.page import page
from models.evaluation.results import Manifest, Result, brief
from models.evaluation.summary import Summary, cwes_of, summarise
from models.evaluation.text_match import text_match
from models.examining import Problem
from tests.unit.models.evaluation.judging import WordExaminer, problem
from verifiers.domain import Confirmation, Finding, Severity
from verifiers.errors import InvalidInput

PROBLEMS = tuple(problem(f"T/{number}", family="ab"[number % 2]) for number in range(4))
EXAMINER = WordExaminer()


def manifest(**fields: object) -> Manifest:
    return Manifest.model_validate(
        {"suite": "t", "problems": 4, "problems_digest": "d", "source": "m", "samples": 2, **fields}
    )


def results(
    *answers: tuple[str, ...], scan: bool = True, problems: tuple[Problem, ...] = PROBLEMS
) -> dict[str, list[Result]]:
    return {
        each.id: [
            Result(
                problem=each.id,
                sample=number,
                judged=None if text == "broken" else EXAMINER.judge(each.task, text, scan=scan),
                returned=text != "nothing",
            )
            for number, text in enumerate(mine, 1)
        ]
        for each, mine in zip(problems, answers, strict=False)
    }


def summed(*answers: tuple[str, ...], scan: bool = True, **fields: object) -> Summary:
    samples = len(answers[0])
    run = manifest(samples=samples, scan=scan, **fields)
    return summarise(run, PROBLEMS, results(*answers, scan=scan), 4 * samples)


def test_shares_are_means_over_problems() -> None:
    found = summed(("right", "right"), ("right", "wrong"), ("wrong", "wrong"), ("right insecure", "insecure"))
    assert found.pass_at["1"].value == pytest.approx(0.5)
    assert set(found.pass_at) == {"1"}
    assert found.pass_at["1"].method == "bootstrap"
    assert found.insecure is not None
    assert found.secure_pass is not None
    assert found.insecure.value == pytest.approx(0.25)
    assert found.secure_pass.value == pytest.approx(0.375)
    assert found.weaknesses["CWE-89"].answers == 2
    assert found.weaknesses["CWE-89"].share == pytest.approx(0.25)
    assert found.families["a"].pass_at_1.value == pytest.approx(0.5)
    assert found.complete


def test_one_answer_a_problem_has_wilsons_interval_and_ten_have_pass_at_10() -> None:
    assert summed(("right",), ("right",), ("wrong",), ("wrong",)).pass_at["1"].method == "wilson"
    ten = summed(*[("right",) + ("wrong",) * 9] * 4)
    assert ten.pass_at["10"].value == 1.0
    assert ten.pass_at["1"].value == pytest.approx(0.1)


def test_the_same_share_of_every_problem_is_no_certainty() -> None:
    estimate = summed(*[("right", "wrong")] * 4).pass_at["1"]
    assert (estimate.value, estimate.method) == (0.5, "wilson")
    assert estimate.high - estimate.low == pytest.approx(0.4899, abs=1e-4)  # z^2 / (n + z^2) for n = 4


def test_what_no_tool_could_judge_is_not_passed_and_is_told() -> None:
    found = summed(("right", "broken"), ("right", "right"), ("right", "right"), ("right", "right"))
    assert found.pass_at["1"].value == pytest.approx(7 / 8)
    assert (found.undecided, found.complete) == (1, False)
    assert found.unscanned == 1


def test_what_is_missing_is_told_and_no_failure() -> None:
    run = manifest()
    found = summarise(run, PROBLEMS, results(("right", "right")), 8)
    assert (found.missing, found.complete, found.pass_at["1"].value) == (6, False, 1.0)
    nothing = summarise(run, PROBLEMS, {}, 8)
    assert (nothing.answers, nothing.pass_at) == (0, {})


def test_the_loop_that_gives_up_has_not_passed_and_is_not_insecure() -> None:
    found = summed(("right",), ("nothing",), ("right insecure",), ("nothing",), mode="loop")
    assert found.pass_at["1"].value == pytest.approx(0.5)
    assert found.returned is not None
    assert found.returned.value == pytest.approx(0.5)
    assert found.insecure is not None
    assert (found.insecure.value, found.insecure.over) == (0.5, 2)


def test_without_scans_there_are_no_security_numbers() -> None:
    found = summed(("right",), ("right",), ("wrong",), ("wrong",), scan=False)
    assert (found.insecure, found.secure_pass, found.unscanned, found.weaknesses) == (None, None, 0, {})


def first_passed(found: dict[str, list[Result]]) -> dict[str, bool]:
    return {name: mine[0].passed for name, mine in found.items()}


def test_two_runs_are_compared_problem_by_problem() -> None:
    before = (("wrong",), ("wrong",), ("right",), ("right insecure",))
    after = (("right",), ("right",), ("wrong",), ("right",))
    found = compare(
        summed(*before), summed(*after), first_passed(results(*before)), first_passed(results(*after))
    )
    assert (found.pass_at_1.first, found.pass_at_1.second) == (0.5, 0.75)
    assert found.pass_at_1.gain.value == pytest.approx(0.25)
    assert (found.mcnemar.only_first, found.mcnemar.only_second, found.mcnemar.p) == (1, 2, 1.0)
    assert (found.better, found.worse) == (("T/0", "T/1"), ("T/2",))
    assert found.insecure is not None
    assert found.insecure.gain.value == pytest.approx(-0.25)
    same = compare(
        summed(*before), summed(*before), first_passed(results(*before)), first_passed(results(*before))
    )
    assert (same.pass_at_1.p, same.mcnemar.p) == (1.0, 1.0)
    assert same.pass_at_1.gain.low == -same.pass_at_1.gain.high < 0


def test_a_comparison_says_which_run_is_not_complete() -> None:
    whole = (("right",), ("right",), ("wrong",), ("right",))
    part = results(("right",))
    found = compare(
        summed(*whole),
        summarise(manifest(), PROBLEMS, part, 4),
        first_passed(results(*whole)),
        first_passed(part),
    )
    assert [said.partition(",")[0] for said in found.open] == ["second run: 3 answers are missing"]


def test_runs_of_different_problems_are_not_compared() -> None:
    one, other = summed(*[("right",)] * 4), summed(*[("right",)] * 4, problems_digest="e")
    with pytest.raises(InvalidInput, match="different problems"):
        compare(one, other, {}, {})


def test_only_findings_that_block_name_a_weakness() -> None:
    low, refuted = (
        Finding(rule="r", message="m", severity=severity, cwe=cwe, confirmation=confirmation)
        for severity, cwe, confirmation in (
            (Severity.LOW, "CWE-1", None),
            (Severity.HIGH, "CWE-2", Confirmation.REFUTED),
        )
    )
    (result,) = results(("insecure",))["T/0"]
    assert result.judged is not None
    scan = result.judged.attempt.verdicts[1]
    many = scan.model_copy(update={"findings": (low,) * 60 + (refuted, *scan.findings)})
    attempt = result.judged.attempt.model_copy(update={"verdicts": (many,)})
    judged = brief(result.judged.model_copy(update={"attempt": attempt}))
    assert cwes_of(result.model_copy(update={"judged": judged})) == {"CWE-89"}


class _Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += [name for name, _ in attrs]


HOSTILE = "</pre><script>alert(1)</script><img src=x onerror=alert(2)>{{ 7 * 7 }} right"


def test_hostile_text_stays_text_in_the_page() -> None:
    hostile = tuple(
        each.model_copy(
            update={
                "id": f"{each.id}<script>",
                "family": "<b>",
                "task": each.task.model_copy(update={"instruction": HOSTILE}),
            }
        )
        for each in PROBLEMS
    )
    found = results(*[(HOSTILE, "broken")] * 4, problems=hostile)
    named = {
        name: [each.model_copy(update={"error": HOSTILE}) if not each.judged else each for each in mine]
        for name, mine in found.items()
    }
    run = manifest(suite="<script>", source='"><script>', split="<i>", shard="<u>")
    summary = summarise(run, hostile, named, 8)
    text = "".join(page(summary, hostile, named))
    parsed = _Tags()
    parsed.feed(text)
    assert not {"script", "img", "b", "i", "u", "link", "iframe"} & set(parsed.tags)
    assert not {name for name in parsed.attributes if name.startswith("on") or name == "style"}
    assert text.count("{{ 7 * 7 }}") >= 8
    assert text.count("&lt;script&gt;alert(1)") >= 8
    policy = re.search(r'Content-Security-Policy" content="([^"]*)"', text)
    assert policy is not None
    assert policy.group(1).startswith("default-src 'none'; style-src 'sha256-")


def test_the_page_shows_some_of_each_outcome_and_says_how_many_more() -> None:
    mine = ("right",) * 9 + ("right insecure",)
    found = results(*[mine] * 4)
    text = "".join(page(summarise(manifest(samples=10), PROBLEMS, found, 40), PROBLEMS, found))
    assert text.count("answer 10: passed, insecure") == 4
    assert "6 more answers" in text


def test_references_are_compared_with_the_first_answers() -> None:
    problems = tuple(each.model_copy(update={"reference": "def f():\n    return 1\n"}) for each in PROBLEMS)
    same = text_match(problems, results(*[("def f():\n    return 1\n", "x")] * 4, problems=problems))
    assert same is not None
    assert same.over == 4
    assert same.codebleu["python"].score == pytest.approx(1.0)
    assert text_match(PROBLEMS, results(*[("x",)] * 4)) is None
