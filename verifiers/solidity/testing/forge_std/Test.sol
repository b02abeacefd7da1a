// SPDX-License-Identifier: MIT
pragma solidity >=0.6.2 <0.9.0;
pragma experimental ABIEncoderV2;

import {CommonBase, TestBase} from "./Base.sol";
import {StdAssertions} from "./StdAssertions.sol";
import {StdCheats} from "./StdCheats.sol";
import {stdError} from "./StdError.sol";
import {StdInvariant} from "./StdInvariant.sol";
import {StdUtils} from "./StdUtils.sol";
import {Vm, VmSafe} from "./Vm.sol";
import {console} from "./console.sol";
import {console2} from "./console2.sol";

/// What a test contract inherits from.
abstract contract Test is TestBase, StdAssertions, StdCheats, StdInvariant, StdUtils {
    bool public IS_TEST = true;
}
