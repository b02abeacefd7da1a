contract Owned {
    function setOwner(address next) external onlyOwner {
        // ruleid: solidity.zero-address-owner
        owner = next;
    }

    function setOwnerSafely(address next) external onlyOwner {
        require(next != address(0), "zero");
        // ok: solidity.zero-address-owner
        owner = next;
    }
}
