"""A recipe's model and tokenizer, ready to be trained: precision, quantisation, adapter."""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path
from typing import Any, NamedTuple

from models.errors import ModelMissing, installing
from models.training.errors import in_short
from models.training.recipe import Recipe
from models.training.shape import named
from verifiers.errors import InvalidInput, ToolMissing

_WEIGHTS = "adapter_model.safetensors"
LIBRARIES = (
    "torch",
    "transformers",
    "peft",
    "trl",
    "datasets",
    "accelerate",
    "matplotlib",
    "tensorboard",
)


class Loaded(NamedTuple):
    """A model to train.

    Attributes:
        model: Of transformers, or of peft where there is an adapter.
        tokenizer: Of transformers, with a padding token.
        bf16: Compute in bfloat16.
        notes: Sentences that a person should read.
    """

    model: Any
    tokenizer: Any
    bf16: bool
    notes: tuple[str, ...]


def require_libraries() -> None:
    """Say what is missing before anything is begun.

    Raises:
        ToolMissing: torch or its kin are not installed.
    """
    missing = [name for name in LIBRARIES if importlib.util.find_spec(name) is None]
    if missing:
        raise ToolMissing(
            f"Training needs {', '.join(missing)}, which this machine lacks.", installing("train")
        )


def open_model(recipe: Recipe, checkpoint: str) -> Loaded:
    """Load what a recipe trains.

    Args:
        recipe: Says how it is tuned.
        checkpoint: What ``from_pretrained`` takes; see :func:`models.training.weights.checkpoint_of`.

    Raises:
        InvalidInput: tokenizer, adapter or precision do not fit the model or the machine.
        ModelMissing: it is not here.
        ToolMissing: bitsandbytes is needed and not installed.
    """
    import transformers

    transformers.utils.logging.disable_progress_bar()
    tokenizer = open_tokenizer(checkpoint)
    bf16, notes = _precision(recipe)
    model = _base(recipe, checkpoint, bf16=bf16)
    _check_vocabulary(model, tokenizer)
    if recipe.tuning != "full":
        model = _adapted(model, recipe)
    return Loaded(model, tokenizer, bf16, notes)


def open_tokenizer(checkpoint: str) -> Any:
    """A checkpoint's tokenizer; pads with its end token where it has no padding token.

    Raises:
        ModelMissing: it is not here.
    """
    from transformers import AutoTokenizer

    try:
        tokenizer = AutoTokenizer.from_pretrained(checkpoint, trust_remote_code=False)
    except Exception as error:  # a damaged file raises errors of every kind
        raise _missing(checkpoint, "tokenizer", error) from error
    if tokenizer.pad_token_id is None:
        tokenizer.pad_token = tokenizer.eos_token
    return tokenizer


def open_answering(recipe: Recipe, checkpoint: str, folder: Path) -> tuple[Any, Any]:
    """A trained model set to answer, and its tokenizer: the folder's adapter over its base, or a checkpoint.

    Raises:
        InvalidInput: the adapter is another model's.
        ModelMissing: the base is not here.
    """
    import torch
    from peft import PeftModel

    source = str(folder) if recipe.tuning == "full" else checkpoint
    bf16, _ = _precision(recipe)
    model = _base(recipe, source, bf16=bf16)
    if recipe.tuning != "full":
        check_adapter(folder)
        model = PeftModel.from_pretrained(model, str(folder))
    if recipe.tuning != "qlora" and torch.cuda.is_available():
        model = model.to("cuda")
    return model.eval(), open_tokenizer(source)


def _precision(recipe: Recipe) -> tuple[bool, tuple[str, ...]]:
    import torch

    asked = recipe.optimization.precision
    if torch.cuda.is_available():
        able, device = torch.cuda.is_bf16_supported(including_emulation=False), "GPU"
    else:
        able, device = bool(torch.ops.mkldnn._is_mkldnn_bf16_supported()), "CPU"
    if asked == "bf16" and not able:
        raise InvalidInput(
            "optimization.precision",
            f"this {device} has no bfloat16 kernels: a step would take many times as long.",
            "Use 'auto' or 'fp32'.",
        )
    if asked == "auto" and not able:
        return False, (f"This {device} has no bfloat16 kernels: training in float32.",)
    return able and asked != "fp32", ()


def _base(recipe: Recipe, checkpoint: str, *, bf16: bool) -> Any:
    import torch
    from transformers import AutoModelForCausalLM

    # What is trained itself stays float32; a frozen base may be as narrow as the arithmetic.
    narrow = bf16 and recipe.tuning != "full"
    options: dict[str, Any] = {"dtype": torch.bfloat16 if narrow else torch.float32}
    if recipe.tuning == "qlora":
        options |= _four_bits()
    try:
        # sdpa keeps packed rows apart by a mask on every device; other implementations only on some.
        return AutoModelForCausalLM.from_pretrained(
            checkpoint, trust_remote_code=False, use_safetensors=True, attn_implementation="sdpa", **options
        )
    except Exception as error:  # as above
        raise _missing(checkpoint, "model", error) from error


