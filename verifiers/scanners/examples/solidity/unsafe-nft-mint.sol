pragma solidity 0.8.20;

contract Art is ERC721 {
    uint256 next;

    function take() external {
        // ruleid: solidity.unsafe-nft-mint
        _mint(msg.sender, next++);
    }

    function takeSafely() external {
        // ok: solidity.unsafe-nft-mint
        _safeMint(msg.sender, next++);
    }
}

contract Coin is ERC20 {
    function take() external {
        // ok: solidity.unsafe-nft-mint
        _mint(msg.sender, 1);
    }
}
