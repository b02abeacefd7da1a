// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

contract Broken {
    // Ünïcödé before the error: offsets are bytes, columns are characters.
    function f() external pure returns (uint256) {
        /* ü */ return missing;
    }
}
