pragma solidity 0.8.20;

contract Hashes {
    function join(string memory a, string memory b) external pure returns (bytes32) {
        // ruleid: solidity.packed-hash-collision
        return keccak256(abi.encodePacked(a, b));
    }

    function joinWell(string memory a, string memory b) external pure returns (bytes32) {
        // ok: solidity.packed-hash-collision
        return keccak256(abi.encode(a, b));
    }

    function numbers(uint256 a, uint256 b) external pure returns (bytes32) {
        // ok: solidity.packed-hash-collision
        return keccak256(abi.encodePacked(a, b));
    }
}
