contract Bets {
    function bet(uint256 amount) external {
        // ruleid: solidity.assert-on-input
        assert(amount > 0);
        // ok: solidity.assert-on-input
        require(amount > 0, "nothing");
    }
}
