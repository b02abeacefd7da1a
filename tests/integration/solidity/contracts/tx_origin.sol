// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

contract Safe {
    address private immutable owner = msg.sender;
    bool public open;

    function unlock() external {
        require(tx.origin == owner, "only the owner");
        open = true;
    }
}
