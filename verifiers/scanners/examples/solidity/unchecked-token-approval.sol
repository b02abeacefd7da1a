pragma solidity 0.8.20;

contract Depositor {
    IERC20 token;

    function allow(address spender, uint256 amount) external {
        // ruleid: solidity.unchecked-token-approval
        token.approve(spender, amount);
    }

    function allowChecked(address spender, uint256 amount) external {
        // ok: solidity.unchecked-token-approval
        require(token.approve(spender, amount), "refused");
        // ok: solidity.unchecked-token-approval
        token.forceApprove(spender, amount);
    }
}
