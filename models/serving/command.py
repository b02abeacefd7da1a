"""How vLLM's server is started: a pure function from options to a command and its environment."""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field

from models.serving.entries import Name
from verifiers.domain import Value
from verifiers.errors import InvalidInput

RANKS = (8, 16, 32, 64, 128, 256, 320, 512)
"""What vLLM takes as the largest rank of adapters; memory is set aside for it."""

GUARD = Path(__file__).with_name("guard")
KEY_VARIABLE = "VLLM_API_KEY"
_FORBIDDEN = (
    "--api-key",
    "--config",  # a file with any of these in it
    "--host",
    "--load-format",
    "--lora-modules",  # adapters that nobody has looked over
    "--middleware",
    "--port",
    "--trust-remote-code",
)
# Everything else of ours (keys, database passwords) is none of vLLM's business.
_KEPT = ("HOME", "LANG", "PATH", "TMPDIR", "TZ", "USER", "LD_LIBRARY_PATH", "XDG_CACHE_HOME", "NO_PROXY")
_KEPT_PREFIXES = ("CUDA_", "HF_", "LC_", "NCCL_", "NVIDIA_", "TORCH", "TRITON_", "VLLM_")

Device = Literal["cpu", "cuda"]


class ServerOptions(Value):
    """What a server is to be.

    Attributes:
        model: A checkpoint folder, or a name that vLLM fetches.
        name: What the base model is called in requests.
        host: Address to listen on.
        port: Port to listen on.
        device: What computes.
        dtype: Of weights and activations.
        max_rank: Largest rank of an adapter, one of :data:`RANKS`.
        max_adapters: Adapters that one batch may mix; as many are kept ready.
        context: Longest prompt and completion together, in tokens; None takes the model's own limit.
        cache_gib: Memory for keys and values, in GiB; only for CPUs.
        threads: CPU threads; only for CPUs.
        gpus: Over how many GPUs each layer is split.
        gpu_memory: Share of each GPU's memory that is used.
        extra: Further arguments, as vLLM's documentation has them.
    """

    model: str
    name: Name
    host: str = "127.0.0.1"
    port: int = Field(ge=1, le=65_535)
    device: Device = "cpu"
    dtype: Literal["auto", "float32", "bfloat16", "float16"] = "auto"
    max_rank: int = 16
    max_adapters: int = Field(default=4, ge=1, le=64)
    context: int | None = Field(default=None, ge=16)
    cache_gib: int = Field(default=2, ge=1, le=4096)
    threads: int = Field(default=1, ge=1, le=1024)
    gpus: int = Field(default=1, ge=1, le=64)
    gpu_memory: Annotated[float, Field(gt=0, le=1)] = 0.9
    extra: tuple[str, ...] = ()


class Launch(Value):
    """A command, its whole environment and the folder that it starts in; holds the key."""

    argv: tuple[str, ...]
    environment: dict[str, str]
    folder: str

    def shown(self) -> str:
        """The command for a person's shell, without the key and what was inherited."""
        own = {
            name: value
            for name, value in self.environment.items()
            if name not in _KEPT and (name.startswith(_OWN_PREFIXES) or name == "LD_PRELOAD")
        }
        if KEY_VARIABLE in own:
            own[KEY_VARIABLE] = "..."
        variables = [f"{name}={shlex.quote(value)}" for name, value in sorted(own.items())]
        return " \\\n    ".join(
            (f"cd {shlex.quote(self.folder)} && env", *variables, _with_options_together(self.argv))
        )


_OWN_PREFIXES = ("VLLM_", "OMP_", "KMP_", "HF_HUB_OFFLINE", "DO_NOT_TRACK")


def rank_for(rank: int) -> int:
    """The smallest of :data:`RANKS` that holds adapters of a rank.

    Raises:
        InvalidInput: none does.
    """
    for allowed in RANKS:
        if rank <= allowed:
            return allowed
    raise InvalidInput("max_rank", f"is {rank}, and vLLM takes at most {RANKS[-1]}.")


