pragma solidity ^0.4.24;

contract Token {
    mapping(address => uint256) balances;

    // ruleid: solidity.short-address
    function transfer(address to, uint256 amount) public {
        balances[msg.sender] -= amount;
        balances[to] += amount;
    }
}

contract CheckedToken {
    mapping(address => uint256) balances;

    // ok: solidity.short-address
    function transfer(address to, uint256 amount) public {
        require(msg.data.length >= 68, "too short");
        balances[msg.sender] -= amount;
        balances[to] += amount;
    }
}
