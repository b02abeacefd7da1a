pragma solidity 0.8.20;

contract Bank {
    address owner;

    function drain() external {
        // ruleid: solidity.unprotected-withdrawal
        payable(msg.sender).transfer(address(this).balance);
    }

    function drainTo(address payable to) external {
        // ruleid: solidity.unprotected-withdrawal
        to.transfer(address(this).balance);
    }

    function collect() external {
        require(msg.sender == owner, "not the owner");
        // ok: solidity.unprotected-withdrawal
        payable(msg.sender).transfer(address(this).balance);
    }

    function forward() external {
        // ok: solidity.unprotected-withdrawal
        payable(owner).transfer(address(this).balance);
    }
}
