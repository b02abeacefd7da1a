"""The one table of languages beside Python and Solidity."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from verifiers.domain import Language
from verifiers.execution.languages.bash.support import SUPPORT as BASH
from verifiers.execution.languages.cpp.support import SUPPORT as CPP
from verifiers.execution.languages.go.support import SUPPORT as GO
from verifiers.execution.languages.java.support import SUPPORT as JAVA
from verifiers.execution.languages.javascript.support import SUPPORT as JAVASCRIPT
from verifiers.execution.languages.language import LanguageSupport
from verifiers.execution.languages.rust.support import SUPPORT as RUST
from verifiers.sandbox.environments import Environment

SUPPORTS: tuple[LanguageSupport, ...] = (JAVASCRIPT, JAVA, GO, RUST, CPP, BASH)


def support_for(language: Language) -> LanguageSupport | None:
    """The row of a language; None for Python and Solidity, which have verifiers of their own."""
    return next((row for row in SUPPORTS if language in row.languages), None)


def language_environments(tools: Path) -> Iterator[Environment]:
    """The environments of the languages whose toolchains are installed.

    Args:
        tools: Where ``scripts/install-languages`` put what it made.
    """
    for row in SUPPORTS:
        environment = row.toolchain(tools)
        if environment:
            yield environment
