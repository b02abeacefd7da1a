pragma solidity ^0.4.19;

contract Purse {
    mapping(address => uint) balances;

    function put() public payable {
        balances[msg.sender] += msg.value;
    }

    function take() public {
        uint amount = balances[msg.sender];
        require(msg.sender.call.value(amount)());
        balances[msg.sender] = 0;
    }
}
