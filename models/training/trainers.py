"""TRL's trainers, one for each method, each followed by a :class:`~models.training.watch.Watch`."""

from __future__ import annotations

import functools
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

from models.training.batches import Collator, Order
from models.training.head import score_labels_only
from models.training.loading import Loaded
from models.training.material import Material, Part
from models.training.objective import Anchored, Objective, Supervised
from models.training.recipe import Recipe
from models.training.schedule import rate_factor
from models.training.watch import Watch
from models.training.watched import watched


class Plan(NamedTuple):
    """How a run's rows become steps.

    Attributes:
        accumulation: Micro-batches a step on each device.
        per_epoch: Steps in an epoch.
        steps: Of the whole run.
        every: Steps between validations.
    """

    accumulation: int
    per_epoch: int
    steps: int
    every: int


class Setting(NamedTuple):
    """All that a trainer is made from."""

    recipe: Recipe
    loaded: Loaded
    material: Material
    objective: Objective | None
    folder: Path
    plan: Plan
    watch: Watch
    score: Callable[[Path], float] | None


def build(setting: Setting) -> Any:
    """The trainer of a recipe's method, ready for ``train()``."""
    from torch.utils.tensorboard import SummaryWriter
    from transformers import PrinterCallback, TrainerCallback
    from transformers.integrations import TensorBoardCallback

    plan = setting.plan

    class Rhythm(TrainerCallback):  # type: ignore[misc]
        def on_step_end(self, args: Any, state: Any, control: Any, **_: Any) -> None:
            due = state.global_step % plan.every == 0 or state.global_step >= plan.steps
            control.should_evaluate = control.should_save = due

    trainer = _TRAINERS[setting.recipe.method](setting)
    trainer.remove_callback(PrinterCallback)  # the watch tells what is to be told
    trainer.add_callback(Rhythm())
    if trainer.is_world_process_zero():
        trainer.add_callback(TensorBoardCallback(SummaryWriter(str(setting.folder / "tensorboard"))))
    return trainer


def _arguments(setting: Setting, **more: Any) -> dict[str, Any]:
    """What the configurations of all of TRL's trainers share."""
    import torch

    recipe, plan = setting.recipe, setting.plan
    wanted = recipe.optimization
    total = wanted.converge_epochs + wanted.refine_epochs
    return {
        "output_dir": str(setting.folder / "checkpoints"),
        "per_device_train_batch_size": wanted.micro_batch,
        "per_device_eval_batch_size": wanted.micro_batch,
        "gradient_accumulation_steps": plan.accumulation,
        "num_train_epochs": total,
        "max_steps": plan.steps,
        "learning_rate": wanted.learning_rate,
        "weight_decay": wanted.weight_decay,
        "optim": "adamw_torch",
        "max_grad_norm": wanted.clip,
        "gradient_checkpointing": wanted.gradient_checkpointing,
        "gradient_checkpointing_kwargs": {"use_reentrant": False},
        "bf16": setting.loaded.bf16,
        "use_cpu": not torch.cuda.is_available(),
        "seed": wanted.seed,
        "data_seed": wanted.seed,
        "logging_steps": 1,
        "logging_nan_inf_filter": False,
        # Both happen when the watch asks for them, so that a checkpoint never misses the verdict on it.
        "eval_strategy": "no",
        "save_strategy": "no",
        "save_total_limit": recipe.checks.keep,
        "report_to": "none",
        "disable_tqdm": True,
        "log_level": "error",
        "log_level_replica": "error",
        "remove_unused_columns": False,
        "dataloader_pin_memory": torch.cuda.is_available(),
        "ddp_find_unused_parameters": False,
        "ddp_timeout": 4 * 3600,  # others wait while the first process scores a checkpoint
    } | more


def _supervised(setting: Setting) -> Any:
    from trl import SFTConfig, SFTTrainer

    recipe, material, loaded = setting.recipe, setting.material, setting.loaded
    objective = setting.objective or Supervised()

    class Supervising(watched(SFTTrainer, setting.watch, setting.score)):  # type: ignore[misc]
        def _get_train_sampler(self, train_dataset: Any = None) -> Order:
            return _order(recipe, material.train)

        def create_scheduler(self, num_training_steps: int, optimizer: Any = None) -> Any:
            return _schedule(self, recipe, num_training_steps, optimizer)

        def compute_loss(
            self, model: Any, inputs: Any, return_outputs: bool = False, num_items_in_batch: Any = None
        ) -> Any:
            total, count = completion_loss(model, inputs, objective)
            if isinstance(objective, Anchored):
                total = total + objective.anchored(model, inputs)
            if num_items_in_batch is None:
                return total / count.clamp(min=1)
            # Counted over all processes, whose gradients are then averaged.
            return total / num_items_in_batch.clamp(min=1) * self.accelerator.num_processes

        def held_out_loss(self) -> float:
            """Mean loss of a completion's token over all that is held out."""
            return _held_out_loss(self)

    trainer = Supervising(
        model=loaded.model,
        args=SFTConfig(
            **_arguments(setting, max_length=None, dataset_kwargs={"skip_prepare_dataset": True}),
        ),
        train_dataset=material.train.sequences,
        eval_dataset=material.validation.sequences if material.validation else None,
        processing_class=loaded.tokenizer,
        data_collator=Collator(
            material.train.rows, loaded.tokenizer.pad_token_id, packing=recipe.data.packing
        ),
    )
    base = trainer.model.get_base_model() if hasattr(trainer.model, "get_base_model") else trainer.model
    if base.device.type == "cpu":
        score_labels_only(base)
    if material.validation:
        trainer.held_out_collator = Collator(
            material.validation.rows, loaded.tokenizer.pad_token_id, packing=recipe.data.packing
        )
    return trainer


