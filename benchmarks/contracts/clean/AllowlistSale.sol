// SPDX-License-Identifier: MIT
pragma solidity ^0.8.9;

import "@openzeppelin/contracts/access/Ownable.sol";
import "@openzeppelin/contracts/security/Pausable.sol";
import "@openzeppelin/contracts/token/ERC721/ERC721.sol";
import "@openzeppelin/contracts/utils/Address.sol";
import "@openzeppelin/contracts/utils/cryptography/MerkleProof.sol";

/// @notice Sells one pass to each account of an allowlist; written for OpenZeppelin 4.
contract AllowlistSale is ERC721, Ownable, Pausable {
    uint256 public constant PRICE = 0.1 ether;
    uint256 public constant MAX_SUPPLY = 500;

    bytes32 public root;
    uint256 public sold;
    mapping(address => bool) public bought;

    event RootChanged(bytes32 root);
    event Withdrawn(address indexed to, uint256 amount);

    constructor(bytes32 root_) ERC721("Member Pass", "PASS") {
        root = root_;
    }

    function buy(bytes32[] calldata proof) external payable whenNotPaused {
        require(msg.value == PRICE, "AllowlistSale: wrong price");
        require(sold < MAX_SUPPLY, "AllowlistSale: sold out");
        require(!bought[msg.sender], "AllowlistSale: one each");
        bytes32 leaf = keccak256(bytes.concat(keccak256(abi.encode(msg.sender))));
        require(MerkleProof.verifyCalldata(proof, root, leaf), "AllowlistSale: not on the list");
        bought[msg.sender] = true;
        sold += 1;
        _mint(msg.sender, sold);
    }

    function setRoot(bytes32 newRoot) external onlyOwner {
        root = newRoot;
        emit RootChanged(newRoot);
    }

    function pause() external onlyOwner {
        _pause();
    }

    function unpause() external onlyOwner {
        _unpause();
    }

    function withdraw(address payable to) external onlyOwner {
        require(to != address(0), "AllowlistSale: no recipient");
        uint256 amount = address(this).balance;
        emit Withdrawn(to, amount);
        Address.sendValue(to, amount);
    }
}
