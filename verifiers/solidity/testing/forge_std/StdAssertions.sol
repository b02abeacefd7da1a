// SPDX-License-Identifier: MIT
pragma solidity >=0.6.2 <0.9.0;
pragma experimental ABIEncoderV2;

import {CommonBase} from "./Base.sol";

/// Assertions: each reverts with both values in words.
abstract contract StdAssertions is CommonBase {
    bool private _failed;

    function failed() public view virtual returns (bool) {
        return _failed;
    }

    function fail() internal virtual {
        _failed = true;
        revert("assertion failed");
    }

    function fail(string memory why) internal virtual {
        _failed = true;
        revert(why);
    }

    function assertTrue(bool held) internal pure virtual {
        assertTrue(held, "");
    }

    function assertTrue(bool held, string memory why) internal pure virtual {
        if (!held) _refuse(why, "assertion failed");
    }

    function assertFalse(bool held) internal pure virtual {
        assertTrue(!held, "");
    }

    function assertFalse(bool held, string memory why) internal pure virtual {
        assertTrue(!held, why);
    }

    function assertEq(uint256 left, uint256 right) internal pure virtual {
        assertEq(left, right, "");
    }

    function assertEq(uint256 left, uint256 right, string memory why) internal pure virtual {
        if (!(left == right)) _compare(why, vm.toString(left), "!=", vm.toString(right));
    }

    function assertEq(int256 left, int256 right) internal pure virtual {
        assertEq(left, right, "");
    }

    function assertEq(int256 left, int256 right, string memory why) internal pure virtual {
        if (!(left == right)) _compare(why, vm.toString(left), "!=", vm.toString(right));
    }

    function assertEq(address left, address right) internal pure virtual {
        assertEq(left, right, "");
    }

    function assertEq(address left, address right, string memory why) internal pure virtual {
        if (!(left == right)) _compare(why, vm.toString(left), "!=", vm.toString(right));
    }

    function assertEq(bool left, bool right) internal pure virtual {
        assertEq(left, right, "");
    }

    function assertEq(bool left, bool right, string memory why) internal pure virtual {
        if (!(left == right)) _compare(why, vm.toString(left), "!=", vm.toString(right));
    }

    function assertEq(bytes32 left, bytes32 right) internal pure virtual {
        assertEq(left, right, "");
    }

    function assertEq(bytes32 left, bytes32 right, string memory why) internal pure virtual {
        if (!(left == right)) _compare(why, vm.toString(left), "!=", vm.toString(right));
    }

    function assertEq(bytes memory left, bytes memory right) internal pure virtual {
        assertEq(left, right, "");
    }

    function assertEq(bytes memory left, bytes memory right, string memory why) internal pure virtual {
        if (!(keccak256(left) == keccak256(right))) _compare(why, vm.toString(left), "!=", vm.toString(right));
    }

    function assertEq(string memory left, string memory right) internal pure virtual {
        assertEq(left, right, "");
    }

    function assertEq(string memory left, string memory right, string memory why) internal pure virtual {
        if (keccak256(bytes(left)) != keccak256(bytes(right))) _compare(why, left, "!=", right);
    }

    function assertEq(uint256[] memory left, uint256[] memory right) internal pure virtual {
        assertEq(left, right, "");
    }

    function assertEq(uint256[] memory left, uint256[] memory right, string memory why) internal pure virtual {
        bool same = keccak256(abi.encode(left)) == keccak256(abi.encode(right));
        if (!same) _refuse(why, "assertion failed: the arrays differ");
    }

    function assertEq(int256[] memory left, int256[] memory right) internal pure virtual {
        assertEq(left, right, "");
    }

    function assertEq(int256[] memory left, int256[] memory right, string memory why) internal pure virtual {
        bool same = keccak256(abi.encode(left)) == keccak256(abi.encode(right));
        if (!same) _refuse(why, "assertion failed: the arrays differ");
    }

    function assertEq(address[] memory left, address[] memory right) internal pure virtual {
        assertEq(left, right, "");
    }

    function assertEq(address[] memory left, address[] memory right, string memory why) internal pure virtual {
        bool same = keccak256(abi.encode(left)) == keccak256(abi.encode(right));
        if (!same) _refuse(why, "assertion failed: the arrays differ");
    }

    function assertEq(bool[] memory left, bool[] memory right) internal pure virtual {
        assertEq(left, right, "");
    }

    function assertEq(bool[] memory left, bool[] memory right, string memory why) internal pure virtual {
        bool same = keccak256(abi.encode(left)) == keccak256(abi.encode(right));
        if (!same) _refuse(why, "assertion failed: the arrays differ");
    }

    function assertEq(bytes32[] memory left, bytes32[] memory right) internal pure virtual {
        assertEq(left, right, "");
    }

    function assertEq(bytes32[] memory left, bytes32[] memory right, string memory why) internal pure virtual {
        bool same = keccak256(abi.encode(left)) == keccak256(abi.encode(right));
        if (!same) _refuse(why, "assertion failed: the arrays differ");
    }

    function assertNotEq(uint256 left, uint256 right) internal pure virtual {
        assertNotEq(left, right, "");
    }

    function assertNotEq(uint256 left, uint256 right, string memory why) internal pure virtual {
        if (!(left != right)) _compare(why, vm.toString(left), "==", vm.toString(right));
    }

    function assertNotEq(int256 left, int256 right) internal pure virtual {
        assertNotEq(left, right, "");
    }

    function assertNotEq(int256 left, int256 right, string memory why) internal pure virtual {
        if (!(left != right)) _compare(why, vm.toString(left), "==", vm.toString(right));
    }

    function assertNotEq(address left, address right) internal pure virtual {
        assertNotEq(left, right, "");
    }

    function assertNotEq(address left, address right, string memory why) internal pure virtual {
        if (!(left != right)) _compare(why, vm.toString(left), "==", vm.toString(right));
    }

    function assertNotEq(bool left, bool right) internal pure virtual {
        assertNotEq(left, right, "");
    }

    function assertNotEq(bool left, bool right, string memory why) internal pure virtual {
        if (!(left != right)) _compare(why, vm.toString(left), "==", vm.toString(right));
    }

    function assertNotEq(bytes32 left, bytes32 right) internal pure virtual {
        assertNotEq(left, right, "");
    }

    function assertNotEq(bytes32 left, bytes32 right, string memory why) internal pure virtual {
        if (!(left != right)) _compare(why, vm.toString(left), "==", vm.toString(right));
    }

    function assertNotEq(bytes memory left, bytes memory right) internal pure virtual {
        assertNotEq(left, right, "");
    }

    function assertNotEq(bytes memory left, bytes memory right, string memory why) internal pure virtual {
        if (!(keccak256(left) != keccak256(right))) _compare(why, vm.toString(left), "==", vm.toString(right));
    }

    function assertNotEq(string memory left, string memory right) internal pure virtual {
        assertNotEq(left, right, "");
    }

    function assertNotEq(string memory left, string memory right, string memory why) internal pure virtual {
        if (keccak256(bytes(left)) == keccak256(bytes(right))) _compare(why, left, "==", right);
    }

    function assertGt(uint256 left, uint256 right) internal pure virtual {
        assertGt(left, right, "");
    }

    function assertGt(uint256 left, uint256 right, string memory why) internal pure virtual {
        if (!(left > right)) _compare(why, vm.toString(left), "<=", vm.toString(right));
    }

    function assertGt(int256 left, int256 right) internal pure virtual {
        assertGt(left, right, "");
    }

    function assertGt(int256 left, int256 right, string memory why) internal pure virtual {
        if (!(left > right)) _compare(why, vm.toString(left), "<=", vm.toString(right));
    }

    function assertGe(uint256 left, uint256 right) internal pure virtual {
        assertGe(left, right, "");
    }

    function assertGe(uint256 left, uint256 right, string memory why) internal pure virtual {
        if (!(left >= right)) _compare(why, vm.toString(left), "<", vm.toString(right));
    }

    function assertGe(int256 left, int256 right) internal pure virtual {
        assertGe(left, right, "");
    }

    function assertGe(int256 left, int256 right, string memory why) internal pure virtual {
        if (!(left >= right)) _compare(why, vm.toString(left), "<", vm.toString(right));
    }

    function assertLt(uint256 left, uint256 right) internal pure virtual {
        assertLt(left, right, "");
    }

    function assertLt(uint256 left, uint256 right, string memory why) internal pure virtual {
        if (!(left < right)) _compare(why, vm.toString(left), ">=", vm.toString(right));
    }

    function assertLt(int256 left, int256 right) internal pure virtual {
        assertLt(left, right, "");
    }

    function assertLt(int256 left, int256 right, string memory why) internal pure virtual {
        if (!(left < right)) _compare(why, vm.toString(left), ">=", vm.toString(right));
    }

    function assertLe(uint256 left, uint256 right) internal pure virtual {
        assertLe(left, right, "");
    }

    function assertLe(uint256 left, uint256 right, string memory why) internal pure virtual {
        if (!(left <= right)) _compare(why, vm.toString(left), ">", vm.toString(right));
    }

    function assertLe(int256 left, int256 right) internal pure virtual {
        assertLe(left, right, "");
    }

    function assertLe(int256 left, int256 right, string memory why) internal pure virtual {
        if (!(left <= right)) _compare(why, vm.toString(left), ">", vm.toString(right));
    }

    function assertApproxEqAbs(uint256 left, uint256 right, uint256 most) internal pure virtual {
        assertApproxEqAbs(left, right, most, "");
    }

    function assertApproxEqAbs(uint256 left, uint256 right, uint256 most, string memory why)
        internal
        pure
        virtual
    {
        uint256 apart = left > right ? left - right : right - left;
        if (apart > most) _compare(why, vm.toString(left), "!~=", vm.toString(right));
    }

    function assertApproxEqAbs(int256 left, int256 right, uint256 most) internal pure virtual {
        assertApproxEqAbs(left, right, most, "");
    }

    function assertApproxEqAbs(int256 left, int256 right, uint256 most, string memory why)
        internal
        pure
        virtual
    {
        // Flipping the sign bit keeps the order and the distance, and makes both positive.
        uint256 a = uint256(left) ^ (2 ** 255);
        uint256 b = uint256(right) ^ (2 ** 255);
        if ((a > b ? a - b : b - a) > most) _compare(why, vm.toString(left), "!~=", vm.toString(right));
    }

    /// ``most`` is a fraction of ``right``: 1e18 stands for 100%.
    function assertApproxEqRel(uint256 left, uint256 right, uint256 most) internal pure virtual {
        assertApproxEqRel(left, right, most, "");
    }

    function assertApproxEqRel(uint256 left, uint256 right, uint256 most, string memory why)
        internal
        pure
        virtual
    {
        uint256 apart = left > right ? left - right : right - left;
        bool near = right == 0 ? left == 0 : (apart * 1e18) / right <= most;
        if (!near) _compare(why, vm.toString(left), "!~=", vm.toString(right));
    }

    function _compare(string memory why, string memory left, string memory sign, string memory right)
        private
        pure
    {
        string memory said = string(abi.encodePacked("assertion failed: ", left, " ", sign, " ", right));
        if (bytes(why).length > 0) said = string(abi.encodePacked(why, ": ", left, " ", sign, " ", right));
        revert(said);
    }

    function _refuse(string memory why, string memory otherwise) private pure {
        revert(bytes(why).length > 0 ? why : otherwise);
    }
}
