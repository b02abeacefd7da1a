pragma solidity 0.8.20;

contract Lottery {
    uint256 salt;

    function draw(uint256 players) external view returns (uint256) {
        // ruleid: solidity.weak-randomness
        return uint256(keccak256(abi.encodePacked(block.timestamp, block.prevrandao))) % players;
    }

    function drawToo(uint256 players) external view returns (uint256) {
        // ruleid: solidity.weak-randomness
        return uint256(blockhash(block.number - 1)) % players;
    }

    function today() external view returns (uint256) {
        // ok: solidity.weak-randomness
        return block.timestamp % 1 days;
    }

    function name(uint256 id) external view returns (bytes32) {
        // ok: solidity.weak-randomness
        return keccak256(abi.encodePacked(id, salt));
    }
}
