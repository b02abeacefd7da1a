// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

import {Bench} from "./Bench.sol";
import {Cheats} from "./Cheats.sol";

/// ERC-173, and that only the owner does what the names of functions keep for an owner.
contract OwnershipTest is Bench {
    bytes32 private constant TRANSFERRED = keccak256("OwnershipTransferred(address,address)");

    function test_strangers_do_not_take_over() public {
        _deploy();
        address owner = _owner();
        string[6] memory names = [
            "transferOwnership(address)", "setOwner(address)", "changeOwner(address)", "_transferOwnership(address)",
            "acceptOwnership()", "renounceOwnership()"
        ];
        for (uint256 i = 0; i < names.length; i++) {
            _do(MALLORY, abi.encodeWithSignature(names[i], MALLORY));
            if (_owner() != owner) _violates(string.concat("a stranger changed the owner by ", names[i]));
        }
    }

    function test_the_owner_hands_over() public {
        _deploy();
        address owner = _owner();
        if (owner != OWNER && owner != ALICE) _unknown("its owner is none of the accounts");
        vm.recordLogs();
        (bool ok,) = _do(owner, abi.encodeWithSignature("transferOwnership(address)", BOB));
        if (!ok) _unknown("the owner cannot hand over");
        if (_owner() != BOB) _do(BOB, abi.encodeWithSignature("acceptOwnership()"));
        Cheats.Log[] memory logs = vm.getRecordedLogs();
        if (_owner() != BOB) _unknown("the owner does not change at once");
        if (!_emitted(logs, [TRANSFERRED, _word(owner), _word(BOB), 0], 3, "")) {
            _violates("the owner changed without OwnershipTransferred(previous, new)");
        }
        _do(owner, abi.encodeWithSignature("transferOwnership(address)", MALLORY));
        _do(MALLORY, abi.encodeWithSignature("acceptOwnership()"));
        if (_owner() != BOB) _violates("the former owner changed the owner");
    }

    function test_strangers_do_not_administer() public {
        Call[] memory calls = _deploy().privileged;
        for (uint256 i = 0; i < calls.length; i++) {
            uint256 before = vm.snapshotState();
            (bool ok,) = _do(_owner(), calls[i].data);
            vm.revertToState(before);
            if (!ok) continue;
            (ok,) = _do(MALLORY, calls[i].data);
            vm.revertToState(before);
            if (ok) _violates(string.concat("a stranger could call ", calls[i].name, " as the owner can"));
        }
    }

    function _owner() private view returns (address) {
        return address(uint160(_number(abi.encodeWithSignature("owner()"))));
    }
}
