contract Calls {
    function pay(address to) external {
        // ruleid: solidity.fixed-gas
        (bool a, ) = to.call{value: 1, gas: 2300}("");
        // ok: solidity.fixed-gas
        (bool b, ) = to.call{value: 1}("");
        require(a && b, "failed");
    }
}
