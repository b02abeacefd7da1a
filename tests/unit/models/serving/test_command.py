"""The command that starts vLLM: what is in it, and what must not be."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from models.serving.command import GUARD, RANKS, ServerOptions, launch, rank_for
from models.serving.interpreter import cpu_dtype, cpu_preloads, default_device, find_python
from verifiers.errors import InvalidInput, ToolMissing

KEY = "the-key-of-this-server"
OURS = {
    "HOME": "/home/u",
    "PATH": "/bin",
    "HF_TOKEN": "hub",
    "CUDA_VISIBLE_DEVICES": "1",
    "ACRISOL_MODEL_API_KEY": "provider",
    "POSTGRES_PASSWORD": "secret",
    "REDIS_URL": "redis://:secret@h",
    "PYTHONPATH": "/evil",
    "LD_PRELOAD": "/evil.so",
}


def options(**changes: object) -> ServerOptions:
    return ServerOptions.model_validate({"model": "/models/base", "name": "base", "port": 8001, **changes})


def test_on_a_cpu() -> None:
    made = launch(
        options(dtype="float32", threads=2, cache_gib=3, context=2048),
        "/vllm/python",
        KEY,
        inherited=OURS,
        preloads=["/lib/tcmalloc.so", "/vllm/iomp.so"],
    )
    assert made.argv[:3] == ("/vllm/python", "-m", "vllm.entrypoints.openai.api_server")
    said = dict(zip(made.argv, made.argv[1:], strict=False))
    assert said["--host"] == "127.0.0.1"
    assert said["--model"] == "/models/base"
    assert said["--max-model-len"] == "2048"
    assert said["--load-format"] == "safetensors"
    assert said["--middleware"] == "acrisol_guard.Guard"
    assert {"--enable-lora", "--enable-prefix-caching"} <= set(made.argv)
    assert not {"--gpu-memory-utilization", "--trust-remote-code", "--api-key"} & set(made.argv)
    assert made.environment == {
        "HOME": "/home/u",
        "PATH": "/bin",
        "HF_TOKEN": "hub",
        "CUDA_VISIBLE_DEVICES": "1",
        "HF_HUB_OFFLINE": "1",
        "VLLM_API_KEY": KEY,
        "VLLM_ALLOW_RUNTIME_LORA_UPDATING": "True",
        "VLLM_SERVER_DEV_MODE": "0",
        "VLLM_NO_USAGE_STATS": "1",
        "DO_NOT_TRACK": "1",
        "VLLM_CPU_KVCACHE_SPACE": "3",
        "VLLM_CPU_OMP_THREADS_BIND": "nobind",
        "OMP_NUM_THREADS": "2",
        "KMP_BLOCKTIME": "1",
        "LD_PRELOAD": "/lib/tcmalloc.so:/vllm/iomp.so",
    }


def test_on_gpus() -> None:
    made = launch(options(model="org/model", device="cuda", gpus=2, gpu_memory=0.8), "p", KEY, inherited=OURS)
    said = dict(zip(made.argv, made.argv[1:], strict=False))
    assert said["--tensor-parallel-size"] == "2"
    assert said["--gpu-memory-utilization"] == "0.8"
    assert not [name for name in made.environment if name.startswith(("VLLM_CPU", "KMP", "OMP", "LD_"))]
    assert "HF_HUB_OFFLINE" not in made.environment  # it has to fetch the model


def test_the_key_is_in_no_command_line_and_not_shown() -> None:
    made = launch(options(), "/vllm/python", KEY, inherited=OURS)
    assert KEY not in " ".join(made.argv)
    assert KEY not in made.shown()
    assert "VLLM_API_KEY=..." in made.shown()


def test_what_is_shown_can_be_pasted(tmp_path: Path) -> None:
    shown = launch(options(model="/a b/c"), "/vllm/python", KEY, inherited=OURS).shown()
    assert "--model '/a b/c'" in shown
    assert shown.startswith(f"cd {GUARD} && env \\\n")


@pytest.mark.parametrize(
    "extra",
    [
        "--api-key",
        "--api-key=x",
        "--trust-remote-code",
        "--middleware",
        "--host=0.0.0.0",
        "--port",
        "--api_key=x",  # vLLM reads underscores as dashes
        "--trust_remote",  # and argparse what is begun
        "--load-format=pt",
        "--config=other.yaml",
        "--lora-modules",
    ],
)
def test_what_keeps_it_safe_cannot_be_undone(extra: str) -> None:
    with pytest.raises(InvalidInput, match="which is set here"):
        launch(options(extra=("--quantization", "awq", extra)), "p", KEY, inherited={})


def test_ranks() -> None:
    assert [rank_for(rank) for rank in (1, 8, 9, 16, 300, 512)] == [8, 8, 16, 16, 320, 512]
    with pytest.raises(InvalidInput, match="at most 512"):
        rank_for(513)
    with pytest.raises(InvalidInput, match="takes one of 8, 16"):
        launch(options(max_rank=24), "p", KEY, inherited={})
    assert tuple(sorted(RANKS)) == RANKS


def test_nothing_else_is_in_the_folder_it_starts_in() -> None:
    """Python looks for modules there first."""
    assert {path.name for path in GUARD.iterdir()} - {"__pycache__"} == {"acrisol_guard.py"}
    tree = ast.parse((GUARD / "acrisol_guard.py").read_text())
    modules = {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    assert modules <= {"__future__", "collections.abc", "typing", "vllm"}


def test_the_interpreter_must_have_vllm(tmp_path: Path) -> None:
    with pytest.raises(ToolMissing, match="vLLM is not installed here"):
        find_python(None, tmp_path)
    python = tmp_path / "vllm" / "bin" / "python"
    python.parent.mkdir(parents=True)
    python.write_text("")
    python.chmod(0o755)
    with pytest.raises(ToolMissing, match="not installed for"):
        find_python(None, tmp_path)
    package = tmp_path / "vllm" / "lib" / "python3.11" / "site-packages" / "vllm"
    package.mkdir(parents=True)
    (package / "__init__.py").write_text("")
    assert find_python(None, tmp_path) == python
    with pytest.raises(ToolMissing, match="no program"):
        find_python(tmp_path / "other", tmp_path)


def test_only_libraries_that_are_there_are_preloaded(tmp_path: Path) -> None:
    python = tmp_path / "env" / "bin" / "python"
    assert cpu_preloads(python, [str(tmp_path)]) == ()
    (tmp_path / "libtcmalloc_minimal.so.4").write_text("")
    (tmp_path / "env" / "lib").mkdir(parents=True)
    (tmp_path / "env" / "lib" / "libiomp5.so").write_text("")
    assert [Path(path).name for path in cpu_preloads(python, [str(tmp_path)])] == [
        "libtcmalloc_minimal.so.4",
        "libiomp5.so",
    ]


@pytest.mark.parametrize(
    ("text", "dtype"),
    [
        ("flags\t: fpu avx2\n", "float32"),
        ("flags\t: fpu avx2 avx512_bf16\n", "bfloat16"),
        ("Features\t: fp asimd bf16\n", "bfloat16"),
        ("", "float32"),
    ],
)
def test_bfloat16_where_the_processor_has_it(tmp_path: Path, text: str, dtype: str) -> None:
    (tmp_path / "cpuinfo").write_text(text)
    assert cpu_dtype(tmp_path / "cpuinfo") == dtype
    assert default_device(tmp_path / "cpuinfo") == "cuda"
    assert default_device(tmp_path / "nothing") == "cpu"
