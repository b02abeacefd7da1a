"""The security loss by numbers, and what it does to a model: insecure tokens lose, secure ones gain."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import pytest
import torch

from models.adversarial import rounds
from models.adversarial.anchor import AnchoredObjective, objective_of
from models.adversarial.cases import Split
from models.adversarial.leaning import lean, pairs_of, summed
from models.adversarial.mining import Mining, References
from models.adversarial.objective import SecurityObjective, Terms, divergence
from models.adversarial.recipe import AdversarialRecipe, parse_adversarial_recipe
from models.adversarial.training import train_round
from models.chat import Message
from models.data.rows import Origin, PreferenceRow, TrainingRow
from models.training.batches import IGNORED
from models.training.tokens import Encoder
from tests.fakes import ScriptedModel
from tests.lab.tiny import tiny_llama
from tests.unit.models.adversarial.examples import INSECURE as INSECURE_ANSWER
from tests.unit.models.adversarial.examples import SECURE as SECURE_ANSWER
from tests.unit.models.adversarial.examples import WordExaminer, attack, twin
from verifiers.domain import CodingTask
from verifiers.errors import InvalidInput

PROMPT = (Message(role="user", content="Write f."),)
SECURE = "```python\ndef f(text):\n    return parse(text)\n```"
INSECURE = "```python\ndef f(text):\n    return eval(text)\n```"


def pair(number: int = 0) -> PreferenceRow:
    return PreferenceRow(
        prompt=(Message(role="user", content=f"Write f, number {number}."),),
        chosen=(Message(role="assistant", content=SECURE),),
        rejected=(Message(role="assistant", content=INSECURE),),
        origin=Origin(source="test", id=f"case-{number}"),
    )


def test_token_losses_by_hand() -> None:
    p = torch.tensor([0.5, 0.25, 0.9])
    found = SecurityObjective(Terms()).token_losses(p.log(), torch.tensor([1.0, -1.0, -1.0]))
    by_hand = [math.log(2), -math.log(0.75), -math.log(0.1)]  # -ln p, -ln(1 - p), -ln(1 - p)
    assert found.tolist() == pytest.approx(by_hand, abs=1e-5)


def test_unlikelihood_pushes_down_and_is_finite_at_certainty() -> None:
    log_probs = torch.tensor([-0.1, 0.0], requires_grad=True)
    SecurityObjective(Terms()).token_losses(log_probs, torch.tensor([-1.0, -1.0])).sum().backward()  # type: ignore[no-untyped-call]
    assert log_probs.grad is not None
    # d/dx -ln(1 - e^x) = e^x / (1 - e^x), positive: descent lowers log p. At certainty the clamp ends it.
    assert log_probs.grad[0].item() == pytest.approx(math.exp(-0.1) / (1 - math.exp(-0.1)), rel=1e-4)
    assert log_probs.grad[1].item() == 0.0


def test_divergence_by_hand() -> None:
    p, base = torch.tensor([[0.5, 0.5], [0.2, 0.8]]), torch.tensor([[0.25, 0.75], [0.2, 0.8]])
    by_hand = 0.5 * math.log(0.5 / 0.25) + 0.5 * math.log(0.5 / 0.75)
    assert divergence(p.log(), base.log()).tolist() == pytest.approx([by_hand, 0.0], abs=1e-6)


@pytest.fixture(scope="module")
def llama(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny_llama(tmp_path_factory.mktemp("llama"), initializer_range=0.05)


def opened(folder: Path, adapter: Path | None = None) -> tuple[Any, Any]:
    from peft import PeftModel
    from transformers import AutoModelForCausalLM, AutoTokenizer

    model = AutoModelForCausalLM.from_pretrained(str(folder))
    if adapter is not None:
        model = PeftModel.from_pretrained(model, str(adapter))
    return model.eval(), AutoTokenizer.from_pretrained(str(folder))


def test_only_the_tokens_of_the_difference_bear_the_masked_terms(llama: Path) -> None:
    _, tokenizer = opened(llama)
    secure, insecure = SecurityObjective(Terms(kept=0.0, kl=0.0, rarest=1.0)).lessons(pair())
    for lesson, word, sign in ((secure, "parse", 1), (insecure, "eval", -1)):
        encoded = Encoder(tokenizer, 512).encode(lesson)
        assert not isinstance(encoded, str)
        tokens = encoded.ids[encoded.start :]
        marked = [token for token, weight in zip(tokens, encoded.weights, strict=True) if weight]
        assert word in tokenizer.decode(marked)
        assert len(tokenizer.decode(marked).strip()) <= len(word) + 2
        assert {weight for weight in encoded.weights if weight} == {float(sign)}


def test_the_divergence_counts_what_both_sides_share_and_starts_at_nothing(llama: Path) -> None:
    from peft import LoraConfig, get_peft_model

    model, _ = opened(llama)
    adapted = get_peft_model(model, LoraConfig(r=4, target_modules="all-linear", task_type="CAUSAL_LM"))
    objective = objective_of(Terms(kl=2.0, kept=0.2))
    assert isinstance(objective, AnchoredObjective)
    ids = torch.arange(3, 10)[None]
    inputs = {
        "input_ids": ids,
        "attention_mask": torch.ones_like(ids),
        "labels": torch.tensor([[IGNORED, IGNORED, 5, 6, 7, 8, 9]]),
        # Token 5 is shared by both sides of a pair, 6 what makes it secure, 7 of a rejected side's rest,
        # and 9 of a utility row that weighs little.
        "token_weights": torch.tensor([[0.0, 0.0, 0.2, 1.5, 0.0, -1.0, 0.1]]),
        "token_count": torch.tensor(7),
    }
    assert objective.anchored(adapted, inputs).item() == pytest.approx(0, abs=1e-6)
    with torch.no_grad():
        for name, weight in adapted.named_parameters():
            if "lora_B" in name:
                weight.fill_(0.05)
    found = objective.anchored(adapted, inputs)
    logits = torch.log_softmax(adapted(input_ids=ids).logits[0, :-1], -1)
    with adapted.disable_adapter():
        base = torch.log_softmax(adapted(input_ids=ids).logits[0, :-1], -1)
    each = (logits.exp() * (logits - base)).sum(-1)
    assert found.item() == pytest.approx(2.0 * (each[1] + each[3]).item(), rel=1e-3)
    assert found.item() > 0
    found.backward()
    assert any(weight.grad is not None and weight.grad.abs().sum() > 0 for weight in adapted.parameters())


def likelihood(model: Any, tokenizer: Any, answer: str, word: str) -> float:
    """ln p of a word's tokens in an answer to the prompt."""
    said = tokenizer.apply_chat_template(
        [{"role": "user", "content": "Write f, number 0."}], tokenize=False, add_generation_prompt=True
    )
    before, _, _ = answer.partition(word)
    start = len(tokenizer(said + before, add_special_tokens=False)["input_ids"])
    ids = torch.tensor([tokenizer(said + before + word, add_special_tokens=False)["input_ids"]])
    with torch.no_grad():
        log_probs = torch.log_softmax(model(ids).logits[0, :-1], -1)
    return float(log_probs[range(start - 1, ids.shape[1] - 1), ids[0, start:]].sum())


