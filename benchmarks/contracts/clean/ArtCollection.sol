// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

import {Ownable} from "@openzeppelin/contracts/access/Ownable.sol";
import {Ownable2Step} from "@openzeppelin/contracts/access/Ownable2Step.sol";
import {ERC721} from "@openzeppelin/contracts/token/ERC721/ERC721.sol";
import {ERC2981} from "@openzeppelin/contracts/token/common/ERC2981.sol";
import {Address} from "@openzeppelin/contracts/utils/Address.sol";
import {ReentrancyGuard} from "@openzeppelin/contracts/utils/ReentrancyGuard.sol";

/// @notice An ERC-721 that anybody can mint at a price, with royalties (ERC-2981).
contract ArtCollection is ERC721, ERC2981, Ownable2Step, ReentrancyGuard {
    uint256 public constant MAX_SUPPLY = 1_000;
    uint256 public constant PRICE = 0.05 ether;
    uint96 private constant ROYALTY_BASIS_POINTS = 500;

    uint256 public minted;
    string private _folder;

    event FolderChanged(string folder);
    event Withdrawn(address indexed to, uint256 amount);

    error SoldOut();
    error WrongPrice(uint256 paid, uint256 price);

    constructor(address initialOwner) ERC721("Art Collection", "ART") Ownable(initialOwner) {
        _setDefaultRoyalty(initialOwner, ROYALTY_BASIS_POINTS);
    }

    function mint() external payable nonReentrant returns (uint256 tokenId) {
        if (msg.value != PRICE) revert WrongPrice(msg.value, PRICE);
        if (minted == MAX_SUPPLY) revert SoldOut();
        tokenId = ++minted;
        _safeMint(msg.sender, tokenId);
    }

    function setFolder(string calldata folder) external onlyOwner {
        _folder = folder;
        emit FolderChanged(folder);
    }

    function withdraw(address payable to) external onlyOwner nonReentrant {
        require(to != address(0), "ArtCollection: no recipient");
        uint256 amount = address(this).balance;
        emit Withdrawn(to, amount);
        Address.sendValue(to, amount);
    }

    function supportsInterface(bytes4 interfaceId) public view override(ERC721, ERC2981) returns (bool) {
        return super.supportsInterface(interfaceId);
    }

    function _baseURI() internal view override returns (string memory) {
        return _folder;
    }
}
