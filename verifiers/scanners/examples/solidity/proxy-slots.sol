pragma solidity 0.8.20;

contract Proxy {
    address public implementation;

    fallback() external payable {
        // ruleid: solidity.proxy-slots
        (bool ok, ) = implementation.delegatecall(msg.data);
        require(ok, "failed");
    }
}

contract FixedProxy {
    address private immutable code;

    fallback() external payable {
        // ok: solidity.proxy-slots
        (bool ok, ) = code.delegatecall(msg.data);
        require(ok, "failed");
    }
}
