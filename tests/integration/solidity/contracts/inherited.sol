// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

contract Owned {
    address public owner;

    constructor(address first) {
        owner = first;
    }
}

contract Lamp is Owned {
    bool public lit;

    constructor(address first) Owned(first) {}

    function toggle() external {
        require(msg.sender == owner, "only the owner");
        lit = !lit;
    }
}
