"""The closed lists of the vocabulary: languages, severities, ways of judging, ends of an attack."""

from __future__ import annotations

from enum import StrEnum


class Language(StrEnum):
    """The languages that Acrisol can judge."""

    PYTHON = "python"
    JAVASCRIPT = "javascript"
    TYPESCRIPT = "typescript"
    JAVA = "java"
    GO = "go"
    RUST = "rust"
    C = "c"
    CPP = "cpp"
    BASH = "bash"
    SOLIDITY = "solidity"


class Severity(StrEnum):
    """How bad a finding is, from the least to the worst."""

    INFO = "info"
    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"
    CRITICAL = "critical"

    @property
    def rank(self) -> int:
        """0 for INFO up to 4 for CRITICAL."""
        return list(Severity).index(self)


class Judging(StrEnum):
    """Where the tests' process ends and the candidate's begins."""

    APART = "apart"  # the candidate's code never enters the process that decides
    SHARED = "shared"  # both in one process: the candidate can in principle reach the reporter


class Confirmation(StrEnum):
    """What became of the attempt to exploit a finding in a running EVM."""

    CONFIRMED = "confirmed"  # an attack test passes: the harm was done
    REFUTED = "refuted"  # the attack was carried out and the contract held
    UNCONFIRMED = "unconfirmed"  # neither could be shown
