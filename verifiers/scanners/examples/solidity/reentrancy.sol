pragma solidity 0.8.20;

contract Vault {
    mapping(address => uint256) balances;

    function withdraw() external {
        uint256 amount = balances[msg.sender];
        // ruleid: solidity.reentrancy
        (bool ok, ) = msg.sender.call{value: amount}("");
        require(ok, "failed");
        balances[msg.sender] = 0;
    }

    function withdrawGuarded() external nonReentrant {
        uint256 amount = balances[msg.sender];
        // ok: solidity.reentrancy
        (bool ok, ) = msg.sender.call{value: amount}("");
        require(ok, "failed");
        balances[msg.sender] = 0;
    }

    function withdrawWell() external {
        uint256 amount = balances[msg.sender];
        balances[msg.sender] = 0;
        // ok: solidity.reentrancy
        (bool ok, ) = msg.sender.call{value: amount}("");
        require(ok, "failed");
    }
}
