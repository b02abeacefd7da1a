pragma solidity 0.8.20;

contract Signed {
    address signer;

    function check(bytes32 hash, uint8 v, bytes32 r, bytes32 s) external view returns (bool) {
        // ruleid: solidity.signature-zero-address
        return ecrecover(hash, v, r, s) == signer;
    }

    function checkWell(bytes32 hash, uint8 v, bytes32 r, bytes32 s) external view returns (bool) {
        // ok: solidity.signature-zero-address
        address found = ecrecover(hash, v, r, s);
        require(found != address(0), "bad signature");
        return found == signer;
    }
}
