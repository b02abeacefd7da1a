// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

import {Cheats} from "./Cheats.sol";
import {TokenBench} from "./TokenBench.sol";

/// EIP-20, sentence by sentence. What each test stands for is told in `clauses.yaml`.
contract Erc20Test is TokenBench {
    uint256 private constant STEPS = 40;
    address[4] private _people;
    uint256[4] private _has;
    mapping(address => mapping(address => uint256)) private _may;

    function test_transfer_moves_what_it_says() public {
        _movable();
        (uint256 ours, uint256 theirs) = (_balance(holder), _balance(CAROL));
        (bool ok, bytes memory out) = _transfer(holder, CAROL, amount);
        if (!_agreed(ok, out)) _unknown("its holder may not transfer");
        (uint256 less, uint256 more) = (_minus(ours, _balance(holder)), _minus(_balance(CAROL), theirs));
        if (less == 0 && more == 0) _violates(string.concat("transfer(carol, ", _n(amount), ") returned true and moved nothing"));
        if (!_near(less, amount)) {
            _violates(string.concat("transfer of ", _n(amount), " took ", _n(less), " from the sender"));
        }
        if (more > amount + tolerance || (!_near(more, amount) && !takesFees)) {
            _violates(string.concat("transfer of ", _n(amount), " gave the receiver ", _n(more)));
        }
    }

    function test_transfer_emits() public {
        _movable();
        uint256 before = _balance(CAROL);
        vm.recordLogs();
        _transfer(holder, CAROL, amount);
        uint256 more = _minus(_balance(CAROL), before);
        Cheats.Log[] memory logs = vm.getRecordedLogs();
        if (!_moved(logs, holder, CAROL, amount) && !_moved(logs, holder, CAROL, more)) {
            _violates(string.concat("transfer moved ", _n(more), " without Transfer(from, to, value)"));
        }
    }

    function test_transfer_of_zero() public {
        _movable();
        vm.recordLogs();
        (bool ok, bytes memory out) = _transfer(holder, CAROL, 0);
        if (!_agreed(ok, out)) _violates("transfer(carol, 0) was refused");
        if (!_moved(vm.getRecordedLogs(), holder, CAROL, 0)) _violates("transfer(carol, 0) emitted no Transfer");
    }

    function test_transfer_to_oneself() public {
        _movable();
        (uint256 before, uint256 supply) = (_balance(holder), _total());
        _transfer(holder, holder, amount);
        if (_balance(holder) > before + tolerance) {
            _violates(string.concat("a transfer to oneself raised the balance from ", _n(before), " to ", _n(_balance(holder))));
        }
        if (!takesFees && !_near(_balance(holder), before)) {
            _violates(string.concat("a transfer to oneself lowered the balance from ", _n(before), " to ", _n(_balance(holder))));
        }
        if (_total() > supply) _violates("a transfer to oneself raised totalSupply");
    }

    function test_transfer_beyond_the_balance() public {
        _held();
        (uint256 ours, uint256 theirs) = (_balance(holder), _balance(CAROL));
        uint256[3] memory tried = [ours + 1, ours * 2 + 1, type(uint256).max];
        for (uint256 i = 0; i < tried.length; i++) {
            (bool ok, bytes memory out) = _transfer(holder, CAROL, tried[i]);
            if (_balance(CAROL) > theirs) {
                _violates(string.concat("who has ", _n(ours), " could transfer ", _n(tried[i])));
            }
            if (ok && out.length >= 32 && _agreed(ok, out)) {
                _violates(string.concat("transfer of ", _n(tried[i]), " by who has ", _n(ours), " returned true"));
            }
        }
    }

    function test_transfer_beyond_the_balance_reverts() public {
        _held();
        (bool ok,) = _transfer(holder, CAROL, _balance(holder) + 1);
        if (ok) _violates("a transfer of more than the balance returned false instead of reverting");
    }

    function test_transfer_from_moves_what_it_says() public {
        _movable();
        _approve(holder, BOB, amount);
        (uint256 ours, uint256 theirs) = (_balance(holder), _balance(CAROL));
        if (_allowance(holder, BOB) < amount) _unknown("an allowance could not be given");
        vm.recordLogs();
        (bool ok, bytes memory out) = _transferFrom(BOB, holder, CAROL, amount);
        Cheats.Log[] memory logs = vm.getRecordedLogs();
        if (!_agreed(ok, out)) _violates("transferFrom within balance and allowance was refused");
        (uint256 less, uint256 more) = (_minus(ours, _balance(holder)), _minus(_balance(CAROL), theirs));
        if (!_near(less, amount)) {
            _violates(string.concat("transferFrom of ", _n(amount), " took ", _n(less), " from the owner"));
        }
        if (more > amount + tolerance || (!_near(more, amount) && !takesFees)) {
            _violates(string.concat("transferFrom of ", _n(amount), " gave the receiver ", _n(more)));
        }
        if (!_moved(logs, holder, CAROL, amount) && !_moved(logs, holder, CAROL, more)) {
            _violates("transferFrom moved tokens without Transfer(from, to, value)");
        }
    }

    function test_allowance_is_spent() public {
        _movable();
        _approve(holder, BOB, amount);
        (bool ok, bytes memory out) = _transferFrom(BOB, holder, CAROL, amount);
        if (!_agreed(ok, out)) _unknown("transferFrom was refused");
        uint256 before = _balance(CAROL);
        _transferFrom(BOB, holder, CAROL, amount);
        if (_balance(CAROL) > before) {
            _violates(string.concat("with an allowance of ", _n(amount), " a spender took it twice"));
        }
    }

    function test_nobody_spends_without_allowance() public {
        _held();
        uint256 before = _balance(holder);
        (bool ok, bytes memory out) = _transferFrom(MALLORY, holder, MALLORY, amount);
        if (_balance(holder) < before || _balance(MALLORY) > 0) {
            _violates(string.concat("a stranger without allowance took ", _n(amount), " by transferFrom"));
        }
        if (ok && out.length >= 32 && _agreed(ok, out)) {
            _violates("transferFrom of a stranger without allowance returned true");
        }
    }

    function test_nobody_spends_beyond_the_allowance() public {
        _movable();
        _approve(holder, BOB, amount);
        uint256 before = _balance(CAROL);
        _transferFrom(BOB, holder, CAROL, amount + 1);
        if (_balance(CAROL) > before) {
            _violates(string.concat("with an allowance of ", _n(amount), " a spender took ", _n(amount + 1)));
        }
    }

    function test_approve_sets_the_allowance() public {
        _held();
        (bool ok, bytes memory out) = _approve(holder, BOB, 7);
        if (!_agreed(ok, out)) _unknown("approve was refused");
        if (_allowance(holder, BOB) != 7) {
            _violates(string.concat("after approve(bob, 7) the allowance is ", _n(_allowance(holder, BOB))));
        }
        (ok, out) = _approve(holder, BOB, 5);
        if (_agreed(ok, out) && _allowance(holder, BOB) != 5) {
            _violates(string.concat("approve(bob, 5) after approve(bob, 7) left an allowance of ", _n(_allowance(holder, BOB))));
        }
    }

    function test_approve_emits() public {
        _held();
        vm.recordLogs();
        (bool ok, bytes memory out) = _approve(holder, BOB, 7);
        Cheats.Log[] memory logs = vm.getRecordedLogs();
        if (!_agreed(ok, out)) _unknown("approve was refused");
        if (!_emitted(logs, [APPROVAL, _word(holder), _word(BOB), 0], 3, abi.encode(uint256(7)))) {
            _violates("approve emitted no Approval(owner, spender, value)");
        }
    }

    function test_supply_covers_the_balances() public {
        _held();
        if (written) _unknown("the balance had to be written into storage");
        uint256 known = _balance(ALICE) + _balance(OWNER) + _balance(BOB) + _balance(target);
        if (known > _total() + tolerance) {
            _violates(string.concat("accounts hold ", _n(known), " together, and totalSupply is ", _n(_total())));
        }
        if (!minted) return; // what other calls make may go to further accounts, too
        if (_minus(_total(), supplyBefore) > known + tolerance) _violates("making tokens raised totalSupply by more than was given");
    }

    function test_new_tokens_are_announced() public {
        _held();
        if (written) _unknown("the balance had to be written into storage");
        Cheats.Log[] memory logs = supplied.length > 0 ? supplied : creation;
        if (supplied.length > 0 && _total() == supplyBefore) return;
        for (uint256 i = 0; i < logs.length; i++) {
            if (logs[i].emitter == target && logs[i].topics.length == 3 && logs[i].topics[0] == TRANSFER) return;
        }
        _violates("tokens were made without a Transfer event from the zero address");
    }

    function test_burning_lowers_the_supply() public {
        _held();
        if (written) _unknown("the balance had to be written into storage");
        (uint256 before, uint256 supply) = (_balance(holder), _total());
        (bool ok,) = _do(holder, abi.encodeWithSignature("burn(uint256)", amount));
        if (!ok || _balance(holder) >= before) _unknown("there is no burn(uint256) for holders");
        if (!_near(_minus(supply, _total()), _minus(before, _balance(holder)))) {
            _violates(string.concat("burn took ", _n(_minus(before, _balance(holder))), " and lowered totalSupply by ", _n(_minus(supply, _total()))));
        }
    }

    function test_nobody_burns_for_others() public {
        _held();
        uint256 before = _balance(holder);
        string[3] memory names = ["burn(address,uint256)", "burnFrom(address,uint256)", "_burn(address,uint256)"];
        for (uint256 i = 0; i < names.length; i++) {
            _do(MALLORY, abi.encodeWithSignature(names[i], holder, amount));
            if (_balance(holder) < before) _violates(string.concat("a stranger burned another's tokens by ", names[i]));
        }
    }

    function test_nobody_makes_tokens() public {
        _held();
        if (holder == MALLORY) _unknown("a stranger held tokens from the start");
        string[3] memory names = ["mint(address,uint256)", "issue(address,uint256)", "_mint(address,uint256)"];
        uint256 value = 1e24;
        for (uint256 i = 0; i < names.length; i++) {
            uint256 before = _balance(MALLORY);
            _do(MALLORY, abi.encodeWithSignature(names[i], MALLORY, value));
            if (_balance(MALLORY) > before) {
                _violates(string.concat("a stranger made ", _n(_balance(MALLORY) - before), " tokens by ", names[i]));
            }
        }
    }

    function test_pause_stops_transfers() public {
        _movable();
        _do(OWNER, abi.encodeWithSignature("pause()"));
        if (_number(abi.encodeWithSignature("paused()")) != 1) _unknown("the deployer cannot pause it");
        uint256 before = _balance(CAROL);
        _transfer(holder, CAROL, amount);
        if (_balance(CAROL) > before) _violates("transfer moved tokens while the contract was paused");
    }

    /// A sequence of drawn calls against a model of what they may do.
    function test_any_sequence_keeps_the_books() public {
        _movable();
        if (takesFees || tolerance > 0) _unknown("fees or shares change balances in between");
        _people = [holder, BOB, CAROL, MALLORY];
        for (uint256 i = 0; i < 4; i++) _has[i] = _balance(_people[i]);
        uint256 supply = _total();
        for (uint256 step = 0; step < STEPS; step++) {
            string memory did = _step(step * 8);
            for (uint256 i = 0; i < 4; i++) {
                if (_balance(_people[i]) == _has[i]) continue;
                _violates(
                    string.concat(
                        "call ", _n(step + 1), ", ", did, ", left ", _who(_people[i]), " with ",
                        _n(_balance(_people[i])), " instead of ", _n(_has[i])
                    )
                );
            }
            if (_total() != supply) _violates(string.concat("call ", _n(step + 1), ", ", did, ", changed totalSupply"));
        }
    }

    function _step(uint256 seed) private returns (string memory did) {
        uint256 a = _draw(NOW, seed, 4);
        uint256 b = _draw(NOW, seed + 1, 4);
        uint256 c = _draw(NOW, seed + 2, 4);
        uint256 kind = _draw(NOW, seed + 3, 3);
        // One time in five more than there is.
        uint256 value = _draw(NOW, seed + 4, _has[a] + _has[a] / 4 + 2);
        (address from, address to, address by) = (_people[a], _people[b], _people[c]);
        if (kind == 0) {
            did = string.concat("transfer of ", _n(value), " from ", _who(from), " to ", _who(to));
            (bool ok, bytes memory out) = _transfer(from, to, value);
            if (_agreed(ok, out)) _book(a, b, value, did);
        } else if (kind == 1) {
            did = string.concat("approve of ", _n(value), " by ", _who(from), " for ", _who(by));
            (bool ok, bytes memory out) = _approve(from, by, value);
            if (_agreed(ok, out)) _may[from][by] = value;
        } else {
            did = string.concat("transferFrom of ", _n(value), " from ", _who(from), " to ", _who(to), " by ", _who(by));
            (bool ok, bytes memory out) = _transferFrom(by, from, to, value);
            if (!_agreed(ok, out)) return did;
            if (from != by || _may[from][by] >= value) {
                if (_may[from][by] < value) _violates(string.concat(did, " exceeded the allowance of ", _n(_may[from][by])));
                if (from != by) _may[from][by] -= value;
                else _may[from][by] = _allowance(from, by);
            }
            _book(a, b, value, did);
        }
    }

    function _book(uint256 a, uint256 b, uint256 value, string memory did) private {
        if (_has[a] < value) _violates(string.concat(did, " exceeded the balance of ", _n(_has[a])));
        _has[a] -= value;
        _has[b] += value;
    }
}
