// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

import {Ownable} from "@openzeppelin/contracts/access/Ownable.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";

/// @notice Releases a token to one beneficiary linearly after a cliff; the owner can take back what has not vested.
contract TeamVesting is Ownable {
    using SafeERC20 for IERC20;

    IERC20 public immutable token;
    address public immutable beneficiary;
    uint64 public immutable start;
    uint64 public immutable cliff;
    uint64 public immutable duration;
    uint64 public immutable end;

    uint256 public released;
    bool public revoked;

    event Released(uint256 amount);
    event Revoked(uint256 returned);

    error BadSchedule();
    error ZeroAddress();
    error AlreadyRevoked();
    error NothingDue();

    constructor(
        IERC20 token_,
        address beneficiary_,
        address initialOwner,
        uint64 start_,
        uint64 cliffSeconds,
        uint64 durationSeconds
    ) Ownable(initialOwner) {
        if (address(token_) == address(0) || beneficiary_ == address(0)) revert ZeroAddress();
        if (durationSeconds == 0 || cliffSeconds > durationSeconds) revert BadSchedule();
        token = token_;
        beneficiary = beneficiary_;
        start = start_;
        cliff = start_ + cliffSeconds;
        duration = durationSeconds;
        end = start_ + durationSeconds;
    }

    function release() external {
        uint256 amount = releasable();
        if (amount == 0) revert NothingDue();
        released += amount;
        emit Released(amount);
        token.safeTransfer(beneficiary, amount);
    }

    function revoke() external onlyOwner {
        if (revoked) revert AlreadyRevoked();
        uint256 returned = token.balanceOf(address(this)) - releasable();
        revoked = true;
        emit Revoked(returned);
        token.safeTransfer(owner(), returned);
    }

    /// @notice What the beneficiary can be paid now.
    function releasable() public view returns (uint256) {
        uint256 held = token.balanceOf(address(this));
        if (revoked) return held;
        return _vested(held + released, uint64(block.timestamp)) - released;
    }

    function _vested(uint256 total, uint64 time) private view returns (uint256) {
        if (time < cliff) return 0;
        if (time >= end) return total;
        return total * (time - start) / duration;
    }
}
