"""One contract's exploration, watched from inside Mythril. Runs in the sandbox beside ``explore.py``."""

from __future__ import annotations

import io
import json
import logging
import os
import threading
import time
import traceback
from typing import Any, ClassVar

from .solving import bounded

_MOST_HEX = 12_000  # of one transaction's data; Mythril itself lets them be 5,000 bytes


def describe(**facts: Any) -> dict[str, Any]:
    """An entry of the report; what is not given is as if nothing happened."""
    return {
        "issues": [],
        "timed_out": False,
        "created": False,
        "crash": None,
        "lost_queries": 0,
        "unknown_instructions": 0,
        "approximations": 0,
        "loops_cut": 0,
        "paths_cut": 0,
        "functions": [],
        "entered": [],
        "instructions": 0,
        "covered": 0,
        "seconds": 0.0,
        **facts,
    }


class LogWatcher(logging.Handler):
    """Counts the log lines that tell what Mythril gave up on."""

    LINES: ClassVar[dict[str, dict[str, str]]] = {
        "mythril.laser.ethereum.svm": {
            "Hit execution timeout": "timed_out",
            "Hit create timeout": "timed_out",
            "Encountered unimplemented instruction": "unknown_instructions",
        },
        "mythril.laser.ethereum.strategy.extensions.bounded_loops": {"Loop bound reached": "loops_cut"},
        "mythril.laser.ethereum.instructions": {
            "Unsupported": "approximations",
            "unsupported": "approximations",
            "Return with symbolic length": "approximations",
        },
    }

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.counts: dict[str, int] = {}
        for name in self.LINES:
            logger = logging.getLogger(name)
            logger.setLevel(logging.DEBUG)
            logger.addHandler(self)
            logger.propagate = False

    def emit(self, record: logging.LogRecord) -> None:
        """Count a line that is known."""
        text = record.getMessage()
        for start, key in self.LINES[record.name].items():
            if text.startswith(start):
                self.counts[key] = self.counts.get(key, 0) + 1


