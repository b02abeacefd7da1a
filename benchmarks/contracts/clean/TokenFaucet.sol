// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

import {Ownable} from "@openzeppelin/contracts/access/Ownable.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";

/// @notice Gives test tokens away: a little to each account a day, and not more than a quota to all of them.
contract TokenFaucet is Ownable {
    using SafeERC20 for IERC20;

    uint256 public constant WAIT = 1 days;
    uint256 public constant MAX_DRIP = 1_000 ether;

    IERC20 public immutable token;
    uint256 public drip = 10 ether;
    uint256 public dailyQuota = 1_000 ether;
    uint256 public dayStartedAt;
    uint256 public givenToday;
    mapping(address => uint256) public lastDripAt;

    event Dripped(address indexed to, uint256 amount);
    event LimitsChanged(uint256 drip, uint256 dailyQuota);

    error TooSoon(uint256 againAt);
    error QuotaUsedUp();
    error BadLimits();

    constructor(IERC20 token_, address initialOwner) Ownable(initialOwner) {
        token = token_;
        dayStartedAt = block.timestamp;
    }

    function request() external {
        uint256 last = lastDripAt[msg.sender];
        if (last != 0 && block.timestamp < last + WAIT) revert TooSoon(last + WAIT);
        if (block.timestamp >= dayStartedAt + 1 days) {
            dayStartedAt = block.timestamp;
            givenToday = 0;
        }
        if (givenToday + drip > dailyQuota) revert QuotaUsedUp();
        givenToday += drip;
        lastDripAt[msg.sender] = block.timestamp;
        emit Dripped(msg.sender, drip);
        token.safeTransfer(msg.sender, drip);
    }

    function setLimits(uint256 newDrip, uint256 newDailyQuota) external onlyOwner {
        if (newDrip == 0 || newDrip > MAX_DRIP || newDailyQuota < newDrip) revert BadLimits();
        drip = newDrip;
        dailyQuota = newDailyQuota;
        emit LimitsChanged(newDrip, newDailyQuota);
    }
}
