// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

/// Takes tokens of ERC-721 and ERC-1155, and remembers what it was told of them.
contract Taker {
    address public operator;
    address public from;
    uint256 public id;
    bytes32 public said;
    uint256 public asked;

    function onERC721Received(address by, address of_, uint256 token, bytes calldata data) external returns (bytes4) {
        (operator, from, id, said) = (by, of_, token, keccak256(data));
        asked++;
        return this.onERC721Received.selector;
    }

    function onERC1155Received(address by, address of_, uint256 token, uint256, bytes calldata data)
        external
        returns (bytes4)
    {
        (operator, from, id, said) = (by, of_, token, keccak256(data));
        asked++;
        return this.onERC1155Received.selector;
    }

    function onERC1155BatchReceived(
        address by,
        address of_,
        uint256[] calldata,
        uint256[] calldata,
        bytes calldata data
    ) external returns (bytes4) {
        (operator, from, said) = (by, of_, keccak256(data));
        asked++;
        return this.onERC1155BatchReceived.selector;
    }

    function supportsInterface(bytes4) external pure returns (bool) {
        return true;
    }
}

/// Answers every call, and never what a receiver has to answer.
contract Refuser {
    fallback() external {
        assembly {
            mstore(0, 0)
            return(0, 32)
        }
    }
}

/// Knows nothing of tokens.
contract Stranger {
    uint256 public something = 1;
}
