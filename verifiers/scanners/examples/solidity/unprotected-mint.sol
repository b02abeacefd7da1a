contract Token {
    // ruleid: solidity.unprotected-mint
    function mint(address to, uint256 amount) external {
        _mint(to, amount);
    }
}

contract Guarded {
    // ok: solidity.unprotected-mint
    function mint(address to, uint256 amount) external onlyOwner {
        _mint(to, amount);
    }
}

contract Checked {
    // ok: solidity.unprotected-mint
    function mint(address to, uint256 amount) external {
        require(msg.sender == minter, "no");
        _mint(to, amount);
    }
}