def recipe(folder: Path, llama: Path, **changed: object) -> AdversarialRecipe:
    text = f"""
training:
  model: {llama}
  lora: {{r: 8, dropout: 0.0}}
  data: {{max_tokens: 256, packing: false, validation_share: 0}}
  optimization:
    learning_rate: 0.02
    warmup: 0
    batch: 8
    micro_batch: 4
    max_steps: 3
    gradient_checkpointing: false
"""
    return parse_adversarial_recipe(text, "r.yaml", folder).model_copy(update=changed)


def pair_file(folder: Path) -> Path:
    path = folder / "pairs.jsonl"
    path.write_text("".join(pair(number).model_dump_json() + "\n" for number in range(8)))
    return path


def utility(folder: Path) -> Path:
    path = folder / "utility.jsonl"
    made = [
        TrainingRow(
            prompt=(Message(role="user", content=f"Add {number}."),),
            completion=(Message(role="assistant", content=f"```python\nprint({number})\n```"),),
            origin=Origin(source="test"),
        )
        for number in range(20)
    ]
    path.write_text("".join(row.model_dump_json() + "\n" for row in made))
    return path


def test_three_steps_make_the_insecure_word_less_likely(llama: Path, tmp_path: Path) -> None:
    wanted = recipe(
        tmp_path,
        llama,
        terms=Terms(secure=0.0, kept=0.0, insecure=1.0, kl=0.0),
        utility_share=0.0,
    )
    run = train_round(wanted, [pair_file(tmp_path)], tmp_path / "run", None)[-1]
    before, tokenizer = opened(llama)
    after, _ = opened(llama, run.best)
    assert run.steps == 3
    assert (
        likelihood(after, tokenizer, INSECURE, "eval") < likelihood(before, tokenizer, INSECURE, "eval") - 0.5
    )