class Observer:
    """Explores one contract and keeps count. Its entry is written once, by whoever comes first."""

    name = "acrisol-observer"  # as a Mythril plugin, together with the next line
    enabled = True

    def __init__(self, mythril: Any, request: dict[str, Any], path: str, name: str, writer: int) -> None:
        self.mythril, self.request, self.path, self.contract_name, self.writer = (
            mythril,
            request,
            path,
            name,
            writer,
        )
        self.log = LogWatcher()
        self.lock = threading.Lock()
        self.lost_queries = self.paths_cut = 0
        self.created = False
        self.covered: set[int] = set()
        self.code: Any = None
        self.contract: Any = None
        self._count_lost_queries()

    def _count_lost_queries(self) -> None:
        observer = self

        def counted(self: Exception, *arguments: object) -> None:
            Exception.__init__(self, *arguments)
            observer.lost_queries += 1

        # Raised wherever the solver gives no answer; what asked then goes on as if the answer had been no.
        self.mythril.SolverTimeOutException.__init__ = counted

    def watch(self, seconds: float) -> None:
        """Write what there is after so many seconds and end the process."""

        def end() -> None:
            time.sleep(max(0.0, seconds))
            self.finish(timed_out=True)

        threading.Thread(target=end, daemon=True).start()

    def __call__(self, **_: Any) -> Observer:
        """Mythril asks a plugin builder for its plugin; this is both."""
        return self

    def initialize(self, machine: Any) -> None:
        """Hook into the symbolic machine."""
        depth = machine.max_depth
        machine.register_laser_hooks("execute_state", self._saw)
        machine.register_laser_hooks("start_execute_transactions", lambda: self._was_created(machine))
        # States beyond this depth are dropped without a word where they are taken from the list.
        take = machine.strategy.get_strategic_global_state

        def counted() -> Any:
            state = take()
            if state.mstate.depth >= depth:
                self.paths_cut += 1
            return state

        machine.strategy.get_strategic_global_state = counted

    def _was_created(self, machine: Any) -> None:
        self.created = bool(machine.open_states)

    def _saw(self, state: Any) -> None:
        environment = state.environment
        # The deployed code is a value of its own within the machine, equal to the compiler's save for
        # immutables and link references; what is executed after creation in the contract's account is it.
        if environment.active_account.contract_name != self.contract_name or not self.created:
            return
        code = environment.code
        if self.code is None:
            self.code = code
        if state.mstate.pc < len(code.instruction_list):
            self.covered.add(state.mstate.pc)

    def explore(self, seconds: int) -> None:
        """Run the symbolic execution with all detection modules, for at most about ``seconds``."""
        try:
            self._explore(seconds)
        # Whatever Mythril raises on a hostile contract ends this contract, and is told as it is.
        except Exception:  # noqa: BLE001
            self.finish(crash=traceback.format_exc()[-2000:])
        self.finish()

    def _explore(self, seconds: int) -> None:
        mythril, request = self.mythril, self.request
        self._name_functions()
        args = mythril.args
        args.solver_timeout = 1000 * seconds  # the steps end a query; see solving.py
        mythril.model.Optimize = bounded(mythril.model.Optimize, request["solver_steps"])
        args.pruning_factor = 0
        args.call_depth_limit = request["call_depth"]
        args.unconstrained_storage = request["unconstrained_storage"]
        args.disable_iprof = True
        mythril.StartTime()
        # It reads the sources again by name, to count lines; names that are hostile never reach the disk.
        texts = {path: text.encode() for path, text in request["sources"].items()}
        mythril.soliditycontract.open = lambda path, _mode: io.BytesIO(texts[path])
        mythril.LaserPluginLoader().load(self)
        self.contract = mythril.soliditycontract.SolidityContract(
            self.path, name=self.contract_name, solc_data=request["compiled"]
        )
        # The modules keep what they find until they are asked; see _issues.
        mythril.SymExecWrapper(
            self.contract,
            "0x" + "0" * 38 + "06",
            "bfs",
            dynloader=mythril.DynLoader(None, active=False),
            max_depth=request["max_depth"],
            execution_timeout=seconds,
            create_timeout=max(1, seconds // 2),
            loop_bound=request["loop_bound"],
            transaction_count=request["transactions"],
            compulsory_statespace=False,
        )

    def _name_functions(self) -> None:
        """Give the functions their own names, so that nothing is guessed from a table of signatures."""
        names = self.mythril.SignatureDB().solidity_sigs
        for contracts in self.request["compiled"]["contracts"].values():
            for contract in contracts.values():
                for signature, selector in contract["evm"].get("methodIdentifiers", {}).items():
                    if signature not in names["0x" + selector]:
                        names["0x" + selector].append(signature)

    def finish(self, **facts: Any) -> None:
        """Write the entry, once, and end the process."""
        with self.lock:
            try:
                entry = describe(**self._counts(), issues=self._issues())
            except Exception:  # noqa: BLE001 - a half-changed state at the end of time must not lose the entry
                entry = describe(crash=traceback.format_exc()[-2000:])
            entry.update(facts)
            payload = json.dumps(entry).encode()
            while payload:
                payload = payload[os.write(self.writer, payload) :]
            os._exit(0)

    def _counts(self) -> dict[str, Any]:
        counts = self.log.counts
        evm = self.request["compiled"]["contracts"][self.path][self.contract_name]["evm"]
        functions = set(evm.get("methodIdentifiers", {}))
        # The source map has an entry for each instruction; what follows in the code are data (the code of
        # contracts that it creates, metadata), which Mythril reads as instructions too.
        real = len(evm["deployedBytecode"].get("sourceMap", "").split(";"))
        instructions = self.code.instruction_list[:real] if self.code is not None else ()
        names = self.code.address_to_function_name if self.code is not None else {}
        covered = {index for index in tuple(self.covered) if index < len(instructions)}
        reached = {names.get(instructions[index]["address"]) for index in covered}
        return {
            "timed_out": counts.get("timed_out", 0) > 0,
            "created": self.created,
            "lost_queries": self.lost_queries,
            "unknown_instructions": counts.get("unknown_instructions", 0),
            "approximations": counts.get("approximations", 0),
            "loops_cut": counts.get("loops_cut", 0),
            "paths_cut": self.paths_cut,
            "functions": sorted(functions),
            "entered": sorted(functions & reached),
            "instructions": len(instructions),
            "covered": len(covered),
        }

    def _issues(self) -> list[dict[str, Any]]:
        if self.contract is None:
            return []
        found: dict[tuple[str, int, str], dict[str, Any]] = {}
        for module in self.mythril.ModuleLoader().get_detection_modules():
            for issue in list(module.issues):
                if str(issue.swc_id) == "101" and self._only_compares(issue):
                    continue
                issue.add_code_info(self.contract)
                issue.resolve_function_names()
                found[(issue.function, issue.address, issue.title)] = {
                    **issue.as_dict,
                    "code": (issue.code or "")[:500],
                    "tx_sequence": _steps(issue.transaction_sequence),
                    "balances": _balances(issue.transaction_sequence),
                    "any_state": self.request["unconstrained_storage"],
                }
        return [found[key] for key in sorted(found)]

    def _only_compares(self, issue: Any) -> bool:
        """Whether a subtraction stands for ``==`` before a jump, as compilers since 0.8.22 write it."""
        contract = self.contract
        code = contract.creation_disassembly if issue.function == "constructor" else contract.disassembly
        listed = code.instruction_list
        at = next((n for n, each in enumerate(listed) if each["address"] == issue.address), len(listed))
        names = [each["opcode"] for each in listed[at : at + 3]]
        return len(names) == 3 and names[::2] == ["SUB", "JUMPI"] and names[1].startswith("PUSH")


def _steps(sequence: dict[str, Any] | None) -> list[dict[str, Any]]:
    """The transactions without the deployed bytecode and the initial state, which say nothing to a reader."""
    steps = []
    for step in (sequence or {}).get("steps", ()):
        created = not step.get("address")
        calldata = str(step.get("calldata") or "")
        steps.append(
            {
                "creates": created,
                "function": "" if created else str(step.get("name") or ""),
                "arguments": None if created else _plain(step.get("resolved_input")),
                "calldata": calldata[:_MOST_HEX],
                "value": str(step.get("value") or "0x0"),
                "origin": str(step.get("origin") or ""),
            }
        )
    return steps


def _balances(sequence: dict[str, Any] | None) -> dict[str, str]:
    """Address -> wei in hex, before the first transaction."""
    accounts = ((sequence or {}).get("initialState") or {}).get("accounts", {})
    return {address: str(account.get("balance", "0x0")) for address, account in accounts.items()}


def _plain(values: Any) -> list[str] | None:
    return None if values is None else [str(value)[:100] for value in values]
