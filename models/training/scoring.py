"""A checkpoint's score: the share of a suite's problems that its first answer solves, when it is run."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from models.chat import Message
from models.embedded import EmbeddedModel, find_packaged_model
from models.examining import Examiner, Problem
from models.training.recipe import EMBEDDED, Recipe
from models.training.weights import checkpoint_of
from verifiers.domain import CodingTask, Sampling
from verifiers.errors import InvalidInput

Answers = Callable[[Path, Sequence[tuple[Message, ...]], int], list[str]]
"""Greedy answers of the model in a folder to conversations, of at most so many tokens each."""

_SLOTS = 4
_BATCH = 8
_TIMEOUT_S = 600.0


def scorer(
    problems: Sequence[Problem], examiner: Examiner, answers: Answers, max_tokens: int, threads: int = 2
) -> Callable[[Path], float]:
    """What ``train`` calls with each checkpoint that is to be scored.

    Args:
        problems: The suite; at least one.
        examiner: Asks, and runs the answers in its sandbox.
        answers: Of the checkpoint.
        max_tokens: Of an answer.
        threads: Answers judged at a time.
    """

    def passes(task: CodingTask, answer: str) -> bool:
        try:
            return examiner.judge(task, answer, scan=False).passed is True
        except InvalidInput:  # code that no verifier can take, such as a file too long
            return False

    def score(folder: Path) -> float:
        said = answers(folder, [examiner.ask(problem.task) for problem in problems], max_tokens)
        with ThreadPoolExecutor(threads) as pool:
            pairs = zip(problems, said, strict=True)
            return sum(pool.map(lambda pair: passes(pair[0].task, pair[1]), pairs)) / len(problems)

    return score


def answers_for(recipe: Recipe, cache: Path | None = None) -> Answers:
    """How the checkpoints of a recipe's run are asked.

    An adapter over a GGUF model is written as GGUF and laid over it by llama.cpp, as it will be served; on a
    CPU that is several times as fast. All else is loaded by transformers in this process.
    """
    gguf = recipe.model == EMBEDDED or recipe.model.endswith(".gguf")
    if gguf and recipe.tuning != "full":
        base = find_packaged_model() if recipe.model == EMBEDDED else Path(recipe.model)
        return lambda folder, asked, most: _by_llama_cpp(
            base, checkpoint_of(recipe.model, cache), folder, asked, most
        )
    return lambda folder, asked, most: _by_transformers(recipe, cache, folder, asked, most)


def _by_llama_cpp(
    base: Path, checkpoint: str, folder: Path, asked: Sequence[tuple[Message, ...]], most: int
) -> list[str]:
    from transformers import AutoConfig

    from models.training.export.llama_layout import layout_of
    from models.training.export.lora_gguf import write_lora
    from models.training.stored_adapter import stored_factors

    greedy = Sampling(temperature=0, max_tokens=most)
    with tempfile.TemporaryDirectory(prefix="acrisol-score-") as made:
        adapter = Path(made) / "adapter.gguf"
        layout = layout_of(AutoConfig.from_pretrained(checkpoint))
        write_lora(adapter, list(stored_factors(folder)), layout, "score")
        model = EmbeddedModel(base, adapter=adapter, slots=_SLOTS)
        try:
            with ThreadPoolExecutor(_SLOTS) as pool:
                found = pool.map(lambda messages: model.complete(messages, greedy, 1, _TIMEOUT_S), asked)
                return [completions.samples[0].text for completions in found]
        finally:
            model.close()


def _by_transformers(
    recipe: Recipe, cache: Path | None, folder: Path, asked: Sequence[tuple[Message, ...]], most: int
) -> list[str]:
    import torch

    from models.training.loading import open_answering

    model, tokenizer = open_answering(recipe, checkpoint_of(recipe.model, cache), folder)
    tokenizer.padding_side = "left"
    said: list[str] = []
    for start in range(0, len(asked), _BATCH):
        turns = [[message.model_dump() for message in messages] for messages in asked[start : start + _BATCH]]
        inputs = tokenizer.apply_chat_template(
            turns, add_generation_prompt=True, return_tensors="pt", return_dict=True, padding=True
        ).to(model.device)
        with torch.inference_mode():
            made: Any = model.generate(
                **inputs, max_new_tokens=most, do_sample=False, pad_token_id=tokenizer.pad_token_id
            )
        said += tokenizer.batch_decode(made[:, inputs["input_ids"].shape[1] :], skip_special_tokens=True)
    return said
