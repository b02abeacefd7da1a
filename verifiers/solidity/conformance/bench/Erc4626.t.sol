// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

import {Cheats} from "./Cheats.sol";
import {StandIn} from "./StandIn.sol";
import {TokenBench} from "./TokenBench.sol";

/// EIP-4626: conversions, limits, events, and that rounding is never to the user's advantage.
contract Erc4626Test is TokenBench {
    bytes32 private constant DEPOSIT = keccak256("Deposit(address,address,uint256,uint256)");
    bytes32 private constant WITHDRAW = keccak256("Withdraw(address,address,address,uint256,uint256)");
    uint256 private constant FIRST = 10 ether + 7;
    uint256 private constant ROUNDS = 12;

    StandIn private _asset;

    function test_deposit_does_what_it_says() public {
        _open();
        (uint256 paid, uint256 had) = (_asset.balanceOf(ALICE), _balance(BOB));
        uint256 promised = _number(abi.encodeWithSignature("previewDeposit(uint256)", FIRST));
        vm.recordLogs();
        (bool ok, uint256 shares) = _act(ALICE, abi.encodeWithSignature("deposit(uint256,address)", FIRST, BOB));
        Cheats.Log[] memory logs = vm.getRecordedLogs();
        if (!ok) _unknown("a deposit was refused");
        if (_asset.balanceOf(ALICE) + FIRST != paid) _violates("deposit did not take exactly the assets that it was told");
        if (_balance(BOB) != had + shares) _violates("deposit gave the receiver another number of shares than it returned");
        if (shares < promised) _violates("deposit gave fewer shares than previewDeposit promised");
        if (!_emitted(logs, [DEPOSIT, _word(ALICE), _word(BOB), 0], 3, abi.encode(FIRST, shares))) {
            _violates("deposit emitted no Deposit(sender, owner, assets, shares)");
        }
    }

    function test_mint_does_what_it_says() public {
        _opened();
        (uint256 paid, uint256 had) = (_asset.balanceOf(ALICE), _balance(BOB));
        uint256 promised = _number(abi.encodeWithSignature("previewMint(uint256)", 1001));
        vm.recordLogs();
        (bool ok, uint256 assets) = _act(ALICE, abi.encodeWithSignature("mint(uint256,address)", 1001, BOB));
        Cheats.Log[] memory logs = vm.getRecordedLogs();
        if (!ok) _unknown("mint was refused");
        if (_balance(BOB) != had + 1001) _violates("mint did not give exactly the shares that it was told");
        if (_asset.balanceOf(ALICE) + assets != paid) _violates("mint took other assets than it returned");
        if (assets > promised) _violates("mint took more assets than previewMint promised");
        if (!_emitted(logs, [DEPOSIT, _word(ALICE), _word(BOB), 0], 3, abi.encode(assets, uint256(1001)))) {
            _violates("mint emitted no Deposit(sender, owner, assets, shares)");
        }
    }

    function test_withdraw_does_what_it_says() public {
        _opened();
        (uint256 had, uint256 got) = (_balance(ALICE), _asset.balanceOf(BOB));
        uint256 promised = _number(abi.encodeWithSignature("previewWithdraw(uint256)", 1001));
        vm.recordLogs();
        bytes memory call = abi.encodeWithSignature("withdraw(uint256,address,address)", 1001, BOB, ALICE);
        (bool ok, uint256 shares) = _act(ALICE, call);
        Cheats.Log[] memory logs = vm.getRecordedLogs();
        if (!ok) _unknown("a withdrawal was refused");
        if (_asset.balanceOf(BOB) != got + 1001) _violates("withdraw did not pay exactly the assets that it was told");
        if (_balance(ALICE) + shares != had) _violates("withdraw burned other shares than it returned");
        if (shares > promised) _violates("withdraw burned more shares than previewWithdraw promised");
        if (!_emitted(logs, [WITHDRAW, _word(ALICE), _word(BOB), _word(ALICE)], 4, abi.encode(uint256(1001), shares))) {
            _violates("withdraw emitted no Withdraw(sender, receiver, owner, assets, shares)");
        }
    }

    function test_redeem_does_what_it_says() public {
        _opened();
        (uint256 had, uint256 got, uint256 part) = (_balance(ALICE), _asset.balanceOf(BOB), _balance(ALICE) / 3);
        uint256 promised = _number(abi.encodeWithSignature("previewRedeem(uint256)", part));
        vm.recordLogs();
        bytes memory call = abi.encodeWithSignature("redeem(uint256,address,address)", part, BOB, ALICE);
        (bool ok, uint256 assets) = _act(ALICE, call);
        Cheats.Log[] memory logs = vm.getRecordedLogs();
        if (!ok) _unknown("redeem was refused");
        if (_asset.balanceOf(BOB) != got + assets) _violates("redeem paid other assets than it returned");
        if (_balance(ALICE) + part != had) _violates("redeem did not burn exactly the shares that it was told");
        if (assets < promised) _violates("redeem paid fewer assets than previewRedeem promised");
        if (!_emitted(logs, [WITHDRAW, _word(ALICE), _word(BOB), _word(ALICE)], 4, abi.encode(assets, part))) {
            _violates("redeem emitted no Withdraw(sender, receiver, owner, assets, shares)");
        }
    }

    function test_strangers_withdraw_nothing() public {
        _opened();
        uint256 had = _asset.balanceOf(MALLORY);
        _act(MALLORY, abi.encodeWithSignature("withdraw(uint256,address,address)", 1001, MALLORY, ALICE));
        _act(MALLORY, abi.encodeWithSignature("redeem(uint256,address,address)", 1001, MALLORY, ALICE));
        if (_asset.balanceOf(MALLORY) > had) _violates("a stranger without allowance withdrew another's assets");
    }

    function test_conversions_round_down() public {
        _opened();
        for (uint256 i = 0; i < ROUNDS; i++) {
            uint256 value = 1 + _draw(NOW, i, FIRST / 2);
            if (_assets(_shares(value)) > value) {
                _violates(string.concat("converting ", _n(value), " assets to shares and back gives ", _n(_assets(_shares(value)))));
            }
            if (_shares(_assets(value)) > value) {
                _violates(string.concat("converting ", _n(value), " shares to assets and back gives ", _n(_shares(_assets(value)))));
            }
        }
    }

    /// Bounds by the conversions of before, which round down: shares(x) <= x * S / A, and so on.
    function test_rounding_favours_the_vault() public {
        _opened();
        for (uint256 i = 0; i < ROUNDS; i++) {
            uint256 value = i < 4 ? i + 1 : 1 + _draw(NOW, 100 + i, FIRST / 50);
            (uint256 shares, uint256 assets) = (_shares(value), _assets(value));
            uint256 before = vm.snapshotState();
            (bool ok, uint256 made) = _act(ALICE, abi.encodeWithSignature("deposit(uint256,address)", value, ALICE));
            if (ok && made > shares) _round("deposit of", value, "gave", made, "shares, more than", shares);
            vm.revertToState(before);
            bytes memory call = abi.encodeWithSignature("redeem(uint256,address,address)", value, ALICE, ALICE);
            (ok, made) = _act(ALICE, call);
            if (ok && made > assets) _round("redeem of", value, "paid", made, "assets, more than", assets);
            vm.revertToState(before);
            (ok, made) = _act(ALICE, abi.encodeWithSignature("mint(uint256,address)", value, ALICE));
            vm.revertToState(before);
            if (ok && (made < assets || _shares(made) < value)) _round("mint of", value, "took", made, "assets, less than the shares are worth:", assets);
            call = abi.encodeWithSignature("withdraw(uint256,address,address)", value, ALICE, ALICE);
            (ok, made) = _act(ALICE, call);
            vm.revertToState(before);
            if (ok && _assets(made) < value) {
                _round("withdraw of", value, "burned", made, "shares, which are worth only", _assets(made));
            }
        }
    }

    function test_nobody_gains_by_going_in_and_out() public {
        _opened();
        for (uint256 i = 0; i < ROUNDS; i++) {
            uint256 value = i < 4 ? i + 1 : 1 + _draw(NOW, 200 + i, FIRST / 50);
            (uint256 before, uint256 kept) = (_asset.balanceOf(OWNER), _balance(OWNER));
            _act(OWNER, abi.encodeWithSignature("deposit(uint256,address)", value, OWNER));
            _act(OWNER, abi.encodeWithSignature("mint(uint256,address)", value, OWNER));
            uint256 held = _minus(_balance(OWNER), kept);
            bytes memory call = abi.encodeWithSignature("redeem(uint256,address,address)", held, OWNER, OWNER);
            (bool ok,) = _act(OWNER, call);
            if (ok && _asset.balanceOf(OWNER) > before) {
                _violates(string.concat("paying in ", _n(value), " and redeeming all gained ", _n(_asset.balanceOf(OWNER) - before)));
            }
        }
    }

    function test_views_always_answer() public {
        _open();
        string[4] memory limits = ["maxDeposit(address)", "maxMint(address)", "maxWithdraw(address)", "maxRedeem(address)"];
        for (uint256 i = 0; i < 4; i++) {
            (bool ok,) = _ask(abi.encodeWithSignature(limits[i], MALLORY));
            if (!ok) _violates(string.concat(limits[i], " reverts"));
        }
        (bool told,) = _ask(abi.encodeWithSignature("totalAssets()"));
        if (!told) _violates("totalAssets reverts");
    }

    function _open() private {
        _deploy();
        _unpause();
        (bool ok, uint256 asset) = _ask(abi.encodeWithSignature("asset()"));
        bool ours = asset >= uint160(STAND_IN) && asset < uint160(STAND_IN) + STAND_INS;
        if (!ok || !ours) _unknown("its asset is none of the stand-ins");
        _asset = StandIn(address(uint160(asset)));
    }

    /// With a first deposit and a gain that makes shares and assets differ.
    function _opened() private {
        _open();
        (bool ok,) = _act(ALICE, abi.encodeWithSignature("deposit(uint256,address)", FIRST, ALICE));
        if (!ok) _unknown("a deposit was refused");
        _asset.mint(target, FIRST / 3 + 1);
    }

    function _act(address from, bytes memory data) private returns (bool ok, uint256 answer) {
        bytes memory out;
        (ok, out) = _do(from, data);
        ok = ok && out.length >= 32;
        answer = ok ? uint256(bytes32(out)) : 0;
    }

    function _shares(uint256 assets) private view returns (uint256) {
        return _number(abi.encodeWithSignature("convertToShares(uint256)", assets));
    }

    function _assets(uint256 shares) private view returns (uint256) {
        return _number(abi.encodeWithSignature("convertToAssets(uint256)", shares));
    }

    function _round(string memory did, uint256 value, string memory gave, uint256 made, string memory than, uint256 most)
        private
        pure
    {
        _violates(string.concat(did, " ", _n(value), " ", gave, " ", _n(made), " ", than, " ", _n(most)));
    }
}
