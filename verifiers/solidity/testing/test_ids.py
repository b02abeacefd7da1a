"""Which tests must run: read from the compiled test files, never from what a run reports. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from enum import StrEnum
from typing import Any

from verifiers.domain import TestSuite, Value
from verifiers.errors import InvalidInput
from verifiers.solidity.compiling.compiler_output import line_and_column

_COMMENT_OR_STRING = re.compile(
    r"""//[^\n]*|/\*.*?(?:\*/|\Z)|"(?:\\.|[^"\\\n])*"?|'(?:\\.|[^'\\\n])*'?""", re.DOTALL
)
_TEST_FUNCTION = re.compile(r"\bfunction\s+(?:test|invariant|statefulFuzz|table)\w*\s*\(")
_PROPERTY = re.compile(r"\bfunction\s+check_\w*\s*\(")
_CONTRACT = re.compile(r"\bcontract\s+[A-Za-z_$][\w$]*")


class Kind(StrEnum):
    """How a test is run."""

    UNIT = "unit"
    FUZZ = "fuzz"
    INVARIANT = "invariant"
    TABLE = "table"
    PROPERTY = "property"


class ExpectedTest(Value):
    """A test that must be reported.

    Attributes:
        path: Its file, where it lies.
        contract: Its contract.
        name: Its function.
        signature: The function with its parameters' types, as the runner names it.
        selector: The first four bytes of a call of it, 8 hex characters.
        kind: How it is run.
        defined_in: The file that holds its text; another one where it is inherited.
        line: Its line there.
    """

    path: str
    contract: str
    name: str
    signature: str
    selector: str
    kind: Kind
    defined_in: str
    line: int = 1

    @property
    def key(self) -> tuple[str, str, str]:
        """What it has in common with the runner's report on it."""
        return self.path, self.contract, self.signature


def expected_tests(
    output: Mapping[str, Any], paths: Iterable[str], texts: Mapping[str, str]
) -> tuple[ExpectedTest, ...]:
    """All tests of some files, in the order of files and contracts.

    Args:
        output: The compiler's standard JSON output, with syntax trees.
        paths: The test files.
        texts: Path -> text of everything compiled; byte offsets are turned into lines with it.
    """
    definitions = _definitions(output)
    return tuple(test for path in paths for test in _tests_of(output, path, definitions, texts, kind_of))


def expected_properties(
    output: Mapping[str, Any], paths: Iterable[str], texts: Mapping[str, str]
) -> tuple[ExpectedTest, ...]:
    """All properties of some files; otherwise as :func:`expected_tests`."""
    definitions = _definitions(output)
    return tuple(
        test for path in paths for test in _tests_of(output, path, definitions, texts, _property_kind)
    )


def _property_kind(name: str, *, takes_inputs: bool) -> Kind | None:
    return Kind.PROPERTY if name.startswith("check_") else None


def check_suite(suite: TestSuite) -> None:
    """Say at once that there is no test in the tests; whether they compile comes out later.

    Raises:
        InvalidInput: no file declares a contract with a test.
    """
    texts = {file.path: without_comments(file.content) for file in suite.files}
    solidity = {path: text for path, text in texts.items() if path.endswith(".sol")}
    if not solidity:
        raise InvalidInput(
            "tests",
            "no file has a name that ends in .sol.",
            "Give forge tests as Solidity files, for example Vault.t.sol.",
        )
    if not has_tests(suite) and not has_properties(suite):
        raise InvalidInput(
            f"tests.files.{[file.path for file in suite.files].index(next(iter(solidity)))}",
            "no contract has a test in it.",
            "Write a contract with functions whose names begin with test, invariant_ or check_.",
        )


def has_tests(suite: TestSuite) -> bool:
    """Whether there is a function that the runner would run."""
    return _declares(suite, _TEST_FUNCTION)


def has_properties(suite: TestSuite) -> bool:
    """Whether there is a function ``check_...`` whose assertions are to be proved."""
    return _declares(suite, _PROPERTY)


def _declares(suite: TestSuite, function: re.Pattern[str]) -> bool:
    texts = [without_comments(file.content) for file in suite.files if file.path.endswith(".sol")]
    return any(_CONTRACT.search(text) and function.search(text) for text in texts)


def without_comments(text: str) -> str:
    """The text of a file without what stands in comments and strings."""
    return _COMMENT_OR_STRING.sub(" ", text)


def kind_of(name: str, *, takes_inputs: bool) -> Kind | None:
    """How the runner treats a function of a test contract; None where it is no test."""
    if name.startswith("test"):
        return Kind.FUZZ if takes_inputs else Kind.UNIT
    if name.startswith(("invariant", "statefulFuzz")):
        return Kind.INVARIANT
    return Kind.TABLE if name.startswith("table") and takes_inputs else None


def _definitions(output: Mapping[str, Any]) -> dict[int, tuple[str, Mapping[str, Any]]]:
    """Contracts by the id of their node, with their file."""
    found = {}
    for path, source in output.get("sources", {}).items():
        tree = source.get("ast") or {}
        for node in tree.get("nodes", ()):
            if node.get("nodeType") == "ContractDefinition":
                found[node.get("id")] = (path, node)
    return found


def _tests_of(
    output: Mapping[str, Any],
    path: str,
    definitions: Mapping[int, tuple[str, Mapping[str, Any]]],
    texts: Mapping[str, str],
    kind_of: Callable[..., Kind | None],
) -> Iterator[ExpectedTest]:
    here = {node.get("name"): node for file, node in definitions.values() if file == path}
    for name, contract in output.get("contracts", {}).get(path, {}).items():
        evm = contract.get("evm", {})
        if not evm.get("bytecode", {}).get("object"):
            continue  # abstract, or an interface: what inherits from it is run
        bases = here.get(name, {}).get("linearizedBaseContracts", ())
        for signature, selector in evm.get("methodIdentifiers", {}).items():
            function, _, inputs = signature.partition("(")
            kind = kind_of(function, takes_inputs=inputs != ")")
            if kind is None:
                continue
            lies_at, line = _place(function, selector, bases, definitions, texts) or (path, 1)
            yield ExpectedTest(
                path=path,
                contract=name,
                name=function,
                signature=signature,
                selector=selector,
                kind=kind,
                defined_in=lies_at,
                line=line,
            )


def _place(
    function: str,
    selector: str,
    bases: Iterable[int],
    definitions: Mapping[int, tuple[str, Mapping[str, Any]]],
    texts: Mapping[str, str],
) -> tuple[str, int] | None:
    for base in bases:
        path, node = definitions.get(base, ("", {}))
        for part in node.get("nodes", ()):
            if part.get("nodeType") == "FunctionDefinition" and part.get("name") == function:
                if part.get("functionSelector", selector) != selector:
                    continue
                start = str(part.get("src", "0:0:0")).split(":")[0]
                return path, line_and_column(texts.get(path, ""), int(start))[0]
    return None
