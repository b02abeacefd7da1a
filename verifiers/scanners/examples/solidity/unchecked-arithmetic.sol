pragma solidity 0.8.20;

contract Token {
    mapping(address => uint256) balances;

    function burn(uint256 amount) external {
        unchecked {
            // ruleid: solidity.unchecked-arithmetic
            balances[msg.sender] -= amount;
        }
        // ok: solidity.unchecked-arithmetic
        balances[msg.sender] -= amount;
    }
}
