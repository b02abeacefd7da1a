// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

import {Ownable} from "@openzeppelin/contracts/access/Ownable.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {MerkleProof} from "@openzeppelin/contracts/utils/cryptography/MerkleProof.sol";

/// @notice Pays each account of a Merkle tree once; after the deadline the owner takes what is left.
contract MerkleAirdrop is Ownable {
    using SafeERC20 for IERC20;

    IERC20 public immutable token;
    bytes32 public immutable root;
    uint256 public immutable deadline;
    mapping(address => bool) public claimed;

    event Claimed(address indexed account, uint256 amount);
    event Swept(address indexed to, uint256 amount);

    error TooLate();
    error TooEarly();
    error AlreadyClaimed();
    error NotInTree();

    constructor(IERC20 token_, bytes32 root_, uint256 claimSeconds, address initialOwner) Ownable(initialOwner) {
        token = token_;
        root = root_;
        deadline = block.timestamp + claimSeconds;
    }

    function claim(address account, uint256 amount, bytes32[] calldata proof) external {
        if (block.timestamp > deadline) revert TooLate();
        if (claimed[account]) revert AlreadyClaimed();
        // Hashed twice, so that no inner node of the tree can be taken for a leaf.
        bytes32 leaf = keccak256(bytes.concat(keccak256(abi.encode(account, amount))));
        if (!MerkleProof.verifyCalldata(proof, root, leaf)) revert NotInTree();
        claimed[account] = true;
        emit Claimed(account, amount);
        token.safeTransfer(account, amount);
    }

    function sweep(address to) external onlyOwner {
        if (block.timestamp <= deadline) revert TooEarly();
        uint256 left = token.balanceOf(address(this));
        emit Swept(to, left);
        token.safeTransfer(to, left);
    }
}