def launch(
    options: ServerOptions,
    python: str,
    key: str,
    *,
    inherited: Mapping[str, str],
    preloads: Sequence[str] = (),
) -> Launch:
    """The command that starts vLLM's server.

    Args:
        options: What it is to be.
        python: vLLM's own interpreter.
        key: The API key; it goes by the environment, since everybody can read command lines.
        inherited: The environment that some variables are taken from.
        preloads: Libraries to load before all others; only for CPUs.

    Raises:
        InvalidInput: the rank is none of vLLM's, or ``extra`` undoes what keeps the server safe.
    """
    if options.max_rank not in RANKS:
        raise InvalidInput(
            "max_rank", f"is {options.max_rank}, and vLLM takes one of {', '.join(map(str, RANKS))}."
        )
    for argument in options.extra:
        name = argument.split("=")[0]
        # vLLM reads underscores as dashes, and takes the beginning of an option for the whole.
        if len(name) > 2 and any(each.startswith(name.replace("_", "-")) for each in _FORBIDDEN):
            raise InvalidInput("extra", f"has {name}, which is set here.", "Leave it out.")
    argv = [python, "-m", "vllm.entrypoints.openai.api_server"]
    argv += ["--host", options.host, "--port", str(options.port)]
    argv += ["--model", options.model, "--served-model-name", options.name]
    # Only what cannot run code. And what is sampled is what the agent asks for, not what a folder says.
    argv += ["--load-format", "safetensors", "--generation-config", "vllm"]
    argv += ["--dtype", options.dtype, "--enable-prefix-caching"]
    argv += ["--enable-lora", "--max-lora-rank", str(options.max_rank)]
    argv += ["--max-loras", str(options.max_adapters), "--max-cpu-loras", str(options.max_adapters)]
    argv += ["--structured-outputs-config.backend", "auto"]
    argv += ["--middleware", "acrisol_guard.Guard", "--disable-fastapi-docs"]
    argv += ["--disable-access-log-for-endpoints", "/health,/metrics"]
    if options.context is not None:
        argv += ["--max-model-len", str(options.context)]
    if options.device == "cuda":
        argv += ["--gpu-memory-utilization", f"{options.gpu_memory:g}"]
        argv += ["--tensor-parallel-size", str(options.gpus)]
    return Launch(
        argv=(*argv, *options.extra),
        environment=_environment(options, key, inherited, preloads),
        folder=str(GUARD),
    )


def _environment(
    options: ServerOptions, key: str, inherited: Mapping[str, str], preloads: Sequence[str]
) -> dict[str, str]:
    found = {
        name: value for name, value in inherited.items() if name in _KEPT or name.startswith(_KEPT_PREFIXES)
    }
    found |= {
        KEY_VARIABLE: key,
        "VLLM_ALLOW_RUNTIME_LORA_UPDATING": "True",
        "VLLM_SERVER_DEV_MODE": "0",
        "VLLM_NO_USAGE_STATS": "1",
        "DO_NOT_TRACK": "1",
    }
    if Path(options.model).is_absolute():
        found["HF_HUB_OFFLINE"] = "1"
    if options.device == "cpu":
        found |= {
            "VLLM_CPU_KVCACHE_SPACE": str(options.cache_gib),
            # Its own choice of cores takes one of two, and ignores a container's quota.
            "VLLM_CPU_OMP_THREADS_BIND": "nobind",
            "OMP_NUM_THREADS": str(options.threads),
            "KMP_BLOCKTIME": "1",  # milliseconds that a thread spins while it waits for work
        }
        if preloads:
            found["LD_PRELOAD"] = ":".join(preloads)
    return found


def _with_options_together(argv: Sequence[str]) -> str:
    """A command line with each option and its value on a line."""
    lines = [shlex.quote(argv[0])]
    for argument in argv[1:]:
        if argument.startswith("--"):
            lines.append(shlex.quote(argument))
        else:
            lines[-1] += f" {shlex.quote(argument)}"
    return " \\\n    ".join(lines)
