pragma solidity 0.8.20;

contract Wallet {
    address owner;

    function pay(address payable to) external {
        // ruleid: solidity.tx-origin-authorisation
        require(tx.origin == owner, "not the owner");
        to.transfer(1 ether);
    }

    function stop() external view {
        // ruleid: solidity.tx-origin-authorisation
        if (tx.origin != owner) revert();
    }

    function people() external view {
        // ok: solidity.tx-origin-authorisation
        require(tx.origin == msg.sender, "no contracts");
        // ok: solidity.tx-origin-authorisation
        require(msg.sender == owner, "not the owner");
    }
}
