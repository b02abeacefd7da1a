pragma solidity 0.8.20;

contract Proxy {
    address target;
    address owner;

    function run(address code, bytes calldata data) external returns (bool ok) {
        // ruleid: solidity.delegatecall-to-parameter
        (ok, ) = code.delegatecall(data);
    }

    function forward(bytes calldata data) external returns (bool ok) {
        // ok: solidity.delegatecall-to-parameter
        (ok, ) = target.delegatecall(data);
    }

    function runByOwner(address code, bytes calldata data) external returns (bool ok) {
        require(msg.sender == owner, "not the owner");
        // ok: solidity.delegatecall-to-parameter
        (ok, ) = code.delegatecall(data);
    }
}
