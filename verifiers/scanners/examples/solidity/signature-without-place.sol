pragma solidity 0.8.20;

contract Bonus {
    address signer;
    mapping(address => uint256) nonces;

    function take(uint256 amount, uint8 v, bytes32 r, bytes32 s) external {
        bytes32 hash = keccak256(abi.encode(msg.sender, amount, nonces[msg.sender]++));
        // ruleid: solidity.signature-without-place
        require(ecrecover(hash, v, r, s) == signer, "not signed");
    }

    function takeHere(uint256 amount, uint8 v, bytes32 r, bytes32 s) external {
        bytes32 hash = keccak256(abi.encode(block.chainid, address(this), msg.sender, nonces[msg.sender]++));
        // ok: solidity.signature-without-place
        require(ecrecover(hash, v, r, s) == signer, "not signed");
    }
}
