"""What an audit tells of tests: their ends, what calls cost in them, and how much of the code they run."""

from __future__ import annotations

from pydantic import Field

from verifiers.values import Value


class TestResult(Value):
    """One test that was run.

    Attributes:
        path: Its file.
        contract: Its contract.
        name: Its function.
        kind: ``unit``, ``fuzz`` or ``invariant``.
        status: ``passed``, ``failed`` or ``skipped``.
        origin: Who wrote it: ``given``, ``standard`` or ``model``; empty if not known.
        reason: Why it failed.
        counterexample: Inputs or calls that make it fail.
        gas: What it used; None where that is not known. For a fuzz test the median.
    """

    __test__ = False  # not a pytest class, whatever its name

    path: str = ""
    contract: str = ""
    name: str
    kind: str = "unit"
    status: str
    origin: str = ""
    reason: str = ""
    counterexample: str = ""
    gas: int | None = None


class FunctionGas(Value):
    """What calls of one function cost in the tests.

    Attributes:
        name: With the parameters' types.
        calls: How often it was called.
        least: Gas of the cheapest call.
        median: Gas of the call in the middle.
        most: Gas of the dearest call.
    """

    name: str
    calls: int = Field(ge=0)
    least: int = Field(ge=0)
    median: int = Field(ge=0)
    most: int = Field(ge=0)


class ContractGas(Value):
    """What a contract costs in the tests, compiled as it is deployed.

    Attributes:
        contract: As ``path:Name``.
        deployment: Gas of its deployment; 0 where no test deploys it by itself.
        bytes: Size of the deployed code; 0 where it is not known.
        functions: Those that were called, the most expensive first.
    """

    contract: str
    deployment: int = Field(default=0, ge=0)
    bytes: int = Field(default=0, ge=0)
    functions: tuple[FunctionGas, ...] = ()


class FileCoverage(Value):
    """Which share of a file the tests run.

    Attributes:
        path: The file.
        lines: Lines that hold something to run.
        lines_run: Those of them that a test runs.
        branches: Ways that the code can take at its conditions.
        branches_run: Those of them that a test takes.
        functions: How many it has.
        functions_run: Those of them that a test calls.
        missed: Numbers of the first and the last line of each stretch that no test runs; the first ones.
    """

    path: str
    lines: int = Field(ge=0)
    lines_run: int = Field(ge=0)
    branches: int = Field(default=0, ge=0)
    branches_run: int = Field(default=0, ge=0)
    functions: int = Field(default=0, ge=0)
    functions_run: int = Field(default=0, ge=0)
    missed: tuple[tuple[int, int], ...] = ()


class Measurement(Value):
    """Gas and coverage of the given tests.

    Attributes:
        gas: By contract.
        coverage: By file.
        missing: Why one of them is not there; empty where both are.
    """

    gas: tuple[ContractGas, ...] = ()
    coverage: tuple[FileCoverage, ...] = ()
    missing: str = ""