def test_the_whole_loss_and_dpo_behind_it(llama: Path, tmp_path: Path) -> None:
    wanted = recipe(
        tmp_path, llama, stages=("security", "dpo"), utility=(utility(tmp_path),), utility_share=0.5
    )
    security, dpo = train_round(wanted, [pair_file(tmp_path)], tmp_path / "run", None)
    assert (security.rows, dpo.rows) == (16, 8)
    assert (dpo.best / "adapter_model.safetensors").is_file()
    before, tokenizer = opened(llama)
    for run in (security, dpo):
        after, _ = opened(llama, run.best)

        def margin(model: Any) -> float:
            return likelihood(model, tokenizer, SECURE, "parse") - likelihood(
                model, tokenizer, INSECURE, "eval"
            )

        assert margin(after) > margin(before)
    again = train_round(wanted, [pair_file(tmp_path)], tmp_path / "run", None)
    assert [run.best_step for run in again] == [security.best_step, dpo.best_step]


def test_how_a_model_leans_is_what_its_tokens_say(llama: Path) -> None:
    case = attack(
        task=CodingTask(instruction="Write f, number 0."),
        secure="def f(text):\n    return parse(text)",
        insecure="def f(text):\n    return eval(text)",
    )
    model, tokenizer = opened(llama)
    (found,) = lean(pairs_of([case]), model, tokenizer, WordExaminer())
    said = tokenizer.apply_chat_template(
        [{"role": "system", "content": "Code."}, {"role": "user", "content": "Write f, number 0."}],
        tokenize=False,
        add_generation_prompt=True,
    )

    def mean(answer: str, word: str) -> float:
        begun = said + answer.partition(word)[0]
        start = len(tokenizer(begun, add_special_tokens=False)["input_ids"])
        ids = tokenizer(begun + word, add_special_tokens=False)["input_ids"]
        with torch.no_grad():
            log_probs = torch.log_softmax(model(torch.tensor([ids])).logits[0, :-1], -1)
        return float(log_probs[range(start - 1, len(ids) - 1), ids[start:]].mean())

    assert found.margin == pytest.approx(mean(INSECURE, "eval") - mean(SECURE, "parse"), abs=1e-4)
    (side,) = summed([[found], [found.model_copy(update={"margin": -1.0})]])
    assert (side.insecure[0].value, side.insecure[1].value) == (float(found.margin > 0), 0.0)
    assert not pairs_of([attack(insecure="")])


def test_a_model_that_computes_no_numbers_leans_nowhere(llama: Path) -> None:
    model, tokenizer = opened(llama)
    with torch.no_grad():
        next(model.parameters()).fill_(float("nan"))
    case = attack(secure="def f(x):\n    return parse(x)", insecure="def f(x):\n    return eval(x)")
    with pytest.raises(InvalidInput, match="computes no numbers"):
        lean(pairs_of([case]), model, tokenizer, WordExaminer())


def test_rounds_mine_train_and_attack_again(
    llama: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    held = attack(id="weakness/python-eval/heldout/0", split=Split.HELDOUT)
    cases = (attack(0), twin(), held)

    def chosen(families: object = (), languages: object = (), splits: Any = (), limit: object = None) -> Any:
        return tuple(case for case in cases if case.split in splits)

    monkeypatch.setattr(rounds, "all_cases", chosen)
    seen: list[Path | None] = []

    def open_state(adapter: Path | None, folder: Path) -> ScriptedModel:
        seen.append(adapter)
        texts = [INSECURE_ANSWER, SECURE_ANSWER]  # falls before it was trained, and not after
        return ScriptedModel([[texts[adapter is not None]]] * 9, name=f"tiny-{adapter is not None}")

    base = recipe(tmp_path, llama).training
    one_step = base.optimization.model_copy(update={"max_steps": 1, "batch": 4})
    wanted = recipe(
        tmp_path,
        llama,
        training=base.model_copy(update={"optimization": one_step}),
        terms=Terms(kl=0.0),
        mining=Mining(samples=1, attempts=0, references=References.ALWAYS),
        rounds=2,
    )
    told: list[rounds.Round] = []
    made = rounds.run_rounds(
        wanted, tmp_path / "run", WordExaminer(), open_state, workers=1, on_round=told.append
    )
    assert tuple(told) == made.rounds
    assert [each.pairs for each in made.rounds] == [1, 1]
    assert seen[:2] == [None, None]  # measured, then mined
    assert seen[2] == made.rounds[0].adapter  # measured after round 1, and so on
    assert made.adapter == made.rounds[1].adapter != made.rounds[0].adapter
    report = made.rounds[0].report
    assert report is not None
    changes = {(change.what, change.split): (change.before, change.after) for change in report.changes}
    assert changes["attack success", "heldout"] == (1.0, 0.0)
    learnt = (tmp_path / "run" / "round-2" / "training" / "1-security.jsonl").read_text()
    assert "weakness/python-eval/train/0" in learnt
    assert "heldout" not in learnt
