pragma solidity 0.8.20;

contract Wallet {
    address owner;

    modifier onlyOwner() {
        require(msg.sender == owner);
        _;
    }

    constructor() {
        // ok: solidity.unprotected-owner-change
        owner = msg.sender;
    }

    function setOwner(address next) external {
        // ruleid: solidity.unprotected-owner-change
        owner = next;
    }

    function give(address next) external onlyOwner {
        // ok: solidity.unprotected-owner-change
        owner = next;
    }

    function giveChecked(address next) external {
        require(msg.sender == owner, "not the owner");
        // ok: solidity.unprotected-owner-change
        owner = next;
    }
}
