pragma solidity 0.8.20;

contract Timer {
    uint256 end;

    function done() external view returns (bool) {
        // ruleid: solidity.timestamp-equality
        return block.timestamp == end;
    }

    function over() external view returns (bool) {
        // ok: solidity.timestamp-equality
        return block.timestamp >= end;
    }
}
