pragma solidity 0.8.20;

contract Loans {
    AggregatorV3Interface feed;

    function price() public view returns (int256) {
        // ruleid: solidity.oracle-without-age
        (, int256 answer, , , ) = feed.latestRoundData();
        return answer;
    }

    function oldPrice() public view returns (int256) {
        // ruleid: solidity.oracle-without-age
        return feed.latestAnswer();
    }

    function freshPrice() public view returns (int256) {
        // ok: solidity.oracle-without-age
        (, int256 answer, , uint256 updatedAt, ) = feed.latestRoundData();
        require(block.timestamp - updatedAt < 1 hours, "stale");
        return answer;
    }
}
