// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

import {Ownable} from "@openzeppelin/contracts/access/Ownable.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";

/// @notice Subscribers pay a token for months ahead; the owner collects what was paid.
contract Subscriptions is Ownable {
    using SafeERC20 for IERC20;

    uint256 public constant MONTH = 30 days;
    uint256 public constant MOST_MONTHS = 24;

    IERC20 public immutable token;
    uint256 public pricePerMonth;
    mapping(address => uint256) public paidUntil;

    event Subscribed(address indexed who, uint256 months, uint256 paidUntil);
    event PriceChanged(uint256 pricePerMonth);
    event Collected(address indexed to, uint256 amount);

    error BadMonths();
    error PriceAboveLimit(uint256 total);
    error ZeroPrice();

    constructor(IERC20 token_, uint256 pricePerMonth_, address initialOwner) Ownable(initialOwner) {
        if (pricePerMonth_ == 0) revert ZeroPrice();
        token = token_;
        pricePerMonth = pricePerMonth_;
    }

    /// @param most What the caller is ready to pay in all, so that a new price cannot surprise.
    function subscribe(uint256 months, uint256 most) external {
        if (months == 0 || months > MOST_MONTHS) revert BadMonths();
        uint256 total = months * pricePerMonth;
        if (total > most) revert PriceAboveLimit(total);
        uint256 from = paidUntil[msg.sender] > block.timestamp ? paidUntil[msg.sender] : block.timestamp;
        paidUntil[msg.sender] = from + months * MONTH;
        emit Subscribed(msg.sender, months, paidUntil[msg.sender]);
        token.safeTransferFrom(msg.sender, address(this), total);
    }

    function isActive(address who) external view returns (bool) {
        return paidUntil[who] > block.timestamp;
    }

    function setPrice(uint256 newPrice) external onlyOwner {
        if (newPrice == 0) revert ZeroPrice();
        pricePerMonth = newPrice;
        emit PriceChanged(newPrice);
    }

    function collect(address to) external onlyOwner {
        uint256 amount = token.balanceOf(address(this));
        emit Collected(to, amount);
        token.safeTransfer(to, amount);
    }
}