def _tokens_scored(model: Any, inputs: dict[str, Any]) -> tuple[Any, Any]:
    """Log-likelihoods of a batch's completion tokens, and their weights."""
    given = {name: value for name, value in inputs.items() if name not in ("token_weights", "token_count")}
    found = model(**given, fused_lm_head=True)
    mask = found.label_mask
    return found.log_probs[mask].float(), inputs["token_weights"][:, 1:][mask]


def completion_loss(model: Any, inputs: dict[str, Any], objective: Objective) -> tuple[Any, Any]:
    """The weighted loss of a batch's completion tokens, and how many there are.

    Args:
        model: With ``fused_lm_head`` in its ``forward``.
        inputs: What :class:`~models.training.batches.Collator` makes.
        objective: Turns likelihoods into losses.
    """
    import torch

    log_probs, weights = _tokens_scored(model, inputs)
    losses = objective.token_losses(log_probs, torch.sign(weights))
    return (losses * weights.abs()).sum(), torch.tensor(len(weights), device=weights.device)


def _held_out_loss(trainer: Any) -> float:
    """Mean ``-log p`` of held-out tokens that are to be learnt, whatever their weights: log perplexity."""
    import torch
    from torch.utils.data import DataLoader

    loader = trainer.accelerator.prepare_data_loader(
        DataLoader(
            trainer.eval_dataset,
            batch_size=trainer.args.per_device_eval_batch_size,
            collate_fn=trainer.held_out_collator,
        )
    )
    sums = torch.zeros(2, dtype=torch.float64, device=trainer.args.device)
    model, wrapped = trainer.model, trainer.model_wrapped
    was_training = model.training
    model.eval()
    with torch.no_grad(), trainer.compute_loss_context_manager():
        for batch in loader:
            log_probs, weights = _tokens_scored(wrapped, trainer._prepare_inputs(batch))
            wanted = log_probs[weights > 0]
            sums += torch.stack([-wanted.double().sum(), torch.tensor(float(len(wanted))).to(sums)])
    model.train(was_training)
    sums = trainer.accelerator.reduce(sums, "sum")
    return float(sums[0] / sums[1].clamp(min=1))


def _preferring(setting: Setting) -> Any:
    from trl import DPOConfig, DPOTrainer

    recipe, material, loaded = setting.recipe, setting.material, setting.loaded
    wanted = recipe.preference

    class Preferring(watched(DPOTrainer, setting.watch, setting.score)):  # type: ignore[misc]
        def _get_train_sampler(self, train_dataset: Any = None) -> Order:
            return _order(recipe, material.train)

        def create_scheduler(self, num_training_steps: int, optimizer: Any = None) -> Any:
            return _schedule(self, recipe, num_training_steps, optimizer)

        def held_out_loss(self) -> float:
            """Mean loss of a pair over all that are held out."""
            return float(DPOTrainer.evaluate(self)["eval_loss"])

    both = {"loss_type": ["sigmoid", "sft"], "loss_weights": [1.0, wanted.sft_weight]}
    return Preferring(
        model=loaded.model,
        args=DPOConfig(
            **_arguments(
                setting,
                beta=wanted.beta,
                max_length=recipe.data.max_tokens,
                truncation_mode="keep_end",  # the prompt loses its oldest tokens, the answer none
                **(both if wanted.sft_weight else {}),
            )
        ),
        train_dataset=material.train.rows,
        eval_dataset=material.validation.rows if material.validation else None,
        processing_class=loaded.tokenizer,
    )


_TRAINERS: dict[str, Callable[[Setting], Any]] = {
    "sft": _supervised,
    "custom": _supervised,
    "dpo": _preferring,
}


def _order(recipe: Recipe, part: Part) -> Order:
    wanted = recipe.optimization
    grouped = wanted.batch if recipe.data.group_by_length else None
    return Order(part.lengths, wanted.seed, wanted.micro_batch, grouped)


def _schedule(trainer: Any, recipe: Recipe, steps: int, optimizer: Any) -> Any:
    from torch.optim.lr_scheduler import LambdaLR

    if trainer.lr_scheduler is None:
        wanted = recipe.optimization
        share = wanted.converge_epochs / (wanted.converge_epochs + wanted.refine_epochs)
        factor = functools.partial(
            rate_factor,
            steps=steps,
            warmup=wanted.warmup,
            converge_share=share,
            refine_rate=wanted.refine_rate,
        )
        trainer.lr_scheduler = LambdaLR(optimizer or trainer.optimizer, factor)
        trainer._created_lr_scheduler = True
    return trainer.lr_scheduler
