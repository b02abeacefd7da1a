// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

import {Address} from "@openzeppelin/contracts/utils/Address.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";

/// @notice Splits incoming ether among fixed payees by shares; each of them collects.
contract PullSplitter {
    uint256 public immutable totalShares;
    uint256 public totalReleased;
    address[] public payees;
    mapping(address => uint256) public shares;
    mapping(address => uint256) public released;

    event Received(address indexed from, uint256 amount);
    event Released(address indexed payee, uint256 amount);

    error BadPayees();
    error NothingDue(address payee);

    constructor(address[] memory payees_, uint256[] memory shares_) payable {
        if (payees_.length == 0 || payees_.length != shares_.length) revert BadPayees();
        uint256 total = 0;
        for (uint256 i = 0; i < payees_.length; i++) {
            if (payees_[i] == address(0) || shares_[i] == 0 || shares[payees_[i]] != 0) revert BadPayees();
            shares[payees_[i]] = shares_[i];
            total += shares_[i];
        }
        payees = payees_;
        totalShares = total;
    }

    receive() external payable {
        emit Received(msg.sender, msg.value);
    }

    /// @notice What a payee can be paid now.
    function due(address payee) public view returns (uint256) {
        uint256 received = address(this).balance + totalReleased;
        return Math.mulDiv(received, shares[payee], totalShares) - released[payee];
    }

    function release(address payable payee) external {
        uint256 amount = due(payee);
        if (amount == 0) revert NothingDue(payee);
        released[payee] += amount;
        totalReleased += amount;
        emit Released(payee, amount);
        Address.sendValue(payee, amount);
    }
}
