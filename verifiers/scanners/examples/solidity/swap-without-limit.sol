pragma solidity 0.8.20;

contract Harvester {
    IRouter router;

    function harvest(uint256 amount, address[] calldata path) external {
        // ruleid: solidity.swap-without-limit
        router.swapExactTokensForTokens(amount, 0, path, address(this), block.timestamp);
    }

    function buy(address[] calldata path, uint256 deadline) external payable {
        // ruleid: solidity.swap-without-limit
        router.swapExactETHForTokens{value: msg.value}(0, path, msg.sender, deadline);
    }

    function trade(uint256 amount, uint256 least, address[] calldata path, uint256 deadline) external {
        // ok: solidity.swap-without-limit
        router.swapExactTokensForTokens(amount, least, path, msg.sender, deadline);
    }
}
