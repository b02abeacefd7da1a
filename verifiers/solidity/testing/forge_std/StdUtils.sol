// SPDX-License-Identifier: MIT
pragma solidity >=0.6.2 <0.9.0;
pragma experimental ABIEncoderV2;

import {CommonBase} from "./Base.sol";

/// Numbers and addresses for tests.
abstract contract StdUtils is CommonBase {
    /// ``x`` itself where it lies between the bounds, else a number between them that depends on it.
    function bound(uint256 x, uint256 low, uint256 high) internal pure virtual returns (uint256) {
        require(low <= high, "bound: the upper bound is below the lower one");
        if (x >= low && x <= high) return x;
        uint256 width = high - low;
        return width == UINT256_MAX ? x : low + (x % (width + 1));
    }

    function bound(int256 x, int256 low, int256 high) internal pure virtual returns (int256) {
        require(low <= high, "bound: the upper bound is below the lower one");
        // Flipping the sign bit keeps the order and makes all of them positive.
        uint256 flip = 2 ** 255;
        uint256 inside = bound(uint256(x) ^ flip, uint256(low) ^ flip, uint256(high) ^ flip);
        return int256(inside ^ flip);
    }

    function boundPrivateKey(uint256 key) internal pure virtual returns (uint256) {
        return bound(key, 1, 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364140);
    }

    function computeCreateAddress(address deployer, uint256 nonce) internal pure virtual returns (address) {
        return vm.computeCreateAddress(deployer, nonce);
    }

    function computeCreate2Address(bytes32 salt, bytes32 codeHash, address deployer)
        internal
        pure
        virtual
        returns (address)
    {
        return vm.computeCreate2Address(salt, codeHash, deployer);
    }
}
