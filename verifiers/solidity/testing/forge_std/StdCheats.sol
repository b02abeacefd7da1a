// SPDX-License-Identifier: MIT
pragma solidity >=0.6.2 <0.9.0;
pragma experimental ABIEncoderV2;

import {CommonBase} from "./Base.sol";
import {Vm} from "./Vm.sol";

/// Accounts, time and balances for tests.
abstract contract StdCheats is CommonBase {
    struct Account {
        address addr;
        uint256 key;
    }

    uint256 private constant SLOTS_TRIED = 64;
    bool private _metered = true;

    function makeAddr(string memory name) internal virtual returns (address made) {
        (made,) = makeAddrAndKey(name);
    }

    function makeAddrAndKey(string memory name) internal virtual returns (address made, uint256 key) {
        key = uint256(keccak256(bytes(name)));
        made = vm.addr(key);
        vm.label(made, name);
    }

    function makeAccount(string memory name) internal virtual returns (Account memory account) {
        (account.addr, account.key) = makeAddrAndKey(name);
    }

    function skip(uint256 time) internal virtual {
        vm.warp(vm.getBlockTimestamp() + time);
    }

    function rewind(uint256 time) internal virtual {
        vm.warp(vm.getBlockTimestamp() - time);
    }

    function hoax(address sender) internal virtual {
        hoax(sender, 2 ** 128);
    }

    function hoax(address sender, uint256 give) internal virtual {
        vm.deal(sender, give);
        vm.prank(sender);
    }

    function startHoax(address sender) internal virtual {
        startHoax(sender, 2 ** 128);
    }

    function startHoax(address sender, uint256 give) internal virtual {
        vm.deal(sender, give);
        vm.startPrank(sender);
    }

    function changePrank(address sender) internal virtual {
        vm.stopPrank();
        vm.startPrank(sender);
    }

    function deal(address account, uint256 give) internal virtual {
        vm.deal(account, give);
    }

    function deal(address token, address account, uint256 give) internal virtual {
        deal(token, account, give, false);
    }

    /// Sets the slot of ``token`` that ``balanceOf(account)`` answers with; its total supply too where asked.
    function deal(address token, address account, uint256 give, bool adjust) internal virtual {
        uint256 before = _number(token, abi.encodeWithSignature("balanceOf(address)", account));
        _set(token, abi.encodeWithSignature("balanceOf(address)", account), give);
        if (adjust) {
            bytes memory supply = abi.encodeWithSignature("totalSupply()");
            _set(token, supply, _number(token, supply) - before + give);
        }
    }

    function deployCode(string memory artifact) internal virtual returns (address made) {
        made = deployCode(artifact, "", 0);
    }

    function deployCode(string memory artifact, bytes memory arguments) internal virtual returns (address made) {
        made = deployCode(artifact, arguments, 0);
    }

    function deployCode(string memory artifact, bytes memory arguments, uint256 value)
        internal
        virtual
        returns (address made)
    {
        bytes memory code = abi.encodePacked(vm.getCode(artifact), arguments);
        assembly {
            made := create(value, add(code, 32), mload(code))
        }
        require(made != address(0), "deployCode: the constructor reverted");
    }

    function assumeNotZeroAddress(address account) internal pure virtual {
        vm.assume(account != address(0));
    }

    function assumeNotPrecompile(address account) internal pure virtual {
        vm.assume(uint160(account) > 0xff);
    }

    function assumePayable(address account) internal virtual {
        (bool taken,) = account.call{value: 0}("");
        vm.assume(taken);
    }

    modifier noGasMetering() {
        vm.pauseGasMetering();
        bool outermost = _metered;
        _metered = false;
        _;
        if (outermost) {
            _metered = true;
            vm.resumeGasMetering();
        }
    }

    function _number(address target, bytes memory question) private view returns (uint256) {
        (bool answered, bytes memory answer) = target.staticcall(question);
        require(answered && answer.length >= 32, "deal: the token does not answer");
        return abi.decode(answer, (uint256));
    }

    /// Finds the slot by changing each that is read until the answer follows.
    function _set(address target, bytes memory question, uint256 wanted) private {
        if (_number(target, question) == wanted) return;
        vm.record();
        _number(target, question);
        (bytes32[] memory reads,) = vm.accesses(target);
        for (uint256 i = 0; i < reads.length && i < SLOTS_TRIED; i++) {
            bytes32 kept = vm.load(target, reads[i]);
            vm.store(target, reads[i], bytes32(wanted));
            (bool answered, bytes memory answer) = target.staticcall(question);
            if (answered && answer.length >= 32 && abi.decode(answer, (uint256)) == wanted) return;
            vm.store(target, reads[i], kept);
        }
        revert("deal: no slot of the token holds the balance");
    }
}
