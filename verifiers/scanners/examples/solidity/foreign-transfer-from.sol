contract Payments {
    function pay(address from, uint256 amount) external {
        // ruleid: solidity.foreign-transfer-from
        token.transferFrom(from, address(this), amount);
    }

    function deposit(uint256 amount) external {
        // ok: solidity.foreign-transfer-from
        token.transferFrom(msg.sender, address(this), amount);
    }

    function collect(address from, uint256 amount) external onlyOwner {
        // ok: solidity.foreign-transfer-from
        token.transferFrom(from, address(this), amount);
    }
}
