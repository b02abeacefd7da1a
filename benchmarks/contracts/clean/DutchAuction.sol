// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

import {IERC721} from "@openzeppelin/contracts/token/ERC721/IERC721.sol";
import {ReentrancyGuard} from "@openzeppelin/contracts/utils/ReentrancyGuard.sol";

/// @notice Sells one ERC-721 at a price that falls with time; the seller approves this contract for the token first.
contract DutchAuction is ReentrancyGuard {
    IERC721 public immutable item;
    uint256 public immutable tokenId;
    address payable public immutable seller;
    uint256 public immutable startPrice;
    uint256 public immutable floorPrice;
    uint256 public immutable startsAt;
    uint256 public immutable duration;

    bool public sold;
    mapping(address => uint256) public credit;

    event Sold(address indexed buyer, uint256 price);
    event Collected(address indexed who, uint256 amount);

    error BadTerms();
    error NotForSale();
    error PaidTooLittle(uint256 price);
    error NothingToCollect();
    error PaymentFailed();

    constructor(IERC721 item_, uint256 tokenId_, uint256 startPrice_, uint256 floorPrice_, uint256 duration_) {
        if (startPrice_ <= floorPrice_ || duration_ == 0) revert BadTerms();
        item = item_;
        tokenId = tokenId_;
        startPrice = startPrice_;
        floorPrice = floorPrice_;
        duration = duration_;
        startsAt = block.timestamp;
        seller = payable(msg.sender);
    }

    function price() public view returns (uint256) {
        uint256 elapsed = block.timestamp - startsAt;
        if (elapsed >= duration) return floorPrice;
        return startPrice - ((startPrice - floorPrice) * elapsed) / duration;
    }

    function buy() external payable nonReentrant {
        if (sold) revert NotForSale();
        uint256 due = price();
        if (msg.value < due) revert PaidTooLittle(due);
        sold = true;
        credit[seller] += due;
        credit[msg.sender] += msg.value - due;
        emit Sold(msg.sender, due);
        item.safeTransferFrom(seller, msg.sender, tokenId);
    }

    /// @notice Pays the caller: the price to the seller, what was paid too much to the buyer.
    function collect() external nonReentrant {
        uint256 amount = credit[msg.sender];
        if (amount == 0) revert NothingToCollect();
        credit[msg.sender] = 0;
        emit Collected(msg.sender, amount);
        (bool paid,) = msg.sender.call{value: amount}("");
        if (!paid) revert PaymentFailed();
    }
}
