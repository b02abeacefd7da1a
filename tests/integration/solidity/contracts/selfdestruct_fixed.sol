// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

contract Till {
    address private immutable owner = msg.sender;

    function close(address payable to) external {
        require(msg.sender == owner, "only the owner");
        selfdestruct(to);
    }
}
