"""Two processes that train one model, as on two GPUs, by way of torch's gloo."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from models.training.recipe_file import written
from tests.lab.tiny import tiny_llama
from tests.lab.training import recipe, sft_row, written_rows

ACCELERATE = """\
compute_environment: LOCAL_MACHINE
distributed_type: MULTI_GPU
mixed_precision: 'no'
num_machines: 1
num_processes: 2
machine_rank: 0
main_training_function: main
same_network: true
rdzv_backend: static
use_cpu: true
"""


def test_two_processes_train_one_model_and_tell_of_it_once(tmp_path: Path) -> None:
    rows = written_rows(tmp_path / "rows.jsonl", [sft_row(number) for number in range(24)])
    made = recipe(tiny_llama(tmp_path / "model"), rows, optimization={"refine_epochs": 0})
    (tmp_path / "recipe.yaml").write_text(written(made))
    (tmp_path / "two.yaml").write_text(ACCELERATE)
    command = [str(Path(sys.executable).with_name("acrisol")), "train", str(tmp_path / "recipe.yaml")]
    command += ["--launch", str(tmp_path / "two.yaml"), "--output", str(tmp_path / "run")]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=300)
    assert done.returncode == 0, done.stderr
    assert sorted(path.name for path in (tmp_path / "run" / "rows").iterdir()) == ["0", "1"]
    assert (tmp_path / "run" / "best" / "adapter_model.safetensors").exists()
    said = done.stdout + done.stderr
    assert said.count("Finished after") == said.count("step 3 of 3") == 1
    assert "[transformers]" not in said
