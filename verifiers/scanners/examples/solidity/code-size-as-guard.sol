pragma solidity 0.8.20;

contract Mint {
    function mint() external {
        // ruleid: solidity.code-size-as-guard
        require(msg.sender.code.length == 0, "no contracts");
    }

    function onlyContracts(address target) external view {
        // ok: solidity.code-size-as-guard
        require(target.code.length > 0, "no contract there");
    }
}
