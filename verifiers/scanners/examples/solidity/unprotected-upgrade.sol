contract Vault {
    // ruleid: solidity.unprotected-upgrade
    function _authorizeUpgrade(address next) internal override {}
}

contract Guarded {
    // ok: solidity.unprotected-upgrade
    function _authorizeUpgrade(address next) internal override onlyOwner {}
}

contract Proxy {
    // ruleid: solidity.unprotected-upgrade
    function upgradeTo(address next) external {
        implementation = next;
    }
}
