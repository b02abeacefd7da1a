// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

import {Ownable} from "@openzeppelin/contracts/access/Ownable.sol";
import {ReentrancyGuard} from "@openzeppelin/contracts/utils/ReentrancyGuard.sol";

interface IPriceFeed {
    function decimals() external view returns (uint8);

    function latestRoundData()
        external
        view
        returns (uint80 roundId, int256 answer, uint256 startedAt, uint256 updatedAt, uint80 answeredInRound);
}

/// @notice Sells licences at a price in dollars, paid in ether by an oracle's rate that must be fresh and positive.
contract PricedShop is Ownable, ReentrancyGuard {
    uint256 public constant MAX_AGE = 1 hours;
    uint256 public constant PRICE_USD = 50;

    IPriceFeed public immutable feed;
    uint256 private immutable _feedUnit;
    mapping(address => uint256) public licences;
    mapping(address => uint256) public change;
    uint256 public proceeds;

    event Bought(address indexed buyer, uint256 price);
    event ChangeCollected(address indexed buyer, uint256 amount);
    event ProceedsCollected(address indexed to, uint256 amount);

    error BadFeed();
    error StalePrice(uint256 updatedAt);
    error BadPrice(int256 answer);
    error PaidTooLittle(uint256 price);
    error NothingToCollect();
    error PaymentFailed();

    constructor(IPriceFeed feed_, address initialOwner) Ownable(initialOwner) {
        uint8 feedDecimals = feed_.decimals();
        if (feedDecimals > 18) revert BadFeed();
        feed = feed_;
        _feedUnit = 10 ** feedDecimals;
    }

    /// @notice The price in wei, rounded up.
    function priceInWei() public view returns (uint256) {
        (, int256 answer,, uint256 updatedAt,) = feed.latestRoundData();
        if (updatedAt > block.timestamp || block.timestamp - updatedAt > MAX_AGE) revert StalePrice(updatedAt);
        if (answer <= 0) revert BadPrice(answer);
        uint256 rate = uint256(answer);
        return (PRICE_USD * 1 ether * _feedUnit + rate - 1) / rate;
    }

    function buy() external payable nonReentrant {
        uint256 price = priceInWei();
        if (msg.value < price) revert PaidTooLittle(price);
        licences[msg.sender] += 1;
        proceeds += price;
        change[msg.sender] += msg.value - price;
        emit Bought(msg.sender, price);
    }

    function collectChange() external nonReentrant {
        uint256 amount = change[msg.sender];
        if (amount == 0) revert NothingToCollect();
        change[msg.sender] = 0;
        emit ChangeCollected(msg.sender, amount);
        _pay(payable(msg.sender), amount);
    }

    function collectProceeds(address payable to) external onlyOwner nonReentrant {
        require(to != address(0), "PricedShop: no recipient");
        uint256 amount = proceeds;
        proceeds = 0;
        emit ProceedsCollected(to, amount);
        _pay(to, amount);
    }

    function _pay(address payable to, uint256 amount) private {
        (bool paid,) = to.call{value: amount}("");
        if (!paid) revert PaymentFailed();
    }
}
