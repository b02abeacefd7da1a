pragma solidity 0.8.20;

contract Lender {
    IPair pair;
    IRouter router;
    IOracle oracle;

    function priceOf() public view returns (uint256) {
        // ruleid: solidity.spot-price
        (uint112 reserve0, uint112 reserve1, ) = pair.getReserves();
        return (uint256(reserve1) * 1e18) / reserve0;
    }

    function collateralValue(uint256 amount, address[] memory path) public view returns (uint256) {
        // ruleid: solidity.spot-price
        return router.getAmountsOut(amount, path)[1];
    }

    function averagePrice() public view returns (uint256) {
        // ok: solidity.spot-price
        return oracle.consult(address(pair), 30 minutes);
    }

    function sync() external view returns (uint256 first, uint256 second) {
        // ok: solidity.spot-price
        (first, second, ) = pair.getReserves();
    }
}
