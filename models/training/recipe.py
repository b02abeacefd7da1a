"""What a training run is made of; the same for a 135M model on two cores and for 70B on many GPUs.

The defaults are the hyper-parameters that Acrisol was begun with: LoRA with dropout 0.1, AdamW at 1e-4 with
10% of warm-up, 512 sequences a step by accumulation, sequences to 2048 tokens.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import Field, field_validator, model_validator

from verifiers.domain import Value

EMBEDDED = "embedded"
Share = Annotated[float, Field(ge=0, lt=1, allow_inf_nan=False)]
Positive = Annotated[float, Field(gt=0, allow_inf_nan=False)]


class Lora(Value):
    """A low-rank adapter (Hu et al. 2021).

    Attributes:
        r: Rank.
        alpha: The adapter's output is multiplied by ``alpha / r``.
        dropout: Share of the adapter's inputs dropped in training.
        targets: Names of the layers that get one, or ``all-linear`` for every linear layer but the head.
    """

    r: int = Field(default=16, ge=1, le=1024)
    alpha: int = Field(default=32, ge=1, le=4096)
    dropout: Share = 0.1
    targets: Literal["all-linear"] | Annotated[tuple[str, ...], Field(min_length=1)] = "all-linear"


class Data(Value):
    """What is learnt from, and how it is cut.

    Attributes:
        train: JSONL files of training or preference rows; relative to the recipe's folder.
        validation: Files that are held out; none takes ``validation_share`` of the training rows.
        validation_share: By a digest of the prompt, so that a row keeps its side when others come and go.
        folds: With more than 1, the run is repeated with each fold held out in turn, and perplexity is given
            as mean and standard deviation over the folds; the best fold's model is kept.
        max_tokens: Longest sequence, prompt and completion together.
        too_long: What becomes of longer ones: ``drop``, ``truncate`` (the prompt loses its oldest tokens, the
            completion none: a row whose completion alone is too long is dropped) or ``error``.
        packing: Fill sequences of ``max_tokens`` with several rows, which do not see each other.
        group_by_length: Put rows of like length in one micro-batch; on a CPU padding is what costs.
    """

    train: tuple[Path, ...] = ()
    validation: tuple[Path, ...] = ()
    validation_share: Share = 0.05
    folds: int = Field(default=1, ge=1, le=20)
    max_tokens: int = Field(default=2048, ge=16, le=131_072)
    too_long: Literal["drop", "truncate", "error"] = "drop"
    packing: bool = True
    group_by_length: bool = False

    @field_validator("train", "validation", mode="before")
    @classmethod
    def _listed(cls, value: object) -> object:
        if isinstance(value, str):
            raise ValueError(f"must be a list: [{value[:200]}]")
        return value

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        if self.packing and self.group_by_length:
            raise ValueError(
                "packing and group_by_length exclude each other: packed sequences have one length"
            )
        if self.folds > 1 and self.validation:
            raise ValueError("folds and validation exclude each other: folds are cut from the training rows")
        return self


class Optimization(Value):
    """How the weights move. AdamW throughout.

    Attributes:
        learning_rate: The highest.
        warmup: Share of all steps in which the rate rises from 0.
        weight_decay: AdamW's.
        batch: Sequences a step, over all devices, reached by accumulating gradients.
        micro_batch: Sequences at a time on one device.
        converge_epochs: Epochs at the full rate.
        refine_epochs: Epochs after them at a lower one, which validation may end early.
        refine_rate: What the rate is multiplied by when refinement begins; from there it falls to 0.
        clip: Largest norm of the gradient.
        gradient_checkpointing: Compute activations again instead of keeping them.
        precision: ``auto`` takes bfloat16 where the device has kernels for it, otherwise float32.
        max_steps: Stop after so many steps; None goes through all epochs.
        seed: Of everything random.
    """

    learning_rate: Positive = 1e-4
    warmup: Share = 0.1
    weight_decay: float = Field(default=0.0, ge=0, allow_inf_nan=False)
    batch: int = Field(default=512, ge=1)
    micro_batch: int = Field(default=4, ge=1)
    converge_epochs: int = Field(default=1, ge=1, le=1000)
    refine_epochs: int = Field(default=2, ge=0, le=1000)
    refine_rate: float = Field(default=0.2, gt=0, le=1)
    clip: Positive = 1.0
    gradient_checkpointing: bool = True
    precision: Literal["auto", "bf16", "fp32"] = "auto"
    max_steps: int | None = Field(default=None, ge=1)
    seed: int = Field(default=0, ge=0, le=2**31)

    @model_validator(mode="after")
    def _divides(self) -> Self:
        if self.batch % self.micro_batch:
            raise ValueError(f"batch ({self.batch}) must be a multiple of micro_batch ({self.micro_batch})")
        return self


class Checks(Value):
    """What is looked at while training.

    Attributes:
        every: Steps between validations, each with a checkpoint; None takes ten of them an epoch.
        patience: Validations without a lower perplexity that end the refinement.
        score_every: Validations between scores by executed tests; 0 scores the best model at the end.
        keep: Checkpoints to keep, besides the best.
    """

    every: int | None = Field(default=None, ge=1)
    patience: int = Field(default=3, ge=1)
    score_every: int = Field(default=1, ge=0)
    keep: int = Field(default=2, ge=1)


class Scoring(Value):
    """The verified suite whose pass@1 is a checkpoint's score.

    Attributes:
        suite: A suite's name or file; None scores nothing and keeps the checkpoint of lowest perplexity.
        split: Of MBPP: ``train``, ``validation``, ``test``, ``prompt``. Not what is evaluated later.
        problems: How many of it, evenly spread.
        max_tokens: Longest answer.
    """

    suite: str | None = None
    split: Literal["train", "validation", "test", "prompt"] | None = None
    problems: int = Field(default=20, ge=1)
    max_tokens: int = Field(default=384, ge=1)


class Preference(Value):
    """Direct preference optimisation (Rafailov et al. 2023); only for ``method: dpo``.

    Attributes:
        beta: How dear it is to leave the starting model.
        sft_weight: Weight of the chosen answers' log-likelihood beside it (0 leaves it out).
    """

    beta: Positive = 0.1
    sft_weight: float = Field(default=0.0, ge=0, allow_inf_nan=False)


class Recipe(Value):
    """A training run.

    Attributes:
        name: Letters, digits, dots and dashes; names the run.
        model: A checkpoint's folder, a GGUF file, ``embedded`` for the packaged SmolLM2, or a hub name.
        adapter: An adapter to go on from, by its folder; None starts a new one.
        method: ``sft`` learns completions, ``dpo`` preferences, ``custom`` by an objective that the caller
            gives.
        tuning: ``lora``, ``qlora`` (base weights in 4 bits; CUDA only) or ``full``.
        lora: For the first two.
        data: Rows.
        optimization: Hyper-parameters.
        checks: Validation, early stop, checkpoints.
        scoring: Executed tests during training.
        preference: For ``method: dpo``.
    """

    name: str = Field(default="run", pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$")
    model: str = Field(min_length=1, max_length=1000)
    adapter: Path | None = None
    method: Literal["sft", "dpo", "custom"] = "sft"
    tuning: Literal["lora", "qlora", "full"] = "lora"
    lora: Lora = Lora()
    data: Data = Data()
    optimization: Optimization = Optimization()
    checks: Checks = Checks()
    scoring: Scoring = Scoring()
    preference: Preference = Preference()

    @model_validator(mode="after")
    def _fits(self) -> Self:
        if self.adapter is not None and self.tuning == "full":
            raise ValueError("adapter and tuning: full exclude each other: merge the adapter first")
        if self.method == "dpo" and self.data.packing and "packing" in self.data.model_fields_set:
            raise ValueError("preference pairs cannot be packed: leave data.packing out, or set it to false")
        return self

    def changed(self, **parts: object) -> Recipe:
        """A copy with some fields replaced, checked like a new one."""
        given = {name: getattr(self, name) for name in self.model_fields_set} | parts
        return Recipe.model_validate(given)
