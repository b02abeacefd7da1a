contract Shares {
    function share(uint256 amount, uint256 total, uint256 rate) external pure returns (uint256) {
        // ruleid: solidity.division-first
        uint256 a = amount / total * rate;
        // ok: solidity.division-first
        uint256 b = amount * rate / total;
        return a + b;
    }
}
