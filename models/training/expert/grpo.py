"""Reinforcement on executed tests: TRL's GRPO (Shao et al. 2024) with the sandbox as reward.

The model is asked by transformers in this process, which on a CPU is several times slower than expert
iteration's llama.cpp; what it learns from each answer is more, since failures count too.
"""

from __future__ import annotations

import json
import math
import warnings
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Annotated, Any, NamedTuple

from pydantic import Field, ValidationError

from models.examining import Examiner
from models.recipes import find, parse, shipped
from models.training.errors import TrainingFailed, disk_of
from models.training.expert.problems import gather
from models.training.expert.recipe import SEE, ExpertRecipe, Suite, Tasks, placed
from models.training.expert.reward import Reward
from models.training.expert.run import claim
from models.training.export.adapter import WEIGHTS
from models.training.loading import open_model, require_libraries
from models.training.recipe import EMBEDDED, Lora, Positive, Recipe
from models.training.run_folder import last_checkpoint, locked, write
from models.training.weights import checkpoint_of
from verifiers.domain import Value
from verifiers.errors import InvalidInput

RECIPE, BEST, METRICS = "grpo.json", "best", "metrics.json"
_STATE = "trainer_state.json"
_COUNTS = "passed.json"
"""Written into a checkpoint last: its presence says that the checkpoint is whole."""
_SHELF = Path(__file__).parent / "grpo_recipes"


