// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

import {Ownable} from "@openzeppelin/contracts/access/Ownable.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {Nonces} from "@openzeppelin/contracts/utils/Nonces.sol";
import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";
import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";

/// @notice Pays out what a signer has signed (EIP-712); each signature works once, here, and until its deadline.
contract SignedClaims is EIP712, Nonces, Ownable {
    using SafeERC20 for IERC20;

    bytes32 public constant CLAIM_TYPEHASH =
        keccak256("Claim(address account,uint256 amount,uint256 nonce,uint256 deadline)");

    IERC20 public immutable token;
    address public signer;

    event SignerChanged(address indexed signer);
    event Claimed(address indexed account, uint256 amount, uint256 nonce);

    error ZeroAddress();
    error Expired(uint256 deadline);
    error WrongSigner(address recovered);

    constructor(IERC20 token_, address signer_, address initialOwner) EIP712("SignedClaims", "1") Ownable(initialOwner) {
        if (signer_ == address(0)) revert ZeroAddress();
        token = token_;
        signer = signer_;
    }

    function setSigner(address newSigner) external onlyOwner {
        if (newSigner == address(0)) revert ZeroAddress();
        signer = newSigner;
        emit SignerChanged(newSigner);
    }

    function claim(address account, uint256 amount, uint256 deadline, bytes calldata signature) external {
        if (block.timestamp > deadline) revert Expired(deadline);
        uint256 nonce = _useNonce(account);
        bytes32 structHash = keccak256(abi.encode(CLAIM_TYPEHASH, account, amount, nonce, deadline));
        address recovered = ECDSA.recover(_hashTypedDataV4(structHash), signature);
        if (recovered != signer) revert WrongSigner(recovered);
        emit Claimed(account, amount, nonce);
        token.safeTransfer(account, amount);
    }
}
