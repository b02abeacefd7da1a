pragma solidity 0.8.20;

contract Claims {
    mapping(bytes32 => bool) used;

    function claim(bytes32 hash, bytes calldata signature) external {
        require(!used[keccak256(signature)], "used");
        // ruleid: solidity.signature-as-key
        used[keccak256(signature)] = true;
    }

    function claimByHash(bytes32 hash, bytes calldata signature) external {
        require(!used[hash], "used");
        // ok: solidity.signature-as-key
        used[hash] = true;
    }
}
