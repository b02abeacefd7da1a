"""Serving models and adapters: the vLLM server, the registry, and which of them is live."""
