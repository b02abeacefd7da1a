// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;
contract Never {
    constructor() { revert("never"); }
    function close(address payable to) external { selfdestruct(to); }
}
