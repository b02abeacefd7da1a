// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

import {Bench} from "./Bench.sol";

/// Roles as OpenZeppelin's AccessControl has them.
contract RolesTest is Bench {
    function test_strangers_grant_nothing() public {
        _deploy();
        for (uint256 i = 0; i < 4; i++) {
            _do(MALLORY, abi.encodeWithSignature("grantRole(bytes32,address)", _role(i), MALLORY));
            if (_has(_role(i), MALLORY)) _violates("a stranger gave themselves a role by grantRole");
        }
    }

    function test_strangers_revoke_nothing() public {
        _deploy();
        for (uint256 i = 0; i < 4; i++) {
            if (!_has(_role(i), OWNER)) continue;
            _do(MALLORY, abi.encodeWithSignature("revokeRole(bytes32,address)", _role(i), OWNER));
            _do(MALLORY, abi.encodeWithSignature("renounceRole(bytes32,address)", _role(i), OWNER));
            if (!_has(_role(i), OWNER)) _violates("a stranger took a role from its holder");
        }
    }

    function test_the_administrator_grants() public {
        _deploy();
        if (!_has(_role(0), OWNER)) _unknown("the deployer is not the administrator");
        (bool ok,) = _do(OWNER, abi.encodeWithSignature("grantRole(bytes32,address)", _role(1), BOB));
        if (ok && !_has(_role(1), BOB)) _violates("grantRole succeeded and hasRole is false");
        (ok,) = _do(OWNER, abi.encodeWithSignature("revokeRole(bytes32,address)", _role(1), BOB));
        if (ok && _has(_role(1), BOB)) _violates("revokeRole succeeded and hasRole is true");
    }

    function _role(uint256 number) private pure returns (bytes32) {
        bytes32[4] memory roles =
            [bytes32(0), keccak256("MINTER_ROLE"), keccak256("PAUSER_ROLE"), keccak256("UPGRADER_ROLE")];
        return roles[number];
    }

    function _has(bytes32 role, address account) private view returns (bool) {
        return _number(abi.encodeWithSignature("hasRole(bytes32,address)", role, account)) == 1;
    }
}
