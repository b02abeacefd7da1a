// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

import {TokenBench} from "./TokenBench.sol";

/// ERC-2612: allowances by signature.
contract PermitTest is TokenBench {
    bytes32 private constant PERMIT =
        keccak256("Permit(address owner,address spender,uint256 value,uint256 nonce,uint256 deadline)");

    struct Signed {
        uint8 v;
        bytes32 r;
        bytes32 s;
    }

    function test_a_signature_gives_the_allowance() public {
        _deploy();
        uint256 nonce = _nonce();
        vm.recordLogs();
        if (!_permit(BOB, ALICE, 7, NOW, _sign(ALICE, 7, nonce, NOW))) _violates("a valid signature was refused");
        if (_allowance(ALICE, BOB) != 7) _violates("permit of 7 did not set the allowance to 7");
        if (_nonce() != nonce + 1) _violates("permit did not raise the nonce by one");
        if (!_emitted(vm.getRecordedLogs(), [APPROVAL, _word(ALICE), _word(BOB), 0], 3, abi.encode(uint256(7)))) {
            _violates("permit emitted no Approval");
        }
    }

    function test_a_signature_counts_once() public {
        _deploy();
        Signed memory signed = _sign(ALICE, 7, _nonce(), NOW);
        if (!_permit(BOB, ALICE, 7, NOW, signed)) _unknown("a valid signature was refused");
        _approve(ALICE, BOB, 0);
        _permit(BOB, ALICE, 7, NOW, signed);
        if (_allowance(ALICE, BOB) != 0) _violates("the same signature gave the allowance twice");
    }

    function test_an_expired_signature_is_refused() public {
        _deploy();
        _permit(BOB, ALICE, 7, NOW - 1, _sign(ALICE, 7, _nonce(), NOW - 1));
        if (_allowance(ALICE, BOB) != 0) _violates("a signature past its deadline gave the allowance");
    }

    function test_a_foreign_signature_is_refused() public {
        _deploy();
        address[3] memory owners = [BOB, OWNER, address(0)];
        for (uint256 i = 0; i < owners.length; i++) {
            Signed memory signed = _sign(owners[i], 7, _number(abi.encodeWithSignature("nonces(address)", owners[i])), NOW);
            if (owners[i] == address(0)) signed = Signed(27, bytes32(uint256(1)), bytes32(type(uint256).max));
            _permit(BOB, owners[i], 7, NOW, signed);
            if (_allowance(owners[i], BOB) != 0) {
                _violates(string.concat("a signature by alice gave an allowance of ", _who(owners[i])));
            }
        }
    }

    function test_the_signed_value_counts() public {
        _deploy();
        _permit(BOB, ALICE, 8, NOW, _sign(ALICE, 7, _nonce(), NOW));
        if (_allowance(ALICE, BOB) != 0) _violates("a signature for 7 gave an allowance of 8");
    }

    function _nonce() private view returns (uint256) {
        return _number(abi.encodeWithSignature("nonces(address)", ALICE));
    }

    function _sign(address owner, uint256 value, uint256 nonce, uint256 deadline)
        private
        view
        returns (Signed memory)
    {
        bytes32 separator = bytes32(_number(abi.encodeWithSignature("DOMAIN_SEPARATOR()")));
        bytes32 inner = keccak256(abi.encode(PERMIT, owner, BOB, value, nonce, deadline));
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(ALICE_KEY, keccak256(abi.encodePacked("\x19\x01", separator, inner)));
        return Signed(v, r, s);
    }

    function _permit(address caller, address owner, uint256 value, uint256 deadline, Signed memory by)
        private
        returns (bool ok)
    {
        (ok,) = _do(
            caller,
            abi.encodeWithSignature(
                "permit(address,address,uint256,uint256,uint8,bytes32,bytes32)",
                owner, BOB, value, deadline, by.v, by.r, by.s
            )
        );
    }
}
