pragma solidity 0.8.20;

contract Bonus {
    address signer;
    mapping(bytes32 => bool) used;

    function take(uint256 amount, uint8 v, bytes32 r, bytes32 s) external {
        bytes32 hash = keccak256(abi.encode(address(this), msg.sender, amount));
        // ruleid: solidity.signature-without-record
        require(ecrecover(hash, v, r, s) == signer, "not signed");
        payable(msg.sender).transfer(amount);
    }

    function takeOnce(uint256 amount, uint8 v, bytes32 r, bytes32 s) external {
        bytes32 hash = keccak256(abi.encode(address(this), msg.sender, amount));
        require(!used[hash], "taken");
        used[hash] = true;
        // ok: solidity.signature-without-record
        require(ecrecover(hash, v, r, s) == signer, "not signed");
        payable(msg.sender).transfer(amount);
    }

    function isSigned(bytes32 hash, uint8 v, bytes32 r, bytes32 s) external view returns (bool) {
        // ok: solidity.signature-without-record
        return ecrecover(hash, v, r, s) == signer;
    }
}
