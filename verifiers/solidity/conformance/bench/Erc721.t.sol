// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

import {Bench} from "./Bench.sol";
import {Cheats} from "./Cheats.sol";
import {Refuser, Stranger, Taker} from "./Receivers.sol";

/// EIP-721, sentence by sentence. What each test stands for is told in `clauses.yaml`.
contract Erc721Test is Bench {
    bytes32 private constant TRANSFER = keccak256("Transfer(address,address,uint256)");
    bytes32 private constant APPROVAL = keccak256("Approval(address,address,uint256)");
    bytes32 private constant APPROVAL_FOR_ALL = keccak256("ApprovalForAll(address,address,bool)");
    uint256 private constant LIKELY_IDS = 12;
    uint256 private constant NO_TOKEN = 0xdead0000beef0000dead0000beef;

    address private _holder;
    uint256 private _id;

    function test_transfer_moves_the_token() public {
        _movable();
        (uint256 ours, uint256 theirs) = (_balance(_holder), _balance(CAROL));
        vm.recordLogs();
        _transfer(_holder, _holder, CAROL);
        Cheats.Log[] memory logs = vm.getRecordedLogs();
        if (_ownerOf(_id) != CAROL) _violates("after transferFrom the receiver does not own the token");
        if (_balance(_holder) + 1 != ours || _balance(CAROL) != theirs + 1) {
            _violates("transferFrom did not change the two balances by one");
        }
        if (!_emitted(logs, [TRANSFER, _word(_holder), _word(CAROL), bytes32(_id)], 4, "")) {
            _violates("transferFrom emitted no Transfer(from, to, tokenId)");
        }
    }

    function test_strangers_transfer_nothing() public {
        _held();
        _transfer(MALLORY, _holder, MALLORY);
        if (_ownerOf(_id) != _holder) _violates("a stranger transferred the token by transferFrom");
        _safe(MALLORY, _holder, MALLORY, "");
        if (_ownerOf(_id) != _holder) _violates("a stranger transferred the token by safeTransferFrom");
        _do(MALLORY, abi.encodeWithSignature("safeTransferFrom(address,address,uint256)", _holder, MALLORY, _id));
        if (_ownerOf(_id) != _holder) _violates("a stranger transferred the token by safeTransferFrom");
    }

    function test_from_is_the_owner() public {
        _movable();
        _transfer(_holder, MALLORY, CAROL);
        if (_ownerOf(_id) == CAROL) _violates("transferFrom moved a token from who does not own it");
    }

    function test_nothing_goes_to_zero() public {
        _movable();
        if (_transfer(_holder, _holder, address(0))) _violates("transferFrom to the zero address did not throw");
    }

    function test_approval_lasts_for_one_transfer() public {
        _movable();
        vm.recordLogs();
        if (!_approve(_holder, BOB)) _unknown("approve was refused");
        Cheats.Log[] memory logs = vm.getRecordedLogs();
        if (_approved() != BOB) _violates("after approve(bob, id) getApproved(id) is not bob");
        if (!_emitted(logs, [APPROVAL, _word(_holder), _word(BOB), bytes32(_id)], 4, "")) {
            _violates("approve emitted no Approval(owner, approved, tokenId)");
        }
        if (!_transfer(BOB, _holder, CAROL)) _violates("the approved account could not transfer the token");
        if (_approved() != address(0)) _violates("the approval outlived the transfer");
        _transfer(BOB, CAROL, BOB);
        if (_ownerOf(_id) == BOB) _violates("who was approved took the token back after its transfer");
    }

    function test_strangers_approve_nothing() public {
        _held();
        _approve(MALLORY, MALLORY);
        if (_approved() == MALLORY) _violates("a stranger approved themselves");
    }

    function test_an_operator_moves_all() public {
        _movable();
        vm.recordLogs();
        if (!_operate(_holder, BOB, true)) _unknown("setApprovalForAll was refused");
        Cheats.Log[] memory logs = vm.getRecordedLogs();
        if (!_operates(_holder, BOB)) _violates("after setApprovalForAll isApprovedForAll is false");
        if (!_emitted(logs, [APPROVAL_FOR_ALL, _word(_holder), _word(BOB), 0], 3, abi.encode(true))) {
            _violates("setApprovalForAll emitted no ApprovalForAll");
        }
        uint256 before = vm.snapshotState();
        if (!_transfer(BOB, _holder, CAROL)) _violates("an operator could not transfer the token");
        vm.revertToState(before);
        _operate(_holder, BOB, false);
        _transfer(BOB, _holder, BOB);
        if (_ownerOf(_id) == BOB) _violates("an operator transferred the token after being removed");
    }

    function test_safe_transfer_asks_the_receiver() public {
        _movable();
        Taker taker = new Taker();
        if (!_safe(_holder, _holder, address(taker), "hello")) _violates("safeTransferFrom to a receiver was refused");
        if (taker.asked() == 0) _violates("safeTransferFrom did not call onERC721Received");
        bool right = taker.operator() == _holder && taker.from() == _holder && taker.id() == _id;
        if (!right || taker.said() != keccak256("hello")) {
            _violates("onERC721Received was told another operator, owner, token or data");
        }
    }

    function test_safe_transfer_respects_the_answer() public {
        _movable();
        address[2] memory others = [address(new Refuser()), address(new Stranger())];
        for (uint256 i = 0; i < 2; i++) {
            _safe(_holder, _holder, others[i], "");
            if (_ownerOf(_id) == others[i]) {
                _violates("safeTransferFrom gave the token to a contract that does not answer onERC721Received");
            }
            _do(_holder, abi.encodeWithSignature("safeTransferFrom(address,address,uint256)", _holder, others[i], _id));
            if (_ownerOf(_id) == others[i]) {
                _violates("safeTransferFrom(from, to, id) gave the token to a contract that is no receiver");
            }
        }
    }

    function test_nobody_owns_what_is_not_there() public {
        _deploy();
        (bool ok, uint256 owner) = _ask(abi.encodeWithSignature("ownerOf(uint256)", NO_TOKEN));
        if (ok) _violates(string.concat("ownerOf of a token that was never made answered ", _who(address(uint160(owner)))));
    }

    function test_zero_owns_nothing() public {
        _deploy();
        (bool ok,) = _ask(abi.encodeWithSignature("balanceOf(address)", address(0)));
        if (ok) _violates("balanceOf(0) did not throw");
    }

    function test_says_what_it_is() public {
        _deploy();
        bytes4[3] memory ids = [bytes4(0x01ffc9a7), bytes4(0x80ac58cd), bytes4(0xffffffff)];
        for (uint256 i = 0; i < 3; i++) {
            (bool ok, uint256 said) = _ask(abi.encodeWithSignature("supportsInterface(bytes4)", ids[i]));
            if (i < 2 && (!ok || said != 1)) _violates("supportsInterface denies ERC-165 or ERC-721 (0x80ac58cd)");
            if (i == 2 && said != 0) _violates("supportsInterface(0xffffffff) is not false");
        }
    }

    function test_strangers_burn_nothing() public {
        _held();
        _do(MALLORY, abi.encodeWithSignature("burn(uint256)", _id));
        if (_ownerOf(_id) != _holder) _violates("a stranger burned the token");
    }

    function test_pause_stops_transfers() public {
        _movable();
        _do(OWNER, abi.encodeWithSignature("pause()"));
        if (_number(abi.encodeWithSignature("paused()")) != 1) _unknown("the deployer cannot pause it");
        _transfer(_holder, _holder, CAROL);
        if (_ownerOf(_id) == CAROL) _violates("transferFrom moved a token while the contract was paused");
    }

    /// Deploys and finds a token that somebody owns.
    function _held() private {
        Call[] memory supplies = _deploy().supplies;
        (bool ok, uint256 paused) = _ask(abi.encodeWithSignature("paused()"));
        if (ok && paused == 1) _do(OWNER, abi.encodeWithSignature("unpause()"));
        if (_seen(creation)) return;
        for (uint256 i = 0; i < supplies.length; i++) {
            vm.recordLogs();
            bool made = _make(supplies[i]);
            Cheats.Log[] memory logs = vm.getRecordedLogs();
            if (made && _seen(logs)) return;
        }
        _unknown("no token was found, and none could be made");
    }

    function _movable() private {
        _held();
        uint256 before = vm.snapshotState();
        bool moved = _transfer(_holder, _holder, CAROL);
        vm.revertToState(before);
        if (!moved) _unknown("the owner of a token may not transfer it");
    }

    function _seen(Cheats.Log[] memory logs) private returns (bool) {
        for (uint256 i = 0; i < logs.length; i++) {
            if (logs[i].emitter != target || logs[i].topics.length != 4 || logs[i].topics[0] != TRANSFER) continue;
            if (_is(uint256(logs[i].topics[3]))) return true;
        }
        for (uint256 id = 0; id < LIKELY_IDS; id++) {
            if (_is(id)) return true;
        }
        return false;
    }

    function _is(uint256 id) private returns (bool) {
        address owner = _ownerOf(id);
        if (owner != ALICE && owner != OWNER) return false;
        (_holder, _id) = (owner, id);
        return true;
    }

    function _ownerOf(uint256 id) private view returns (address) {
        return address(uint160(_number(abi.encodeWithSignature("ownerOf(uint256)", id))));
    }

    function _balance(address account) private view returns (uint256) {
        return _number(abi.encodeWithSignature("balanceOf(address)", account));
    }

    function _approved() private view returns (address) {
        return address(uint160(_number(abi.encodeWithSignature("getApproved(uint256)", _id))));
    }

    function _operates(address owner, address operator) private view returns (bool) {
        return _number(abi.encodeWithSignature("isApprovedForAll(address,address)", owner, operator)) == 1;
    }

    function _transfer(address by, address from, address to) private returns (bool ok) {
        (ok,) = _do(by, abi.encodeWithSignature("transferFrom(address,address,uint256)", from, to, _id));
    }

    function _safe(address by, address from, address to, bytes memory data) private returns (bool ok) {
        bytes memory call = abi.encodeWithSignature("safeTransferFrom(address,address,uint256,bytes)", from, to, _id, data);
        (ok,) = _do(by, call);
    }

    function _approve(address by, address to) private returns (bool ok) {
        (ok,) = _do(by, abi.encodeWithSignature("approve(address,uint256)", to, _id));
    }

    function _operate(address by, address operator, bool may) private returns (bool ok) {
        (ok,) = _do(by, abi.encodeWithSignature("setApprovalForAll(address,bool)", operator, may));
    }
}
