"""A server's numbers out of its metrics."""

from __future__ import annotations

import pytest

from models.errors import ModelUnavailable
from models.serving.load_figures import ServerLoad, parse_load

# As vLLM 0.32 answers, shortened; two engines.
TEXT = """\
# HELP vllm:num_requests_running Number of requests in model execution batches.
# TYPE vllm:num_requests_running gauge
vllm:num_requests_running{engine="0",model_name="smollm2"} 3.0
vllm:num_requests_running{engine="1",model_name="smollm2"} 1.0
# HELP vllm:num_requests_waiting Number of requests waiting to be processed.
# TYPE vllm:num_requests_waiting gauge
vllm:num_requests_waiting{engine="0",model_name="smollm2"} 7.0
# HELP vllm:kv_cache_usage_perc KV-cache usage. 1 means 100 percent usage.
# TYPE vllm:kv_cache_usage_perc gauge
vllm:kv_cache_usage_perc{engine="0",model_name="smollm2"} 0.25
# HELP vllm:prefix_cache_queries_total Prefix cache queries.
# TYPE vllm:prefix_cache_queries_total counter
vllm:prefix_cache_queries_total{engine="0",model_name="smollm2"} 240.0
# HELP vllm:prefix_cache_hits_total Prefix cache hits.
# TYPE vllm:prefix_cache_hits_total counter
vllm:prefix_cache_hits_total{engine="0",model_name="smollm2"} 60.0
# HELP vllm:generation_tokens_total Number of generation tokens processed.
# TYPE vllm:generation_tokens_total counter
vllm:generation_tokens_total{engine="0",model_name="smollm2"} 1000.0
vllm:generation_tokens_created{engine="0",model_name="smollm2"} 1.796033585863141e+09
"""


def test_numbers_are_summed_over_engines() -> None:
    load = parse_load(TEXT)
    assert (load.running, load.waiting, load.written_tokens, load.cache_used) == (4, 7, 1000, 0.25)
    assert load.prefix_hit_rate == 0.25
    assert ServerLoad().prefix_hit_rate == 0


def test_the_rate_is_that_of_the_time_between() -> None:
    before = parse_load(TEXT)
    after = before.model_copy(update={"written_tokens": 1300.0})
    assert after.tokens_per_second(before, 2.0) == 150
    assert before.tokens_per_second(after, 2.0) == 0  # it was started anew
    assert after.tokens_per_second(before, 0.0) == 0


@pytest.mark.parametrize("text", ["", "{}", "<html>", "other 1\n", "vllm:num_requests_running{ 1\n"])
def test_what_is_not_vllms_is_said(text: str) -> None:
    with pytest.raises(ModelUnavailable, match="metrics"):
        parse_load(text)


def test_what_is_no_number_counts_for_nothing() -> None:
    hostile = TEXT.replace(" 1000.0", " NaN").replace(" 7.0", " +Inf").replace(" 1.0\n", " -5\n")
    assert parse_load(hostile).model_dump() | {"written_tokens": 0, "waiting": 0, "running": 3} == (
        parse_load(hostile).model_dump()
    )
