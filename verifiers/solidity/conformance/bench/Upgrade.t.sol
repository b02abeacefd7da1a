// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

import {Bench} from "./Bench.sol";

/// A proxy as EIP-1967 has it; its storage is what an implementation under test works on.
contract Proxy {
    bytes32 private constant SLOT = bytes32(uint256(keccak256("eip1967.proxy.implementation")) - 1);

    constructor(address implementation) {
        bytes32 slot = SLOT;
        assembly {
            sstore(slot, implementation)
        }
    }

    fallback() external payable {
        bytes32 slot = SLOT;
        assembly {
            calldatacopy(0, 0, calldatasize())
            let ok := delegatecall(gas(), sload(slot), 0, calldatasize(), 0, 0)
            returndatacopy(0, 0, returndatasize())
            if iszero(ok) { revert(0, returndatasize()) }
            return(0, returndatasize())
        }
    }
}

/// What a stranger would put in an implementation's place.
contract Replacement {
    function proxiableUUID() external pure returns (bytes32) {
        return bytes32(uint256(keccak256("eip1967.proxy.implementation")) - 1);
    }
}

/// An implementation that is meant to stand behind a proxy.
contract UpgradeTest is Bench {
    bytes32 private constant SLOT = bytes32(uint256(keccak256("eip1967.proxy.implementation")) - 1);

    address private _implementation;

    function test_initialises_once() public {
        bytes memory call = _initialised();
        (bool ok,) = _do(MALLORY, call);
        if (ok) _violates("the initialiser could be called a second time, by a stranger");
    }

    function test_strangers_do_not_upgrade() public {
        _initialised();
        address other = address(new Replacement());
        _do(MALLORY, abi.encodeWithSignature("upgradeToAndCall(address,bytes)", other, bytes("")));
        _do(MALLORY, abi.encodeWithSignature("upgradeTo(address)", other));
        if (address(uint160(uint256(vm.load(target, SLOT)))) != _implementation) {
            _violates("a stranger replaced the implementation");
        }
    }

    function test_the_implementation_itself_stays_shut() public {
        Call[] memory calls = _deploy().initialisers;
        for (uint256 i = 0; i < calls.length; i++) {
            (bool ok,) = _do(MALLORY, calls[i].data);
            if (ok) _violates("a stranger could initialise the implementation itself, without a proxy");
        }
    }

    /// Stands the implementation behind a proxy and initialises that.
    function _initialised() private returns (bytes memory) {
        Call[] memory calls = _deploy().initialisers;
        _implementation = target;
        target = address(new Proxy(target));
        for (uint256 i = 0; i < calls.length; i++) {
            (bool ok,) = _do(OWNER, calls[i].data);
            if (ok) return calls[i].data;
        }
        _unknown("it could not be initialised behind a proxy");
        return "";
    }
}
