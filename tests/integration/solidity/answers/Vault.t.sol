// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

import {Test} from "forge-std/Test.sol";
import {Vault} from "../src/Vault.sol";

/// Comes back for more while the vault is still paying.
contract Thief {
    Vault private immutable vault;
    uint256 private part;

    constructor(Vault vault_) payable {
        vault = vault_;
    }

    function steal() external {
        part = address(this).balance;
        vault.deposit{value: part}();
        vault.withdraw(part);
    }

    receive() external payable {
        if (address(vault).balance >= part) vault.withdraw(part);
    }
}

contract VaultTest is Test {
    Vault private vault;
    address private alice = makeAddr("alice");

    function setUp() public {
        vault = new Vault();
        vm.deal(alice, 10 ether);
        vm.prank(alice);
        vault.deposit{value: 10 ether}();
    }

    function test_gives_back_what_was_deposited() public {
        vm.prank(alice);
        vault.withdraw(4 ether);
        assertEq(alice.balance, 4 ether);
        assertEq(vault.balanceOf(alice), 6 ether);
    }

    function test_nobody_takes_more_than_their_own() public {
        Thief thief = new Thief{value: 1 ether}(vault);
        try thief.steal() {} catch {}
        assertLe(address(thief).balance, 1 ether, "taken twice");
    }

    function testFuzz_refuses_too_much(uint256 amount) public {
        amount = bound(amount, 10 ether + 1, type(uint256).max);
        vm.prank(alice);
        vm.expectRevert();
        vault.withdraw(amount);
    }

    function invariant_holds_what_it_owes() public view {
        assertGe(address(vault).balance, vault.balanceOf(alice));
    }
}
