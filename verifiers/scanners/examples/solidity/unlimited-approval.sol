contract Approvals {
    function allow() external {
        // ruleid: solidity.unlimited-approval
        token.approve(router, type(uint256).max);
        // ok: solidity.unlimited-approval
        token.approve(router, amount);
    }
}
