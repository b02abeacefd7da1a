pragma solidity 0.8.20;

contract Wallet {
    address owner;

    modifier onlyOwner() {
        require(msg.sender == owner);
        _;
    }

    function close() external {
        // ruleid: solidity.unprotected-selfdestruct
        selfdestruct(payable(msg.sender));
    }

    function closeByOwner() external onlyOwner {
        // ok: solidity.unprotected-selfdestruct
        selfdestruct(payable(owner));
    }

    function closeChecked() external {
        require(msg.sender == owner, "not the owner");
        // ok: solidity.unprotected-selfdestruct
        selfdestruct(payable(owner));
    }

    function inner() internal {
        // ok: solidity.unprotected-selfdestruct
        selfdestruct(payable(owner));
    }
}
