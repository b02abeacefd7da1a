// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

import {Bench} from "./Bench.sol";
import {Cheats} from "./Cheats.sol";
import {Refuser, Stranger, Taker} from "./Receivers.sol";

/// EIP-1155, sentence by sentence. What each test stands for is told in `clauses.yaml`.
contract Erc1155Test is Bench {
    bytes32 private constant SINGLE = keccak256("TransferSingle(address,address,address,uint256,uint256)");
    bytes32 private constant BATCH = keccak256("TransferBatch(address,address,address,uint256[],uint256[])");
    bytes32 private constant APPROVAL_FOR_ALL = keccak256("ApprovalForAll(address,address,bool)");
    uint256 private constant LIKELY_IDS = 12;

    address private _holder;
    uint256 private _id;

    function test_transfer_moves_the_tokens() public {
        _movable();
        (uint256 ours, uint256 theirs) = (_balance(_holder), _balance(CAROL));
        vm.recordLogs();
        _transfer(_holder, _holder, CAROL, 1);
        Cheats.Log[] memory logs = vm.getRecordedLogs();
        if (_balance(_holder) + 1 != ours || _balance(CAROL) != theirs + 1) {
            _violates("safeTransferFrom of 1 did not change the two balances by 1");
        }
        bytes memory data = abi.encode(_id, uint256(1));
        if (!_emitted(logs, [SINGLE, _word(_holder), _word(_holder), _word(CAROL)], 4, data) && !_batched(logs)) {
            _violates("safeTransferFrom emitted no TransferSingle(operator, from, to, id, value)");
        }
    }

    function test_batch_moves_the_tokens() public {
        _movable();
        (uint256 ours, uint256 theirs) = (_balance(_holder), _balance(CAROL));
        vm.recordLogs();
        if (!_batch(_holder, CAROL, 1, 1)) _violates("safeBatchTransferFrom of one id was refused");
        if (_balance(_holder) + 1 != ours || _balance(CAROL) != theirs + 1) {
            _violates("safeBatchTransferFrom of 1 did not change the two balances by 1");
        }
        Cheats.Log[] memory logs = vm.getRecordedLogs();
        bytes memory data = abi.encode(_id, uint256(1));
        if (!_batched(logs) && !_emitted(logs, [SINGLE, _word(_holder), _word(_holder), _word(CAROL)], 4, data)) {
            _violates("safeBatchTransferFrom emitted neither TransferBatch nor TransferSingle");
        }
    }

    function test_strangers_transfer_nothing() public {
        _held();
        _transfer(MALLORY, _holder, MALLORY, 1);
        if (_balance(MALLORY) > 0) _violates("a stranger without approval took tokens by safeTransferFrom");
        uint256[] memory one = _array(1, 1);
        _do(
            MALLORY,
            abi.encodeWithSignature(
                "safeBatchTransferFrom(address,address,uint256[],uint256[],bytes)", _holder, MALLORY, _array(1, _id), one, bytes("")
            )
        );
        if (_balance(MALLORY) > 0) _violates("a stranger without approval took tokens by safeBatchTransferFrom");
    }

    function test_nothing_goes_to_zero() public {
        _movable();
        if (_transfer(_holder, _holder, address(0), 1)) _violates("safeTransferFrom to the zero address did not revert");
        if (_batch(_holder, address(0), 1, 1)) _violates("safeBatchTransferFrom to the zero address did not revert");
    }

    function test_nobody_transfers_beyond_the_balance() public {
        _movable();
        _transfer(_holder, _holder, CAROL, _balance(_holder) + 1);
        if (_balance(CAROL) > 0) _violates("more than the balance could be transferred");
    }

    function test_lengths_are_equal() public {
        _movable();
        if (_batch(_holder, CAROL, 1, 2)) _violates("one id with two values was accepted by safeBatchTransferFrom");
        if (_batch(_holder, CAROL, 2, 1)) _violates("two ids with one value were accepted by safeBatchTransferFrom");
    }

    function test_batch_counts_an_id_twice() public {
        _movable();
        uint256 most = _balance(_holder);
        uint256[] memory values = _array(2, most);
        _do(
            _holder,
            abi.encodeWithSignature(
                "safeBatchTransferFrom(address,address,uint256[],uint256[],bytes)", _holder, CAROL, _array(2, _id), values, bytes("")
            )
        );
        if (_balance(CAROL) > most) _violates("the same id twice in a batch moved more than the balance");
    }

    function test_an_operator_moves_all() public {
        _movable();
        vm.recordLogs();
        bytes memory call = abi.encodeWithSignature("setApprovalForAll(address,bool)", BOB, true);
        (bool ok,) = _do(_holder, call);
        if (!ok) _unknown("setApprovalForAll was refused");
        Cheats.Log[] memory logs = vm.getRecordedLogs();
        if (_number(abi.encodeWithSignature("isApprovedForAll(address,address)", _holder, BOB)) != 1) {
            _violates("after setApprovalForAll isApprovedForAll is false");
        }
        if (!_emitted(logs, [APPROVAL_FOR_ALL, _word(_holder), _word(BOB), 0], 3, abi.encode(true))) {
            _violates("setApprovalForAll emitted no ApprovalForAll");
        }
        if (!_transfer(BOB, _holder, CAROL, 1)) _violates("an operator could not transfer");
    }

    function test_transfer_asks_the_receiver() public {
        _movable();
        Taker taker = new Taker();
        bytes memory call = abi.encodeWithSignature(
            "safeTransferFrom(address,address,uint256,uint256,bytes)", _holder, address(taker), _id, 1, bytes("hello")
        );
        (bool ok,) = _do(_holder, call);
        if (!ok) _violates("safeTransferFrom to a receiver was refused");
        if (taker.asked() == 0) _violates("safeTransferFrom did not call onERC1155Received");
        bool right = taker.operator() == _holder && taker.from() == _holder && taker.id() == _id;
        if (!right || taker.said() != keccak256("hello")) {
            _violates("onERC1155Received was told another operator, owner, id or data");
        }
    }

    function test_transfer_respects_the_answer() public {
        _movable();
        address[2] memory others = [address(new Refuser()), address(new Stranger())];
        for (uint256 i = 0; i < 2; i++) {
            _transfer(_holder, _holder, others[i], 1);
            if (_balance(others[i]) > 0) {
                _violates("safeTransferFrom gave tokens to a contract that does not answer onERC1155Received");
            }
            _batch(_holder, others[i], 1, 1);
            if (_balance(others[i]) > 0) {
                _violates("safeBatchTransferFrom gave tokens to a contract that does not answer onERC1155BatchReceived");
            }
        }
    }

    function test_balances_are_told_in_batches() public {
        _held();
        address[] memory accounts = new address[](2);
        (accounts[0], accounts[1]) = (_holder, CAROL);
        bytes memory call = abi.encodeWithSignature("balanceOfBatch(address[],uint256[])", accounts, _array(2, _id));
        (bool ok, bytes memory out) = _do(BOB, call);
        bytes memory wanted = abi.encode(_pair(_balance(_holder), _balance(CAROL)));
        if (!ok || keccak256(out) != keccak256(wanted)) _violates("balanceOfBatch does not answer what balanceOf does");
    }

    function test_says_what_it_is() public {
        _deploy();
        bytes4[3] memory ids = [bytes4(0x01ffc9a7), bytes4(0xd9b67a26), bytes4(0xffffffff)];
        for (uint256 i = 0; i < 3; i++) {
            (bool ok, uint256 said) = _ask(abi.encodeWithSignature("supportsInterface(bytes4)", ids[i]));
            if (i < 2 && (!ok || said != 1)) _violates("supportsInterface denies ERC-165 or ERC-1155 (0xd9b67a26)");
            if (i == 2 && said != 0) _violates("supportsInterface(0xffffffff) is not false");
        }
    }

    function test_pause_stops_transfers() public {
        _movable();
        _do(OWNER, abi.encodeWithSignature("pause()"));
        if (_number(abi.encodeWithSignature("paused()")) != 1) _unknown("the deployer cannot pause it");
        _transfer(_holder, _holder, CAROL, 1);
        if (_balance(CAROL) > 0) _violates("safeTransferFrom moved tokens while the contract was paused");
    }

    /// Deploys and finds tokens that somebody holds.
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
        _unknown("no tokens were found, and none could be made");
    }

    function _movable() private {
        _held();
        uint256 before = vm.snapshotState();
        bool moved = _transfer(_holder, _holder, CAROL, 1);
        vm.revertToState(before);
        if (!moved) _unknown("the holder may not transfer");
    }

    function _seen(Cheats.Log[] memory logs) private returns (bool) {
        for (uint256 i = 0; i < logs.length; i++) {
            if (logs[i].emitter != target || logs[i].topics.length != 4 || logs[i].topics[0] != SINGLE) continue;
            if (logs[i].data.length >= 32 && _is(uint256(bytes32(logs[i].data)))) return true;
        }
        for (uint256 id = 0; id < LIKELY_IDS; id++) {
            if (_is(id)) return true;
        }
        return false;
    }

    function _is(uint256 id) private returns (bool) {
        address[2] memory likely = [ALICE, OWNER];
        _id = id;
        for (uint256 i = 0; i < 2; i++) {
            _holder = likely[i];
            if (_balance(_holder) > 0) return true;
        }
        return false;
    }

    function _batched(Cheats.Log[] memory logs) private view returns (bool) {
        bytes memory data = abi.encode(_array(1, _id), _array(1, 1));
        return _emitted(logs, [BATCH, _word(_holder), _word(_holder), _word(CAROL)], 4, data);
    }

    function _balance(address account) private view returns (uint256) {
        return _number(abi.encodeWithSignature("balanceOf(address,uint256)", account, _id));
    }

    function _transfer(address by, address from, address to, uint256 value) private returns (bool ok) {
        bytes memory call = abi.encodeWithSignature(
            "safeTransferFrom(address,address,uint256,uint256,bytes)", from, to, _id, value, bytes("")
        );
        (ok,) = _do(by, call);
    }

    function _batch(address from, address to, uint256 ids, uint256 values) private returns (bool ok) {
        bytes memory call = abi.encodeWithSignature(
            "safeBatchTransferFrom(address,address,uint256[],uint256[],bytes)",
            from, to, _array(ids, _id), _array(values, 1), bytes("")
        );
        (ok,) = _do(from, call);
    }

    function _array(uint256 length, uint256 value) private pure returns (uint256[] memory made) {
        made = new uint256[](length);
        for (uint256 i = 0; i < length; i++) made[i] = value;
    }

    function _pair(uint256 first, uint256 second) private pure returns (uint256[] memory made) {
        made = new uint256[](2);
        (made[0], made[1]) = (first, second);
    }
}
