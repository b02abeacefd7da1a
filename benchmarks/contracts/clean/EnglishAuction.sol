// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

import {IERC721} from "@openzeppelin/contracts/token/ERC721/IERC721.sol";
import {ReentrancyGuard} from "@openzeppelin/contracts/utils/ReentrancyGuard.sol";

/// @notice The highest bid wins an ERC-721; whoever was outbid collects the refund.
contract EnglishAuction is ReentrancyGuard {
    uint256 private constant EXTENSION = 10 minutes;
    uint256 private constant MIN_RAISE_PERCENT = 5;

    IERC721 public immutable item;
    uint256 public immutable tokenId;
    address payable public immutable seller;
    uint256 public immutable reserve;

    uint256 public endsAt;
    bool public settled;
    address public highestBidder;
    uint256 public highestBid;
    mapping(address => uint256) public refunds;

    event Started(uint256 endsAt);
    event Bid(address indexed bidder, uint256 amount);
    event RefundPaid(address indexed bidder, uint256 amount);
    event Settled(address indexed winner, uint256 amount);

    error NotSeller();
    error AlreadyStarted();
    error NotRunning();
    error StillRunning();
    error BidTooLow(uint256 needed);
    error NothingToCollect();
    error PaymentFailed();

    constructor(IERC721 item_, uint256 tokenId_, uint256 reserve_) {
        item = item_;
        tokenId = tokenId_;
        reserve = reserve_;
        seller = payable(msg.sender);
    }

    function start(uint256 duration) external nonReentrant {
        if (msg.sender != seller) revert NotSeller();
        if (endsAt != 0) revert AlreadyStarted();
        require(duration >= 1 hours && duration <= 30 days, "EnglishAuction: bad duration");
        endsAt = block.timestamp + duration;
        emit Started(endsAt);
        item.transferFrom(seller, address(this), tokenId);
    }

    function bid() external payable nonReentrant {
        if (endsAt == 0 || block.timestamp >= endsAt) revert NotRunning();
        uint256 needed = highestBidder == address(0)
            ? reserve
            : highestBid + (highestBid * MIN_RAISE_PERCENT) / 100;
        if (msg.value < needed || msg.value <= highestBid) revert BidTooLow(needed);
        if (highestBidder != address(0)) refunds[highestBidder] += highestBid;
        highestBidder = msg.sender;
        highestBid = msg.value;
        if (endsAt - block.timestamp < EXTENSION) endsAt = block.timestamp + EXTENSION;
        emit Bid(msg.sender, msg.value);
    }

    /// @notice Pays out what the caller was outbid with.
    function collectRefund() external nonReentrant {
        uint256 amount = refunds[msg.sender];
        if (amount == 0) revert NothingToCollect();
        refunds[msg.sender] = 0;
        emit RefundPaid(msg.sender, amount);
        (bool paid,) = msg.sender.call{value: amount}("");
        if (!paid) revert PaymentFailed();
    }

    /// @notice Hands over the item, and books the price for the seller to collect.
    function settle() external nonReentrant {
        if (endsAt == 0 || settled) revert NotRunning();
        if (block.timestamp < endsAt) revert StillRunning();
        settled = true;
        address winner = highestBidder;
        emit Settled(winner, highestBid);
        if (winner != address(0)) {
            refunds[seller] += highestBid;
            item.transferFrom(address(this), winner, tokenId);
        } else {
            item.transferFrom(address(this), seller, tokenId);
        }
    }
}
