"""How much memory training takes on one device, part by part, from sizes alone."""

from __future__ import annotations

from models.training.recipe import Recipe
from models.training.shape import Shape
from verifiers.domain import Value

GIB = 2**30
_ADAM = 8  # bytes a trained weight: two moments in float32 (Kingma and Ba 2015)
_NF4 = (
    0.5 + 0.127 / 8
)  # bytes a weight: 4 bits, and doubly quantised constants (Dettmers et al. 2023, section 3)
_TILE = 4096 * 32768  # logits that TRL's head holds at a time on a GPU
_CUDA = 1.0 * GIB  # context, kernels and what the allocator cannot use


class Memory(Value):
    """Bytes on each device.

    Attributes:
        weights: The model's, its adapter's, and while one layer computes, that layer's gathered shards.
        gradients: Of what is trained.
        optimizer: AdamW's moments.
        activations: Kept for the backward pass.
        logits: Scores over the vocabulary, and their gradient.
        overhead: Context and fragmentation of a GPU.
    """

    weights: float
    gradients: float
    optimizer: float
    activations: float
    logits: float
    overhead: float

    @property
    def total(self) -> float:
        """All of it."""
        return self.weights + self.gradients + self.optimizer + self.activations + self.logits + self.overhead


def memory_of(
    recipe: Recipe, shape: Shape, *, bf16: bool = True, devices: int = 1, cpu: bool = False
) -> Memory:
    """What each device holds at the fullest moment, in the backward pass of a micro-batch of full sequences.

    Args:
        recipe: Micro-batch, length, tuning, checkpointing.
        shape: The model.
        bf16: Compute in bfloat16, otherwise float32.
        devices: Weights, gradients and moments are sharded over so many (FSDP; Rajbhandari et al. 2020).
        cpu: On a CPU the head's logits are held whole, and there is no context.
    """
    trained = _trained(recipe, shape)
    whole = base_bytes(recipe, shape, bf16=bf16)
    if recipe.tuning != "full":
        whole += 4 * trained
    elif recipe.method == "dpo":
        whole += 4 * shape.parameters  # the model that it is measured by; an adapter is left out instead
    gathered = 2 * whole / shape.num_hidden_layers if devices > 1 else 0.0  # this layer's and the next one's
    sides = 2 if recipe.method == "dpo" else 1  # the chosen and the rejected answer go through together
    tokens = recipe.optimization.micro_batch * recipe.data.max_tokens * sides
    return Memory(
        weights=whole / devices + gathered,
        gradients=4 * trained / devices,
        optimizer=_ADAM * trained / devices,
        activations=activation_bytes(recipe, shape, tokens, bf16=bf16),
        logits=logit_bytes(shape, tokens, cpu=cpu),
        overhead=0.0 if cpu else _CUDA,
    )


def base_bytes(recipe: Recipe, shape: Shape, *, bf16: bool) -> float:
    """The base model's weights.

    Full fine-tuning keeps float32 weights, and with bfloat16 a narrow copy of the linear layers for the pass;
    LoRA a base as narrow as the arithmetic; QLoRA linear layers in NF4 and the rest in float32 (peft's
    ``prepare_model_for_kbit_training``).
    """
    if recipe.tuning == "full":
        return 4 * shape.parameters + (2 * shape.linear_parameters if bf16 else 0)
    if recipe.tuning == "qlora":
        return _NF4 * shape.linear_parameters + 4 * shape.other_parameters
    return (2 if bf16 else 4) * shape.parameters


def activation_bytes(recipe: Recipe, shape: Shape, tokens: int, *, bf16: bool) -> float:
    """What autograd keeps for ``tokens`` tokens at a time.

    With checkpointing (Chen et al. 2016) all layers' inputs, and one layer's own while it is computed again.
    """
    layer = _layer_bytes(recipe, shape, bf16=bf16) * tokens
    if not recipe.optimization.gradient_checkpointing:
        return layer * shape.num_hidden_layers
    narrow = bf16 and recipe.tuning != "full"
    kept = (2 if narrow else 4) * shape.hidden_size * tokens
    return kept * shape.num_hidden_layers + layer


def _layer_bytes(recipe: Recipe, shape: Shape, *, bf16: bool) -> float:
    """Bytes that one decoder layer keeps for a token.

    The factors are numbers of saved tensors times their width, counted with saved-tensor hooks on
    transformers 5.24's Llama with SDPA, which keeps no scores (``tests/lab/test_training_plan.py`` counts
    again). A bare layer in float32 keeps 8 of the hidden size, 2 of the keys' and 4 of the inner; Korthikanti
    et al. 2022 give such a count for GPT-3. LoRA keeps, for each target, its input in float32, what dropout
    took, and the low-rank product instead of the frozen layer's input; some of the targets, that share of it.
    """
    hidden, inner = shape.hidden_size, shape.intermediate_size
    narrow = shape.num_key_value_heads * shape.head_dim
    fixed = 4 * shape.num_attention_heads + 8
    plain = (20 * hidden + 4 * narrow + 8 * inner) if bf16 else (32 * hidden + 8 * narrow + 16 * inner)
    if recipe.tuning == "full":  # autocast keeps both the wide and the narrow residual stream
        return fixed + plain + (10 * hidden if bf16 else 0)
    layers = shape.num_hidden_layers
    aimed = sum(name.startswith("model.layers.") for name in shape.adapted(recipe.lora)) / layers  # in each
    more = (40 * hidden + 6 * inner) if bf16 else (32 * hidden + 4 * inner)
    return fixed + plain + more * aimed / len(shape.linear_layers) + 4 * recipe.lora.r * aimed


def logit_bytes(shape: Shape, tokens: int, *, cpu: bool) -> float:
    """Scores over the vocabulary, in float32.

    On a CPU logits, their logarithms and their gradient for each completion token, at most all; on a GPU one
    tile of them and its gradient.
    """
    held = tokens * shape.vocab_size
    return 4.0 * 3 * held if cpu else 4.0 * 2 * min(held, _TILE)


def _trained(recipe: Recipe, shape: Shape) -> int:
    return shape.parameters if recipe.tuning == "full" else shape.lora_parameters(recipe.lora)
