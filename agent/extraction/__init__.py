"""From a model's answer to files."""

from agent.extraction.extract import Extraction, Found, extract
from agent.extraction.wanted import Wanted, wanted_from

__all__ = ["Extraction", "Found", "Wanted", "extract", "wanted_from"]
