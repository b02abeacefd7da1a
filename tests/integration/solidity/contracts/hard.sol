// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

contract Hard {
    mapping(address => uint256) public balances;
    mapping(uint256 => uint256) public table;

    function put(uint256 a, uint256 b) external payable {
        for (uint256 i = 0; i < a; i++) {
            table[(a * b) ^ i] = uint256(keccak256(abi.encode(table[i], b, a * i)));
            if (table[i] % (b + 1) == i) {
                balances[msg.sender] += msg.value;
            }
        }
    }

    function mix(uint256 a, uint256 b, uint256 c) external {
        for (uint256 i = 0; i < c; i++) {
            table[a * b + i] = (table[b * c] * a) / (i + 1);
            table[table[a] % (c + 1)] = table[b] ** i;
        }
    }
}
