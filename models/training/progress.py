"""What a run says of itself, while it goes on and at its end."""

from __future__ import annotations

from pathlib import Path

from verifiers.domain import Value


class Progress(Value):
    """Where a run is.

    Attributes:
        step: Optimizer steps done.
        steps: Of so many.
        epoch: Epochs done, with fractions.
        loss: Mean loss of the step's completion tokens, natural logarithm; None where this event brings none.
        perplexity: ``exp`` of the validation loss; None between validations.
        score: Executed pass@1; None where none was measured.
        learning_rate: Of this step.
        tokens_per_second: Tokens that went through the model, padding left out.
        eta_s: Seconds that the rest will take.
        message: A sentence for a person; empty for none.
    """

    step: int
    steps: int
    epoch: float = 0.0
    loss: float | None = None
    perplexity: float | None = None
    score: float | None = None
    learning_rate: float | None = None
    tokens_per_second: float | None = None
    eta_s: float | None = None
    message: str = ""


class TrainedRun(Value):
    """What a run came to.

    Attributes:
        folder: The run's folder.
        best: The adapter (or model) that is kept, a folder with safetensors.
        best_step: The step it comes from.
        steps: Steps done.
        loss: Mean training loss of the last step.
        perplexity: The best model's, on the held-out rows; None without any.
        score: The best model's executed pass@1; None where none was asked for.
        rows: Rows trained on.
        tokens: Tokens seen in all epochs.
        seconds: Wall clock, all parts of a resumed run together.
        ended: ``finished`` or ``early stop``.
        data_digest: SHA-256 over the rows.
        fold_perplexities: One a fold, where the recipe asks for folds.
    """

    folder: Path
    best: Path
    best_step: int
    steps: int
    loss: float
    perplexity: float | None = None
    score: float | None = None
    rows: int
    tokens: int
    seconds: float
    ended: str
    data_digest: str
    fold_perplexities: tuple[float, ...] = ()
