pragma solidity 0.8.20;

contract Clock {
    uint256 start;

    function seconds_() external view returns (uint256) {
        // ruleid: solidity.block-number-as-clock
        return (block.number - start) * 13;
    }

    function elapsed() external view returns (uint256) {
        // ok: solidity.block-number-as-clock
        return block.timestamp - start;
    }
}
