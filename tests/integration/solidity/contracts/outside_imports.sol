// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

import "/etc/passwd";
import "../../../../../etc/passwd";
import "file:///etc/passwd";

contract Thief {}
