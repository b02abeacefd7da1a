pragma solidity 0.8.20;

contract Shop {
    IERC20 token;

    function pay(address to, uint256 amount) external {
        // ruleid: solidity.unchecked-token-transfer
        token.transfer(to, amount);
        // ruleid: solidity.unchecked-token-transfer
        IERC20(to).transferFrom(msg.sender, to, amount);
        // ok: solidity.unchecked-token-transfer
        token.safeTransfer(to, amount);
        // ok: solidity.unchecked-token-transfer
        require(token.transfer(to, amount), "failed");
    }
}
