pragma solidity 0.8.20;

contract Harvester {
    IRouter router;

    function harvest(uint256 amount, uint256 least, address[] calldata path) external {
        // ruleid: solidity.swap-without-deadline
        router.swapExactTokensForTokens(amount, least, path, address(this), block.timestamp);
    }

    function trade(uint256 amount, uint256 least, address[] calldata path, uint256 deadline) external {
        // ok: solidity.swap-without-deadline
        router.swapExactTokensForTokens(amount, least, path, msg.sender, deadline);
    }
}
