// SPDX-License-Identifier: MIT
pragma solidity >=0.6.2 <0.9.0;

import {console as console2} from "./console.sol";
