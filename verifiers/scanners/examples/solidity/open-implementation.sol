pragma solidity 0.8.20;

contract Box is UUPSUpgradeable, OwnableUpgradeable {
    // ruleid: solidity.open-implementation
    function initialize(address owner) external initializer {
        __Ownable_init(owner);
    }
}

contract ClosedBox is UUPSUpgradeable, OwnableUpgradeable {
    constructor() {
        _disableInitializers();
    }

    // ok: solidity.open-implementation
    function initialize(address owner) external initializer {
        __Ownable_init(owner);
    }
}
