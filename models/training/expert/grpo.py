"""Reinforcement on executed tests: TRL's GRPO (Shao et al. 2024) with the sandbox as reward.

The model is asked by transformers in this process, which on a CPU is several times slower than expert
iteration's llama.cpp; what it learns from each answer is more, since failures count too.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

from pydantic import Field

from models.examining import Examiner
from models.recipes import find, parse, shipped
from models.training.errors import TrainingFailed
from models.training.expert.problems import gather
from models.training.expert.recipe import SEE, ExpertRecipe, Suite, Tasks
from models.training.expert.reward import Reward
from models.training.expert.run import write
from models.training.loading import open_model, require_libraries
from models.training.recipe import EMBEDDED, Lora, Positive, Recipe
from models.training.run_folder import locked
from models.training.weights import checkpoint_of
from verifiers.domain import Value

BEST, METRICS = "best", "metrics.json"
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
    """The recipe in a file, or of a name that ships; the paths in it are taken from the working folder.

    Raises:
        InvalidInput: there is no such file, or it is no recipe; names the field and the fix.
    """
    found = find(name, _SHELF)
    return parse(found.text, found.name, GrpoRecipe, SEE)


class GrpoRun(Value):
    """What a run came to.

    Attributes:
        best: The adapter's folder.
        steps: Optimizer steps done.
        rewards: Mean reward of each step.
        passed: Answers of each call for rewards that passed all tests, and how many there were.
    """

    best: Path
    steps: int
    rewards: tuple[float, ...]
    passed: tuple[tuple[int, int], ...]


def reinforce(
    recipe: GrpoRecipe,
    folder: Path,
    examiner: Examiner,
    *,
    suites: Path | None = None,
    cache: Path | None = None,
    tell: Callable[[int, float], None] = lambda step, reward: None,
) -> GrpoRun:
    """Train a LoRA by GRPO; a folder with a run in it is gone on with from its last checkpoint.

    Args:
        recipe: See :class:`GrpoRecipe`.
        folder: Made if missing; ``best/`` in it is the adapter.
        examiner: Makes prompts and judges.
        suites: The folder of published suites, where the recipe names none.
        cache: Where GGUF models are kept once converted.
        tell: Told each step's number and mean reward.

    Raises:
        InvalidInput: the recipe or a suite is wrong.
        ToolError: the model, a library or the sandbox cannot be had.
        TrainingFailed: a reward or the loss is not a number.
    """
    require_libraries()
    problems = gather(_as_expert(recipe), suites)
    with locked(folder):
        return _reinforced(recipe, folder, examiner, problems.training, cache, tell)


def _reinforced(
    recipe: GrpoRecipe,
    folder: Path,
    examiner: Examiner,
    problems: Any,
    cache: Path | None,
    tell: Callable[[int, float], None],
) -> GrpoRun:
    import datasets
    import transformers
    from transformers import TrainerCallback, set_seed
    from trl import GRPOTrainer

    transformers.utils.logging.set_verbosity_error()
    set_seed(recipe.seed)
    loaded = open_model(_as_training(recipe), checkpoint_of(recipe.model, cache))
    counts: list[tuple[int, int]] = []
    rewards: list[float] = []

    class Watching(TrainerCallback):  # type: ignore[misc]
        def on_log(self, args: Any, state: Any, control: Any, logs: Any = None, **_: Any) -> None:
            if logs and "reward" in logs:
                rewards.append(float(logs["reward"]))
                tell(state.global_step, rewards[-1])

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
    checkpoints = sorted((folder / "checkpoints").glob("checkpoint-*/trainer_state.json"))
    trainer.train(resume_from_checkpoint=bool(checkpoints) or None)
    if not all(value == value for value in rewards):
        raise TrainingFailed("A reward was not a number.", "Lower learning_rate.")
    trainer.model.save_pretrained(str(folder / BEST))
    loaded.tokenizer.save_pretrained(str(folder / BEST))
    result = GrpoRun(
        best=folder / BEST, steps=trainer.state.global_step, rewards=tuple(rewards), passed=tuple(counts)
    )
    write(folder / METRICS, result.model_dump_json(indent=2))
    return result


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
