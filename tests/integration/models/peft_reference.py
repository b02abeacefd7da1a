"""Run by the lab's interpreter: makes a model's folder and LoRA adapters, and says what they should answer.

``peft_reference.py MODEL_CACHE ADAPTERS_FOLDER PROMPT`` prints a JSON object: the model's folder, and for the
base model (``""``) and each adapter the log-probabilities of the most likely first tokens, as transformers
and PEFT compute them.
"""

import json
import sys
from pathlib import Path

import torch
from peft import LoraConfig, get_peft_model
from transformers import AutoModelForCausalLM, AutoTokenizer

from models.training.weights import checkpoint_of

SPREAD = 0.012  # enough to change likelihoods, not enough to unlearn a one-line function
TOP = 5


def main() -> None:
    cache, adapters, prompt = Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3]
    torch.set_num_threads(1)
    folder = checkpoint_of("embedded", cache)
    tokenizer = AutoTokenizer.from_pretrained(folder)
    messages = [{"role": "user", "content": prompt}]
    ids = tokenizer.apply_chat_template(messages, add_generation_prompt=True, return_tensors="pt")
    ids = ids if isinstance(ids, torch.Tensor) else ids["input_ids"]
    model = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32)

    def first_tokens(from_model: torch.nn.Module) -> dict[str, float]:
        with torch.no_grad():
            logits = from_model(ids).logits[0, -1]
        best = torch.log_softmax(logits, -1).topk(TOP)
        return {tokenizer.decode([int(token)]): float(p) for p, token in zip(*best, strict=True)}

    expected = {"": first_tokens(model)}
    for seed, name in enumerate(("one", "two"), 1):
        torch.manual_seed(seed)
        config = LoraConfig(r=8, lora_alpha=16, target_modules="all-linear", task_type="CAUSAL_LM")
        lora = get_peft_model(
            AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32), config
        ).eval()
        with torch.no_grad():
            for weight_name, weight in lora.named_parameters():
                if "lora_" in weight_name:
                    weight.copy_(torch.randn_like(weight) * SPREAD)
        lora.save_pretrained(str(adapters / name))
        expected[name] = first_tokens(lora)
    sys.stdout.write(json.dumps({"folder": folder, "expected": expected}))


main()
