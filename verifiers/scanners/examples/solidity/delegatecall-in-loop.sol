pragma solidity 0.8.20;

contract Batch {
    function batch(bytes[] calldata calls) external payable {
        for (uint256 i = 0; i < calls.length; i++) {
            // ruleid: solidity.delegatecall-in-loop
            (bool ok, ) = address(this).delegatecall(calls[i]);
            require(ok, "failed");
        }
    }

    function batchWithoutMoney(bytes[] calldata calls) external {
        for (uint256 i = 0; i < calls.length; i++) {
            // ok: solidity.delegatecall-in-loop
            (bool ok, ) = address(this).delegatecall(calls[i]);
            require(ok, "failed");
        }
    }
}
