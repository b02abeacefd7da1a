// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {ReentrancyGuard} from "@openzeppelin/contracts/utils/ReentrancyGuard.sol";

/// @notice Sells a token at a fixed rate; if the goal is missed, buyers get their ether back.
/// @dev The beneficiary sends the tokens here before the sale; nobody can buy more than is here.
contract RefundableCrowdsale is ReentrancyGuard {
    using SafeERC20 for IERC20;

    IERC20 public immutable token;
    address payable public immutable beneficiary;
    uint256 public immutable tokensPerEther;
    uint256 public immutable goal;
    uint256 public immutable closesAt;

    uint256 public raised;
    uint256 public promised;
    bool public collected;
    mapping(address => uint256) public paidBy;

    event Bought(address indexed buyer, uint256 paid);
    event Claimed(address indexed buyer, uint256 tokens);
    event Refunded(address indexed buyer, uint256 amount);
    event Collected(uint256 amount, uint256 tokensLeft);

    error BadTerms();
    error Closed();
    error StillOpen();
    error NotEnoughTokens();
    error GoalMissed();
    error GoalReached();
    error NothingDue();
    error NotBeneficiary();
    error PaymentFailed();

    constructor(
        IERC20 token_,
        address payable beneficiary_,
        uint256 tokensPerEther_,
        uint256 goal_,
        uint256 durationSeconds
    ) {
        if (beneficiary_ == address(0) || tokensPerEther_ == 0 || goal_ == 0 || durationSeconds == 0) {
            revert BadTerms();
        }
        token = token_;
        beneficiary = beneficiary_;
        tokensPerEther = tokensPerEther_;
        goal = goal_;
        closesAt = block.timestamp + durationSeconds;
    }

    function buy() external payable nonReentrant {
        if (block.timestamp >= closesAt) revert Closed();
        if (msg.value == 0) revert NothingDue();
        paidBy[msg.sender] += msg.value;
        raised += msg.value;
        promised += msg.value * tokensPerEther;
        if (promised > token.balanceOf(address(this))) revert NotEnoughTokens();
        emit Bought(msg.sender, msg.value);
    }

    function claim() external nonReentrant {
        if (block.timestamp < closesAt) revert StillOpen();
        if (raised < goal) revert GoalMissed();
        uint256 tokens = paidBy[msg.sender] * tokensPerEther;
        if (tokens == 0) revert NothingDue();
        paidBy[msg.sender] = 0;
        promised -= tokens;
        emit Claimed(msg.sender, tokens);
        token.safeTransfer(msg.sender, tokens);
    }

    function refund() external nonReentrant {
        if (block.timestamp < closesAt) revert StillOpen();
        if (raised >= goal) revert GoalReached();
        uint256 amount = paidBy[msg.sender];
        if (amount == 0) revert NothingDue();
        paidBy[msg.sender] = 0;
        emit Refunded(msg.sender, amount);
        (bool paid,) = msg.sender.call{value: amount}("");
        if (!paid) revert PaymentFailed();
    }

    /// @notice Pays the beneficiary: the ether of a sale that reached its goal, and the tokens that nobody bought.
    function collect() external nonReentrant {
        if (msg.sender != beneficiary) revert NotBeneficiary();
        if (block.timestamp < closesAt) revert StillOpen();
        if (collected) revert NothingDue();
        collected = true;
        bool reached = raised >= goal;
        uint256 amount = reached ? raised : 0;
        uint256 left = token.balanceOf(address(this)) - (reached ? promised : 0);
        emit Collected(amount, left);
        token.safeTransfer(beneficiary, left);
        if (amount > 0) {
            (bool paid,) = beneficiary.call{value: amount}("");
            if (!paid) revert PaymentFailed();
        }
    }
}
