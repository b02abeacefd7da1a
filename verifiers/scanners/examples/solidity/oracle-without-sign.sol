pragma solidity 0.8.20;

contract Loans {
    AggregatorV3Interface feed;

    function price() public view returns (uint256) {
        (, int256 answer, , uint256 updatedAt, ) = feed.latestRoundData();
        require(block.timestamp - updatedAt < 1 hours, "stale");
        // ruleid: solidity.oracle-without-sign
        return uint256(answer);
    }

    function checkedPrice() public view returns (uint256) {
        (, int256 answer, , uint256 updatedAt, ) = feed.latestRoundData();
        require(answer > 0 && block.timestamp - updatedAt < 1 hours, "stale");
        // ok: solidity.oracle-without-sign
        return uint256(answer);
    }
}
