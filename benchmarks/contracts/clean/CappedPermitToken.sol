// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

import {Ownable} from "@openzeppelin/contracts/access/Ownable.sol";
import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";
import {ERC20Capped} from "@openzeppelin/contracts/token/ERC20/extensions/ERC20Capped.sol";
import {ERC20Permit} from "@openzeppelin/contracts/token/ERC20/extensions/ERC20Permit.sol";

/// @notice The owner mints up to a cap; holders may approve by signature (EIP-2612).
contract CappedPermitToken is ERC20Capped, ERC20Permit, Ownable {
    constructor(address initialOwner)
        ERC20("Capped Token", "CAP")
        ERC20Capped(10_000_000 ether)
        ERC20Permit("Capped Token")
        Ownable(initialOwner)
    {}

    function mint(address to, uint256 value) external onlyOwner {
        _mint(to, value);
    }

    function _update(address from, address to, uint256 value) internal override(ERC20, ERC20Capped) {
        super._update(from, to, value);
    }
}
