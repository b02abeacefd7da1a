pragma solidity 0.8.20;

contract Open {
    address owner;

    // ruleid: solidity.unprotected-initialiser
    function initialize(address first) external {
        owner = first;
    }
}

contract Guarded {
    address owner;

    // ok: solidity.unprotected-initialiser
    function initialize(address first) external initializer {
        owner = first;
    }
}

contract Checked {
    address owner;

    // ok: solidity.unprotected-initialiser
    function initialize(address first) external {
        require(owner == address(0), "done");
        owner = first;
    }
}
