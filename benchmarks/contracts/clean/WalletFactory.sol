// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

import {Clones} from "@openzeppelin/contracts/proxy/Clones.sol";
import {Initializable} from "@openzeppelin/contracts/proxy/utils/Initializable.sol";

/// @notice A wallet of one owner, made to be cloned.
contract OwnedWallet is Initializable {
    address public owner;

    event Sent(address indexed to, uint256 amount);

    error NotOwner();
    error ZeroAddress();
    error PaymentFailed();

    constructor() {
        _disableInitializers();
    }

    receive() external payable {}

    function initialize(address owner_) external initializer {
        if (owner_ == address(0)) revert ZeroAddress();
        owner = owner_;
    }

    function send(address payable to, uint256 amount) external {
        if (msg.sender != owner) revert NotOwner();
        if (to == address(0)) revert ZeroAddress();
        emit Sent(to, amount);
        (bool paid,) = to.call{value: amount}("");
        if (!paid) revert PaymentFailed();
    }
}

/// @notice Makes a minimal proxy a wallet, and initialises it in the same transaction.
contract WalletFactory {
    address public immutable implementation;

    event WalletMade(address indexed owner, address wallet);

    constructor() {
        implementation = address(new OwnedWallet());
    }

    function make(bytes32 salt) external returns (address wallet) {
        // The caller is part of the salt: nobody can take the address that somebody else is waiting for.
        wallet = Clones.cloneDeterministic(implementation, _saltOf(msg.sender, salt));
        OwnedWallet(payable(wallet)).initialize(msg.sender);
        emit WalletMade(msg.sender, wallet);
    }

    function addressFor(address owner, bytes32 salt) external view returns (address) {
        return Clones.predictDeterministicAddress(implementation, _saltOf(owner, salt));
    }

    function _saltOf(address owner, bytes32 salt) private pure returns (bytes32) {
        return keccak256(abi.encode(owner, salt));
    }
}