def _four_bits() -> dict[str, Any]:
    import torch
    from accelerate import PartialState
    from transformers import BitsAndBytesConfig

    if not torch.cuda.is_available():
        raise InvalidInput(
            "tuning",
            "qlora keeps the base in 4 bits, which needs a CUDA GPU, and this machine has none.",
            "Use 'lora', or run this recipe where there is one.",
        )
    if importlib.util.find_spec("bitsandbytes") is None:
        raise ToolMissing("qlora needs bitsandbytes.", "Install it: pip install 'acrisol[qlora]'")
    config = BitsAndBytesConfig(
        load_in_4bit=True,
        bnb_4bit_quant_type="nf4",
        bnb_4bit_use_double_quant=True,
        bnb_4bit_compute_dtype=torch.bfloat16,
        bnb_4bit_quant_storage=torch.bfloat16,  # so that FSDP can shard it
    )
    return {"quantization_config": config, "device_map": {"": PartialState().local_process_index}}


def _check_vocabulary(model: Any, tokenizer: Any) -> None:
    rows = model.get_input_embeddings().weight.shape[0]
    highest = max(tokenizer.get_vocab().values())
    if highest >= rows:
        raise InvalidInput(
            "model",
            f"its tokenizer has a token number {highest:,}, but its weights only {rows:,} rows: they belong "
            "to different models.",
            "Put the tokenizer that the weights were trained with into the folder.",
        )


def _adapted(model: Any, recipe: Recipe) -> Any:
    from peft import LoraConfig, PeftModel, get_peft_model, prepare_model_for_kbit_training

    if recipe.tuning == "qlora":
        model = prepare_model_for_kbit_training(
            model, use_gradient_checkpointing=recipe.optimization.gradient_checkpointing
        )
    if recipe.adapter is not None:
        check_adapter(recipe.adapter)
        try:
            adapted = PeftModel.from_pretrained(model, str(recipe.adapter), is_trainable=True)
        except Exception as error:  # as above
            why = (str(error).strip().splitlines() or [type(error).__name__])[-1].strip()
            raise _foreign(recipe.adapter, why[:300]) from error
        _check_names(adapted, recipe.adapter)
        return adapted
    lora = recipe.lora
    targets = lora.targets if isinstance(lora.targets, str) else list(lora.targets)
    _check_targets(model, targets)
    config = LoraConfig(
        r=lora.r,
        lora_alpha=lora.alpha,
        lora_dropout=lora.dropout,
        target_modules=targets,
        task_type="CAUSAL_LM",
    )
    try:
        return get_peft_model(model, config)
    except ValueError as error:  # a name of what is no layer of its own
        raise _unknown(model, targets) from error


def _check_targets(model: Any, targets: str | list[str]) -> None:
    """See that each target is a layer: peft takes those that it finds and says nothing of the others.

    Raises:
        InvalidInput: one is none.
    """
    names = [name for name, _ in model.named_modules()]
    given = [] if isinstance(targets, str) else targets
    unknown = [target for target in given if not any(named(name, target) for name in names)]
    if unknown:
        raise _unknown(model, unknown)


def _unknown(model: Any, targets: str | list[str]) -> InvalidInput:
    names = sorted(
        {name.rpartition(".")[2] for name, part in model.named_modules() if hasattr(part, "in_features")}
    )
    said = targets if isinstance(targets, str) else ", ".join(targets)
    return InvalidInput(
        "lora.targets",
        f"the model has no layer named so: {said[:300]}.",
        f"It has: {', '.join(names)}.",
    )


def check_adapter(folder: Path) -> None:
    """See that a folder holds a LoRA adapter as safetensors, before peft looks for other things.

    Raises:
        InvalidInput: it does not.
    """
    try:
        config = json.loads((folder / "adapter_config.json").read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise InvalidInput(
            "adapter", f"there is no readable adapter_config.json in {folder}.", "Give an adapter's folder."
        ) from error
    if not (folder / _WEIGHTS).is_file():
        raise InvalidInput(
            "adapter",
            f"there is no {_WEIGHTS} in {folder}; other formats can hold code.",
            "Save it as safetensors.",
        )
    if not isinstance(config, dict) or config.get("peft_type") != "LORA":
        raise InvalidInput("adapter", f"{folder} holds no LoRA adapter.", "Give a LoRA adapter's folder.")


def _check_names(adapted: Any, folder: Path) -> None:
    from peft import get_peft_model_state_dict
    from safetensors import safe_open

    with safe_open(folder / _WEIGHTS, "pt") as file:
        theirs = set(file.keys())
    ours = set(get_peft_model_state_dict(adapted))
    if theirs != ours:
        raise _foreign(
            folder,
            f"{len(theirs - ours)} tensors of the adapter are not of this model, "
            f"{len(ours - theirs)} of the model's not in the adapter",
        )


def _foreign(folder: Path, why: str) -> InvalidInput:
    return InvalidInput(
        "adapter",
        f"{folder} is damaged, or was made for another model: {why}.",
        "Give the model that it was trained on as 'model'.",
    )


def _missing(checkpoint: str, what: str, error: Exception) -> ModelMissing:
    return ModelMissing(
        f"The {what} of {checkpoint} cannot be read: {in_short(error)}",
        "Give a folder with config, tokenizer and safetensors, or a hub name where a hub can be reached.",
    )
