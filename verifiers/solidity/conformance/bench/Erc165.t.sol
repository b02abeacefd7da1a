// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

import {Bench} from "./Bench.sol";

/// EIP-165: a contract says which interfaces it has.
contract Erc165Test is Bench {
    function test_says_what_it_is() public {
        _deploy();
        (bool ok, uint256 said) = _ask(abi.encodeWithSignature("supportsInterface(bytes4)", bytes4(0x01ffc9a7)));
        if (!ok || said != 1) _violates("supportsInterface(0x01ffc9a7) is not true");
        (, said) = _ask(abi.encodeWithSignature("supportsInterface(bytes4)", bytes4(0xffffffff)));
        if (said != 0) _violates("supportsInterface(0xffffffff) is not false");
    }
}
