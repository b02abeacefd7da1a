"""How busy a vLLM server is, read from its metrics."""

from __future__ import annotations

import math
from collections import defaultdict

from prometheus_client.parser import text_string_to_metric_families

from models.errors import ModelUnavailable
from verifiers.domain import Value

_WANTED = {
    "vllm:num_requests_running": "running",
    "vllm:num_requests_waiting": "waiting",
    "vllm:generation_tokens_total": "written_tokens",
    "vllm:prompt_tokens_total": "read_tokens",
    "vllm:prefix_cache_queries_total": "prefix_queries",
    "vllm:prefix_cache_hits_total": "prefix_hits",
    "vllm:kv_cache_usage_perc": "cache_used",
}


class ServerLoad(Value):
    """A server's numbers at a moment, summed over its engines.

    Attributes:
        running: Requests that are being answered.
        waiting: Requests that wait for room.
        written_tokens: Tokens generated since it was started.
        read_tokens: Prompt tokens read since then.
        prefix_queries: Prompt tokens looked up in the prefix cache.
        prefix_hits: Those that were found there.
        cache_used: Share of the memory for keys and values that is in use, from 0 to 1.
    """

    running: float = 0
    waiting: float = 0
    written_tokens: float = 0
    read_tokens: float = 0
    prefix_queries: float = 0
    prefix_hits: float = 0
    cache_used: float = 0

    def tokens_per_second(self, before: ServerLoad, seconds: float) -> float:
        """Tokens generated a second since an earlier moment; 0 where it was started anew in between."""
        return max(0.0, self.written_tokens - before.written_tokens) / seconds if seconds > 0 else 0.0

    @property
    def prefix_hit_rate(self) -> float:
        """Share of prompt tokens that did not have to be computed again."""
        return self.prefix_hits / self.prefix_queries if self.prefix_queries else 0.0


def parse_load(text: str) -> ServerLoad:
    """Read vLLM's ``/metrics``.

    Raises:
        ModelUnavailable: it is not in Prometheus' text format, or has none of vLLM's numbers.
    """
    found: dict[str, float] = defaultdict(float)
    try:
        for family in text_string_to_metric_families(text):
            for sample in family.samples:
                name = _WANTED.get(sample.name)
                if name is not None and math.isfinite(sample.value) and sample.value >= 0:
                    found[name] += sample.value
    except ValueError as error:
        raise ModelUnavailable("The server's metrics cannot be read.", "Is it vLLM?") from error
    if "running" not in found:
        raise ModelUnavailable("The server's metrics are not vLLM's.", "Is it vLLM?")
    return ServerLoad.model_validate(dict(found))
