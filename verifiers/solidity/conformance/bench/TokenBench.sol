// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

import {Bench} from "./Bench.sol";
import {Cheats} from "./Cheats.sol";

/// An ERC-20 on the bench, and somebody who holds some of it.
abstract contract TokenBench is Bench {
    bytes32 internal constant TRANSFER = keccak256("Transfer(address,address,uint256)");
    bytes32 internal constant APPROVAL = keccak256("Approval(address,address,uint256)");
    uint256 internal constant MOST_SLOTS = 64;

    address internal holder;
    uint256 internal amount; // a quarter of what the holder has
    bool internal written; // the balance was written into storage: the supply does not know of it
    Cheats.Log[] internal supplied; // events of the call that gave the holder tokens
    uint256 internal supplyBefore;
    bool internal minted; // by mint(address,uint256), which makes tokens for one account and no other

    function _balance(address account) internal view returns (uint256) {
        return _number(abi.encodeWithSignature("balanceOf(address)", account));
    }

    function _total() internal view returns (uint256) {
        return _number(abi.encodeWithSignature("totalSupply()"));
    }

    function _allowance(address from, address spender) internal view returns (uint256) {
        return _number(abi.encodeWithSignature("allowance(address,address)", from, spender));
    }

    function _transfer(address from, address to, uint256 value) internal returns (bool ok, bytes memory out) {
        return _do(from, abi.encodeWithSignature("transfer(address,uint256)", to, value));
    }

    function _transferFrom(address spender, address from, address to, uint256 value)
        internal
        returns (bool ok, bytes memory out)
    {
        return _do(spender, abi.encodeWithSignature("transferFrom(address,address,uint256)", from, to, value));
    }

    function _approve(address from, address spender, uint256 value) internal returns (bool ok, bytes memory out) {
        return _do(from, abi.encodeWithSignature("approve(address,uint256)", spender, value));
    }

    /// Deploys the token and finds a holder, by looking, by asking for tokens, and at last by writing storage.
    function _held() internal {
        Call[] memory supplies = _deploy().supplies;
        _unpause();
        if (_seen()) return;
        for (uint256 i = 0; i < supplies.length; i++) {
            Call memory supply = supplies[i];
            supplyBefore = _total();
            vm.recordLogs();
            bool ok = _make(supply);
            Cheats.Log[] memory logs = vm.getRecordedLogs();
            if (!ok || !_seen()) continue;
            for (uint256 k = 0; k < logs.length; k++) supplied.push(logs[k]);
            minted = bytes4(supply.data) == bytes4(keccak256("mint(address,uint256)"));
            return;
        }
        if (!_write(ALICE, 1_000 ether)) _unknown("nobody was found to hold any of it");
        written = true;
        _seen();
    }

    /// The same, with a holder who may transfer.
    function _movable() internal {
        _held();
        uint256 before = vm.snapshotState();
        (bool ok, bytes memory out) = _transfer(holder, CAROL, amount);
        bool agreed = _agreed(ok, out);
        vm.revertToState(before);
        if (!agreed) _unknown("its holder may not transfer");
    }

    function _unpause() internal {
        (bool ok, uint256 paused) = _ask(abi.encodeWithSignature("paused()"));
        if (ok && paused == 1) _do(OWNER, abi.encodeWithSignature("unpause()"));
    }

    function _seen() private returns (bool) {
        address[3] memory likely = [ALICE, OWNER, target];
        for (uint256 i = 0; i < likely.length; i++) {
            uint256 balance = _balance(likely[i]);
            if (balance < 4) continue;
            holder = likely[i];
            amount = balance / 4;
            return true;
        }
        return false;
    }

    function _write(address account, uint256 value) private returns (bool) {
        vm.record();
        _balance(account);
        (bytes32[] memory reads,) = vm.accesses(target);
        for (uint256 i = 0; i < reads.length && i < MOST_SLOTS; i++) {
            bytes32 kept = vm.load(target, reads[i]);
            vm.store(target, reads[i], bytes32(value));
            if (_balance(account) == value) return true;
            vm.store(target, reads[i], kept);
        }
        return false;
    }

    function _near(uint256 left, uint256 right) internal view returns (bool) {
        return (left > right ? left - right : right - left) <= tolerance;
    }

    function _moved(Cheats.Log[] memory logs, address from, address to, uint256 value) internal view returns (bool) {
        return _emitted(logs, [TRANSFER, _word(from), _word(to), 0], 3, abi.encode(value));
    }
}
