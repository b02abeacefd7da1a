pragma solidity 0.8.20;

contract Router {
    address owner;

    function run(address target, bytes calldata data) external {
        // ruleid: solidity.any-call
        (bool ok, ) = target.call(data);
        require(ok, "failed");
    }

    function runAsOwner(address target, bytes calldata data) external onlyOwner {
        // ok: solidity.any-call
        (bool ok, ) = target.call(data);
        require(ok, "failed");
    }

    function runChecked(address target, bytes calldata data) external {
        require(msg.sender == owner, "not the owner");
        // ok: solidity.any-call
        (bool ok, ) = target.call(data);
        require(ok, "failed");
    }

    function pay(address payable target) external {
        // ok: solidity.any-call
        (bool ok, ) = target.call{value: 1 ether}("");
        require(ok, "failed");
    }
}
