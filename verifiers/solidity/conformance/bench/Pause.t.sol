// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

import {Bench} from "./Bench.sol";

/// A contract that can be paused; that transfers stop is told by the tests of the tokens.
contract PauseTest is Bench {
    function test_strangers_do_not_pause() public {
        _deploy();
        uint256 before = _paused();
        _do(MALLORY, abi.encodeWithSignature("pause()"));
        _do(MALLORY, abi.encodeWithSignature("unpause()"));
        if (_paused() != before) _violates("a stranger paused the contract or ended its pause");
        _do(MALLORY, abi.encodeWithSignature("pause()"));
        if (_paused() != before) _violates("a stranger paused the contract");
        _do(OWNER, abi.encodeWithSignature("pause()"));
        before = _paused();
        _do(MALLORY, abi.encodeWithSignature("unpause()"));
        if (_paused() != before) _violates("a stranger ended the pause");
    }

    function test_pausing_can_be_ended() public {
        _deploy();
        _do(OWNER, abi.encodeWithSignature("pause()"));
        if (_paused() != 1) _unknown("the deployer cannot pause it");
        _do(OWNER, abi.encodeWithSignature("unpause()"));
        if (_paused() != 0) _violates("after pause() unpause() does not end the pause");
    }

    function _paused() private view returns (uint256) {
        return _number(abi.encodeWithSignature("paused()"));
    }
}
