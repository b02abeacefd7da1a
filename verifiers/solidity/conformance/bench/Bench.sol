// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

import {Cheats} from "./Cheats.sol";
import {StandIn} from "./StandIn.sol";

/// Puts the contract under test onto the chain and asks it, trusting nothing that it says.
///
/// Everything random is drawn inside one test from a fixed seed, so that the trace of the test shows every call that
/// the contract ever made: see `cheats.py`.
abstract contract Bench {
    /// A call of the contract under test.
    struct Call {
        string name;
        address caller;
        uint256 value; // wei; all ones: what the contract says that one costs
        bytes data;
    }

    /// What is known of a contract under test; written by `plan.py`.
    struct Plan {
        bytes code; // that makes it
        bytes[] arguments; // of its constructor, the likeliest first
        uint256[] values; // wei for each
        Call[] supplies; // may give somebody tokens
        Call[] privileged; // are an owner's by their names
        Call[] initialisers;
        uint256 tolerance; // by which a balance may be off, of tokens that count in shares
        bool takesFees; // its functions speak of fees or taxes
    }

    Cheats internal constant vm = Cheats(0x7109709ECfa91a80626fF3989D68f67F5b1DD12D);
    // Replaced by the number of the contract under test in what the compiler made of this.
    uint256 internal constant NUMBER = 0x9f3c5a17d2e84b60c1f7a93e5d0b8264719ce3f8a25d60b47e1c9f03d8a6b542;
    uint256 internal constant GAS = 8_000_000;
    uint256 internal constant CREATION_GAS = 40_000_000;
    uint256 internal constant NOW = 1_750_000_000;
    uint256 internal constant ALICE_KEY = 1;
    address internal constant ALICE = 0x7E5F4552091A69125d5DfCb7b8C2659029395Bdf;
    address internal constant OWNER = 0x2B5AD5c4795c026514f8317c7a215E218DcCD6cF;
    address internal constant BOB = address(uint160(0xb0b000000001));
    address internal constant CAROL = address(uint160(0xca4010000001));
    address internal constant MALLORY = address(uint160(0xbad000000001));
    address internal constant STAND_IN = address(uint160(0x57a4d0000000));
    uint256 internal constant STAND_INS = 4;

    uint256 internal tolerance; // as in the plan
    bool internal takesFees; // as in the plan
    address internal target;
    Cheats.Log[] internal creation;

    /// The contract fails the test. A test that reverts in any other way is no word about the contract.
    function _violates(string memory why) internal pure {
        revert(string.concat("violates: ", why));
    }

    /// The test cannot be made on this contract.
    function _unknown(string memory why) internal pure {
        revert(string.concat("unknown: ", why));
    }

    function _n(uint256 value) internal pure returns (string memory) {
        return vm.toString(value);
    }

    function _who(address account) internal view returns (string memory) {
        if (account == ALICE) return "alice";
        if (account == OWNER) return "the deployer";
        if (account == BOB) return "bob";
        if (account == CAROL) return "carol";
        if (account == MALLORY) return "a stranger";
        if (account == target) return "the contract itself";
        if (account == address(0)) return "the zero address";
        return vm.toString(account);
    }

    /// Creates a contract in the deployer's name; outside, so that no constructor can use up all gas.
    function make(bytes calldata code_, uint256 value) external returns (address made) {
        bytes memory code = code_;
        vm.prank(OWNER);
        assembly {
            made := create(value, add(code, 32), mload(code))
        }
    }

    function _plan() private view returns (Plan memory) {
        string memory number = vm.toString(NUMBER);
        return abi.decode(vm.getCode(string.concat("plan/P", number, ".sol:P", number)), (Plan));
    }

    function _deploy() internal returns (Plan memory plan) {
        plan = _plan();
        (tolerance, takesFees) = (plan.tolerance, plan.takesFees);
        vm.warp(NOW);
        vm.roll(20_000_000);
        for (uint256 i = 0; i < STAND_INS; i++) {
            vm.etch(address(uint160(STAND_IN) + uint160(i)), type(StandIn).runtimeCode);
        }
        address[5] memory people = [ALICE, OWNER, BOB, CAROL, MALLORY];
        for (uint256 i = 0; i < people.length; i++) {
            vm.deal(people[i], 1000 ether);
        }
        for (uint256 i = 0; i < plan.arguments.length && target == address(0); i++) {
            vm.recordLogs();
            try this.make{gas: CREATION_GAS}(bytes.concat(plan.code, plan.arguments[i]), plan.values[i]) returns (
                address made
            ) {
                if (made.code.length > 0) target = made;
            } catch {}
            Cheats.Log[] memory logs = vm.getRecordedLogs();
            if (target == address(0)) continue;
            for (uint256 k = 0; k < logs.length; k++) creation.push(logs[k]);
        }
        if (target == address(0)) _unknown("no arguments were found with which its constructor ends");
        for (uint256 i = 0; i < STAND_INS * 2; i++) {
            StandIn stand = StandIn(address(uint160(STAND_IN) + uint160(i / 2)));
            stand.mint(i % 2 == 0 ? ALICE : OWNER, 1e30);
            vm.prank(i % 2 == 0 ? ALICE : OWNER);
            stand.approve(target, type(uint256).max);
        }
    }

    /// What the contract says that one costs; 0 if it does not.
    function _price() internal view returns (uint256) {
        string[6] memory names = ["price()", "PRICE()", "mintPrice()", "MINT_PRICE()", "cost()", "fee()"];
        for (uint256 i = 0; i < names.length; i++) {
            (bool ok, uint256 value) = _ask(abi.encodeWithSignature(names[i]));
            if (ok && value > 0 && value <= 100 ether) return value;
        }
        return 0;
    }

    /// Makes one of the calls that may give somebody tokens.
    function _make(Call memory made) internal returns (bool ok) {
        (ok,) = _do(made.caller, made.data, made.value == type(uint256).max ? _price() : made.value);
    }

    /// A call of the contract under test. What it returns is cut to 4 kB.
    function _do(address from, bytes memory data, uint256 value) internal returns (bool ok, bytes memory out) {
        vm.prank(from);
        (ok, out) = _raw(data, value);
    }

    function _do(address from, bytes memory data) internal returns (bool ok, bytes memory out) {
        return _do(from, data, 0);
    }

    function _raw(bytes memory data, uint256 value) private returns (bool ok, bytes memory out) {
        address to = target;
        uint256 gas_ = GAS;
        out = new bytes(4096);
        assembly {
            ok := call(gas_, to, value, add(data, 32), mload(data), 0, 0)
            let size := returndatasize()
            if gt(size, 4096) { size := 4096 }
            returndatacopy(add(out, 32), 0, size)
            mstore(out, size)
        }
    }

    /// The number that a view function answers with.
    function _ask(bytes memory data) internal view returns (bool ok, uint256 value) {
        bytes memory out = new bytes(32);
        address to = target;
        uint256 gas_ = GAS;
        assembly {
            ok := staticcall(gas_, to, add(data, 32), mload(data), add(out, 32), 32)
            ok := and(ok, gt(returndatasize(), 31))
            value := mload(add(out, 32))
        }
        if (!ok) value = 0;
    }

    function _number(bytes memory data) internal view returns (uint256 value) {
        (, value) = _ask(data);
    }

    /// Whether a call succeeded and did not answer `false`.
    function _agreed(bool ok, bytes memory out) internal pure returns (bool) {
        return ok && (out.length < 32 || uint256(bytes32(out)) == 1);
    }

    /// Whether the logs hold an event of the contract under test with these topics, and this data where any is given.
    function _emitted(Cheats.Log[] memory logs, bytes32[4] memory topics, uint256 count, bytes memory data)
        internal
        view
        returns (bool)
    {
        for (uint256 i = 0; i < logs.length; i++) {
            if (logs[i].emitter != target || logs[i].topics.length != count) continue;
            bool same = data.length == 0 || keccak256(logs[i].data) == keccak256(data);
            for (uint256 k = 0; k < count; k++) same = same && logs[i].topics[k] == topics[k];
            if (same) return true;
        }
        return false;
    }

    function _word(address account) internal pure returns (bytes32) {
        return bytes32(uint256(uint160(account)));
    }

    function _minus(uint256 left, uint256 right) internal pure returns (uint256) {
        return left > right ? left - right : 0;
    }

    function _draw(uint256 seed, uint256 step, uint256 below) internal pure returns (uint256) {
        return below == 0 ? 0 : uint256(keccak256(abi.encode(seed, step))) % below;
    }
}
