"""Rust: tests as for ``cargo test``, judged against a stand-in; the candidate runs elsewhere."""
