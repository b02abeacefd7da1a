pragma solidity 0.8.20;

contract Payer {
    function pay(address payable to, uint256 amount) external {
        // ruleid: solidity.unchecked-low-level-call
        to.call{value: amount}("");
        // ruleid: solidity.unchecked-low-level-call
        to.send(amount);
        // ruleid: solidity.unchecked-low-level-call
        to.call("");
        // ok: solidity.unchecked-low-level-call
        (bool ok, ) = to.call{value: amount}("");
        require(ok, "failed");
        // ok: solidity.unchecked-low-level-call
        require(to.send(amount), "failed");
        // ok: solidity.unchecked-low-level-call
        bool sent = to.send(amount);
        // ok: solidity.unchecked-low-level-call
        if (!to.send(amount)) revert();
        require(sent);
    }
}