class GrpoRecipe(Value):
    """A run of GRPO.

    Attributes:
        name: Names the run.
        model: As in a training recipe.
        adapter: An adapter to go on from, such as expert iteration's best; None starts a new one.
        suites: The folder of published suites.
        tasks: What the model is asked.
        validation: Not asked: it is here so that the run's tasks are checked against it.
        held_out: What will be evaluated: no task may share text with it.
        lora: The adapter.
        steps: Optimizer steps.
        tasks_a_step: Tasks asked about in each.
        generations: Answers to each; their rewards' mean is what each is measured by.
        temperature: Of the answers.
        max_tokens: Longest answer.
        learning_rate: Constant after a short warm-up.
        beta: How dear it is to leave the starting model (weight of the KL term); 0 needs no second model.
        micro_batch: Answers at a time in the backward pass.
        judges: Answers judged at a time.
        save_every: Steps between checkpoints, from which a killed run goes on.
        seed: Of everything random.
    """

    name: str = Field(default="grpo", pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$")
    model: str = Field(default=EMBEDDED, min_length=1, max_length=1000)
    adapter: Path | None = None
    suites: Path | None = None
    tasks: Annotated[tuple[Tasks, ...], Field(min_length=1)]
    validation: Tasks
    held_out: Annotated[tuple[Suite, ...], Field(min_length=1)]
    lora: Lora = Lora(dropout=0.0)
    steps: int = Field(default=50, ge=1)
    tasks_a_step: int = Field(default=4, ge=1)
    generations: int = Field(default=8, ge=2)
    temperature: float = Field(default=0.9, gt=0, le=2)
    max_tokens: int = Field(default=160, ge=4)
    learning_rate: Positive = 2e-5
    beta: float = Field(default=0.0, ge=0, allow_inf_nan=False)
    micro_batch: int = Field(default=8, ge=1)
    judges: int = Field(default=2, ge=1, le=64)
    save_every: int = Field(default=10, ge=1)
    seed: int = Field(default=0, ge=0, lt=2**31)


def shipped_grpo_recipes() -> tuple[str, ...]:
    """Names of the recipes in this package."""
    return shipped(_SHELF)


def read_grpo_recipe(name: str) -> GrpoRecipe:
    """The recipe in a file, or of a name that ships; relative paths are taken from the file's folder.

    Raises:
        InvalidInput: there is no such file, or it is no recipe; names the field and the fix.
    """
    found = find(name, _SHELF)
    recipe = placed(parse(found.text, found.name, GrpoRecipe, SEE), found.folder)
    if recipe.adapter is None:
        return recipe
    return recipe.model_copy(update={"adapter": found.folder / recipe.adapter})


class GrpoRun(Value):
    """What a run came to.

    Attributes:
        best: The adapter's folder.
        steps: Optimizer steps done.
        rewards: Mean reward of each step.
        passed: Of each step, answers that passed all tests, and how many there were.
    """

    best: Path
    steps: int
    rewards: tuple[float, ...]
    passed: tuple[tuple[int, int], ...]


class Stepped(NamedTuple):
    """What a step came to: its number, the mean reward of its answers, and how many of them passed."""

    step: int
    reward: float
    passed: int
    answers: int


def reinforce(
    recipe: GrpoRecipe,
    folder: Path,
    examiner: Examiner,
    *,
    suites: Path | None = None,
    cache: Path | None = None,
    tell: Callable[[Stepped], None] = lambda stepped: None,
) -> GrpoRun:
    """Train a LoRA by GRPO; a folder with a run of the same recipe goes on from its last checkpoint.

    Args:
        recipe: See :class:`GrpoRecipe`.
        folder: Made if missing; ``best/`` in it is the adapter.
        examiner: Makes prompts and judges.
        suites: The folder of published suites, where the recipe names none.
        cache: Where GGUF models are kept once converted.
        tell: Told what each step came to, in this thread.

    Raises:
        InvalidInput: the recipe or a suite is wrong, or the folder holds a run of another recipe.
        ToolError: the model, a library or the sandbox cannot be had.
        TrainingFailed: a reward, the loss or the gradient is not a number; nothing of that step is kept.
    """
    problems = gather(_as_expert(recipe), suites)
    require_libraries()
    with disk_of(folder), locked(folder), warnings.catch_warnings():
        # The libraries warn each other of names that will go: nothing that a person could act on.
        warnings.simplefilter("ignore", FutureWarning)
        claim(folder / RECIPE, recipe, "steps")
        done = ended(folder)
        if done is not None and done.steps >= recipe.steps:
            return done
        return _reinforced(recipe, folder, examiner, problems.training, cache, tell)


def ended(folder: Path) -> GrpoRun | None:
    """What a run in the folder came to; None if it has not ended.

    Raises:
        InvalidInput: its file is damaged.
    """
    path = folder / METRICS
    if not path.exists():
        return None
    try:
        return GrpoRun.model_validate_json(path.read_bytes())
    except (OSError, ValidationError) as error:
        raise InvalidInput(
            "folder", f"{path} cannot be read.", "Remove it: what it says is found out again."
        ) from error


def check_logs(step: int, logs: Mapping[str, float]) -> None:
    """See that a step's figures are numbers.

    Raises:
        TrainingFailed: one is not.
    """
    for name, called in (("reward", "reward"), ("loss", "loss"), ("grad_norm", "gradient's norm")):
        value = float(logs.get(name, 0.0))
        if not math.isfinite(value):
            raise TrainingFailed(
                f"At step {step} the {called} is {value}: the run was stopped.",
                "Run the same command again: it goes on from the last checkpoint. If it stops there again, "
                "try a lower learning_rate in a new folder.",
            )


def _reinforced(
    recipe: GrpoRecipe,
    folder: Path,
    examiner: Examiner,
    problems: Any,
    cache: Path | None,
    tell: Callable[[Stepped], None],
) -> GrpoRun:
    import datasets
    import transformers
    from peft import set_peft_model_state_dict
    from safetensors.torch import load_file
    from transformers import PrinterCallback, TrainerCallback, TrainerState, set_seed
    from trl import GRPOTrainer

    transformers.utils.logging.set_verbosity_error()
    set_seed(recipe.seed)
    loaded = open_model(_as_training(recipe), checkpoint_of(recipe.model, cache))
    checkpoint = last_checkpoint(folder, _COUNTS)
    counts: list[tuple[int, int]] = []
    if checkpoint is not None:
        counts = [tuple(pair) for pair in json.loads((checkpoint / _COUNTS).read_text(encoding="utf-8"))]

    class Watching(TrainerCallback):  # type: ignore[misc]
        def on_log(self, args: Any, state: Any, control: Any, logs: Any = None, **_: Any) -> None:
            if logs and "reward" in logs:
                check_logs(state.global_step, logs)
                tell(Stepped(state.global_step, float(logs["reward"]), *counts[-1]))

        def on_save(self, args: Any, state: Any, control: Any, **_: Any) -> None:
            write(folder / "checkpoints" / f"checkpoint-{state.global_step}" / _COUNTS, json.dumps(counts))

    rows = [
        {
            "prompt": [message.model_dump() for message in examiner.ask(problem.task)],
            "problem": problem.id,
        }
        for problem in problems
    ]
    reward = Reward(problems, examiner, recipe.judges, lambda *count: counts.append(count))
    trainer = GRPOTrainer(
        model=loaded.model,
        reward_funcs=[reward],
        args=_arguments(recipe, folder, bf16=loaded.bf16),
        train_dataset=datasets.Dataset.from_list(rows),
        processing_class=loaded.tokenizer,
        callbacks=[Watching()],
    )
    trainer.remove_callback(PrinterCallback)  # ``tell`` tells what is to be told
    if checkpoint is None or _step_of(checkpoint) < recipe.steps:
        trainer.train(resume_from_checkpoint=str(checkpoint) if checkpoint else None)
    else:  # killed between its last checkpoint and its end: the trainer would do a step more
        set_peft_model_state_dict(trainer.model, load_file(checkpoint / WEIGHTS))
        trainer.state = TrainerState.load_from_json(str(checkpoint / _STATE))
    trainer.model.save_pretrained(str(folder / BEST))
    loaded.tokenizer.save_pretrained(str(folder / BEST))
    result = GrpoRun(
        best=folder / BEST,
        steps=trainer.state.global_step,
        # The trainer's own log, which goes with its checkpoints: of all parts of a resumed run.
        rewards=tuple(float(log["reward"]) for log in trainer.state.log_history if "reward" in log),
        passed=tuple(counts),
    )
    write(folder / METRICS, result.model_dump_json(indent=2))
    return result


def _step_of(checkpoint: Path) -> int:
    return int(checkpoint.name.rpartition("-")[2])


def _arguments(recipe: GrpoRecipe, folder: Path, *, bf16: bool) -> Any:
    import torch
    from trl import GRPOConfig

    answers = recipe.tasks_a_step * recipe.generations
    micro = min(recipe.micro_batch, answers)
    while answers % micro:
        micro -= 1
    return GRPOConfig(
        output_dir=str(folder / "checkpoints"),
        max_steps=recipe.steps,
        per_device_train_batch_size=micro,
        gradient_accumulation_steps=answers // micro,
        num_generations=recipe.generations,
        max_completion_length=recipe.max_tokens,
        temperature=recipe.temperature,
        learning_rate=recipe.learning_rate,
        lr_scheduler_type="constant_with_warmup",
        warmup_steps=min(5, recipe.steps // 10),
        beta=recipe.beta,
        # Without the division by length and deviation, which favour long wrong answers (Liu et al. 2025).
        loss_type="dr_grpo",
        scale_rewards="none",
        # An answer that was cut off says nothing about how it would have ended.
        mask_truncated_completions=True,
        bf16=bf16,
        use_cpu=not torch.cuda.is_available(),
        gradient_checkpointing=False,
        save_steps=recipe.save_every,
        save_total_limit=2,
        logging_steps=1,
        report_to="none",
        disable_tqdm=True,
        remove_unused_columns=False,
        dataloader_pin_memory=torch.cuda.is_available(),
        seed=recipe.seed,
        data_seed=recipe.seed,
    )


def _as_training(recipe: GrpoRecipe) -> Recipe:
    return Recipe(name=recipe.name, model=recipe.model, adapter=recipe.adapter, lora=recipe.lora)


def _as_expert(recipe: GrpoRecipe) -> ExpertRecipe:
    return ExpertRecipe(
        suites=recipe.suites, tasks=recipe.tasks, validation=recipe.validation, held_out=recipe.held_out
    )
