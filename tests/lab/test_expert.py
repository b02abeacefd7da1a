"""Whole rounds, nothing left out: llama.cpp samples, the sandbox judges, an adapter is trained and served."""

from __future__ import annotations

import json
import shutil
import warnings
from collections.abc import Iterator
from pathlib import Path

import pytest

from agent.examiner import AgentExaminer, open_examiner
from agent.prompts import SMALL_CONTEXT
from agent.settings import AgentSettings
from models.data.rows import TrainingRow
from models.examining import Problem
from models.training.expert.grpo import GrpoRecipe, Stepped, reinforce
from models.training.expert.recipe import Drawing, ExpertRecipe, Keeping, Learning, References, Repairs, Tasks
from models.training.expert.run import Told, iterate
from models.training.recipe import Data, Lora, Optimization
from tests.lab.tiny import tiny_llama
from verifiers.domain import CodingTask, SourceFile, TestSuite
from verifiers.errors import InvalidInput


@pytest.fixture(scope="module")
def examiner() -> Iterator[AgentExaminer]:
    with open_examiner(AgentSettings(), SMALL_CONTEXT) as found:
        yield found


def suite(path: Path, names: str, *, right: bool = True) -> str:
    """Problems with references, which a model of random weights does not solve."""
    lines = []
    for name in names:
        tests = SourceFile(path="test_solution.py", content=f"assert add_{name}(1, 2) == 3\n")
        code = f"def add_{name}(a, b):\n    return a {'+' if right else '-'} b\n\nprint(add_{name}(1, 1))\n"
        task = CodingTask(instruction=f"Add two numbers in add_{name}.", tests=TestSuite(files=(tests,)))
        lines.append(Problem(id=name, task=task, reference=code).model_dump_json())
    path.write_text("\n".join(lines))
    return str(path)


def test_a_round_from_sampling_to_a_served_adapter(examiner: AgentExaminer, tmp_path: Path) -> None:
    recipe = ExpertRecipe(
        model=str(tiny_llama(tmp_path / "tiny")),
        tasks=(
            Tasks(suite=suite(tmp_path / "train.jsonl", "abcd")),
            Tasks(suite=suite(tmp_path / "wrong.jsonl", "x", right=False)),
        ),
        validation=Tasks(suite=suite(tmp_path / "validation.jsonl", "v")),
        validation_samples=1,
        held_out=(suite(tmp_path / "held.jsonl", "h"),),
        rounds=1,
        drawing=Drawing(samples=2, max_tokens=8, slots=2, context=512),
        keep=Keeping(scan=False),
        references=References(use="unsolved"),
        repairs=Repairs(paired=1),
        learning=Learning(
            lora=Lora(r=2, alpha=4),
            data=Data(max_tokens=512, validation_share=0.0, packing=False),
            optimization=Optimization(
                batch=4, micro_batch=4, refine_epochs=0, gradient_checkpointing=False, learning_rate=0.05
            ),
        ),
    )
    told: list[Told] = []
    result = iterate(recipe, tmp_path / "run", examiner, tell=told.append)
    found = result.rounds[1]
    assert {one.step for one in told} >= {"sample", "judge", "train", "export", "validate"}
    assert found.rows == {"sft task": 4, "sft repair": 4}  # the wrong reference is none
    rows = [
        TrainingRow.model_validate_json(line)
        for line in (tmp_path / "run" / "round-1" / "rows.jsonl").read_text().splitlines()
    ]
    assert rows[0].completion[0].content == "```python\ndef add_a(a, b):\n    return a + b\n```"
    assert "An earlier answer was not right." in rows[1].prompt[-1].content
    assert found.served is not None
    assert found.served.read_bytes()[:4] == b"GGUF"
    assert all(one.agrees and one.telling for one in found.agreements)
    assert found.adapter is not None
    assert (found.adapter / "adapter_model.safetensors").is_file()


def test_two_steps_of_reinforcement_on_executed_tests(
    examiner: AgentExaminer, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    recipe = GrpoRecipe(
        model=str(tiny_llama(tmp_path / "tiny")),
        tasks=(Tasks(suite=suite(tmp_path / "train.jsonl", "abc")),),
        validation=Tasks(suite=suite(tmp_path / "validation.jsonl", "v")),
        held_out=(suite(tmp_path / "held.jsonl", "h"),),
        lora=Lora(r=2, alpha=4, dropout=0.0),
        steps=2,
        tasks_a_step=1,
        generations=2,
        max_tokens=4,
        save_every=1,
    )
    steps: list[Stepped] = []

    def stop_at_2(stepped: Stepped) -> None:
        steps.append(stepped)
        if stepped.step == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        reinforce(recipe, tmp_path / "run", examiner, tell=stop_at_2)
    part = tmp_path / "run" / "checkpoints" / "checkpoint-9"  # as if a kill had left a part of one
    part.mkdir()
    (part / "trainer_state.json").write_text("{}")
    with warnings.catch_warnings(record=True) as warned:
        warnings.simplefilter("always")
        run = reinforce(recipe, tmp_path / "run", examiner, tell=steps.append)
    assert capsys.readouterr().out == "", "a library's figures are not ours to print"
    assert not [one for one in warned if issubclass(one.category, FutureWarning)]
    assert [(one.step, one.passed, one.answers) for one in steps] == [(1, 0, 2), (2, 0, 2), (2, 0, 2)]
    assert (len(run.rewards), run.passed) == (2, ((0, 2), (0, 2)))
    assert (run.best / "adapter_model.safetensors").is_file()
    assert json.loads((tmp_path / "run" / "metrics.json").read_text())["steps"] == 2
    assert reinforce(recipe, tmp_path / "run", examiner) == run, "a run that has ended is not run again"
    weights = (run.best / "adapter_model.safetensors").read_bytes()
    shutil.rmtree(run.best)
    (tmp_path / "run" / "metrics.json").unlink()
    told = len(steps)
    again = reinforce(recipe, tmp_path / "run", examiner, tell=steps.append)
    assert (again, len(steps)) == (run, told), "one that was killed at its very end does no step more"
    assert (again.best / "adapter_model.safetensors").read_bytes() == weights
    with pytest.raises(InvalidInput, match="another recipe"):
        reinforce(recipe.model_copy(update={"beta": 0.1}), tmp_path / "run", examiner)
