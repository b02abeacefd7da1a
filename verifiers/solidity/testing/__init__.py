"""Tests in Solidity: running them, watching them, proving properties."""
