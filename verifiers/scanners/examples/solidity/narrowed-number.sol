pragma solidity 0.8.20;

contract Packed {
    uint128 amount;

    function set(uint256 value) external {
        // ruleid: solidity.narrowed-number
        amount = uint128(value);
    }

    function setChecked(uint256 value) external {
        require(value <= type(uint128).max, "too large");
        // ok: solidity.narrowed-number
        amount = uint128(value);
    }
}
