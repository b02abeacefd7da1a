"""The program that holds a model: started by :mod:`models.local_server`, one process a model.

A process of its own, because llama.cpp ends the process that it runs in on some errors (``GGML_ASSERT`` calls
``abort``), has no way to be stopped, starts threads that a fork would lose, and logs to the terminal's file
descriptors.

Speaks with its parent over stdin and stdout: one JSON line in (see :func:`main`), one JSON line out
(``{"url": ..., "model": ...}`` or ``{"error": ...}``); it ends when its stdin closes or its parent is gone.
Imports nothing of this project, so that it can be run by its path from anywhere.
"""

import json
import os
import socket
import sys
import threading
import time
import urllib.request
from typing import Any

_POLL_S = 0.5


def main() -> None:
    """Serve the model that the first line of stdin names, until stdin ends."""
    # A native library may print to descriptor 1; the answer to the parent goes through a copy of it.
    answer = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    threading.Thread(target=_end_with, args=(os.getppid(),), daemon=True).start()
    # Read by the OpenMP runtime when it is loaded. By default its threads spin while they wait for each
    # other, and on cores that others use as well a model then takes seconds for a token.
    os.environ["OMP_WAIT_POLICY"] = "passive"
    os.environ["GOMP_SPINCOUNT"] = "0"
    config = json.loads(sys.stdin.readline())
    start = {"llama.cpp": _start_llamacpp, "transformers": _start_transformers}[config["engine"]]
    try:
        url, model = start(config)
        reply = {"url": url, "model": model}
    except (ImportError, RuntimeError, OSError, ValueError) as error:
        reply = {"error": f"{type(error).__name__}: {error}"}
    answer.write(json.dumps(reply) + "\n")
    answer.close()
    if "url" in reply:
        sys.stdin.read()
    # Not sys.exit: native threads are still at work, and destructors would wait for them.
    os._exit(0 if "url" in reply else 1)


_KEEP: list[Any] = []
"""The running server: it ends when its object goes."""


def _start_llamacpp(config: dict[str, Any]) -> tuple[str, str]:
    import xllamacpp

    params = xllamacpp.CommonParams()
    params.model.path = config["path"]
    params.model_alias = {config["name"]}
    params.n_parallel = config["slots"]
    params.n_ctx = config["slots"] * config["context"]
    params.cpuparams.n_threads = params.cpuparams_batch.n_threads = config["threads"]
    params.hostnames = ["127.0.0.1"]
    params.port = 0
    params.api_keys = [config["api_key"]]
    params.cors_origins = ""
    params.ui = params.endpoint_slots = False
    params.cache_ram_mib = config["cache_mib"]
    if config.get("adapter"):
        params.lora_adapters = [xllamacpp.CommonAdapterLoraInfo(config["adapter"], 1.0)]
    if config.get("exact"):
        # Attention is else computed in float16, which costs some hundredths of a logprob.
        params.cache_type_k = params.cache_type_v = xllamacpp.ggml_type.GGML_TYPE_F32
        params.flash_attn_type = xllamacpp.llama_flash_attn_type.LLAMA_FLASH_ATTN_TYPE_DISABLED
    params.verbosity = 1  # errors
    server = xllamacpp.Server(params)
    _KEEP.append(server)
    return str(server.listening_address), config["name"]


def _start_transformers(config: dict[str, Any]) -> tuple[str, str]:
    """``transformers serve`` on a free port; it loads the folder before it listens."""
    os.environ["HF_HUB_OFFLINE"] = "1"
    os.environ["TRANSFORMERS_OFFLINE"] = "1"
    import torch
    from transformers.cli.serve import Serve

    torch.set_num_threads(config["threads"])
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    # Most checkpoints are bfloat16, for which many CPUs have no kernels.
    dtype = "auto" if torch.cuda.is_available() else "float32"
    serve = Serve(config["path"], host="127.0.0.1", port=port, dtype=dtype, non_blocking=True)
    _KEEP.append(serve)
    for loaded in serve._model_manager.loaded_models.values():
        # It takes a request's temperature but not the wish to sample, and is else silently greedy.
        loaded.model.generation_config.do_sample = True
    url = f"http://127.0.0.1:{port}"
    while True:
        try:
            with urllib.request.urlopen(f"{url}/health", timeout=5):
                return url, config["path"]
        except OSError:
            time.sleep(_POLL_S / 5)


def _end_with(parent: int) -> None:
    """End when the parent is gone: a forked sibling may still hold the other end of stdin."""
    while os.getppid() == parent:
        time.sleep(_POLL_S)
    os._exit(0)


if __name__ == "__main__":
    main()
