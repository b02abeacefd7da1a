// SPDX-License-Identifier: MIT
pragma solidity >=0.6.2 <0.9.0;
pragma experimental ABIEncoderV2;

/// The cheat codes that may also be called from ``view`` and ``pure`` functions.
interface VmSafe {
    enum CallerMode {
        None,
        Broadcast,
        RecurrentBroadcast,
        Prank,
        RecurrentPrank
    }

    struct Log {
        bytes32[] topics;
        bytes data;
        address emitter;
    }

    struct Wallet {
        address addr;
        uint256 publicKeyX;
        uint256 publicKeyY;
        uint256 privateKey;
    }

    struct Gas {
        uint64 gasLimit;
        uint64 gasTotalUsed;
        uint64 gasMemoryUsed;
        int64 gasRefunded;
        uint64 gasRemaining;
    }

    function accesses(address target) external view returns (bytes32[] memory reads, bytes32[] memory writes);
    function addr(uint256 privateKey) external pure returns (address);
    function assume(bool condition) external pure;
    function assumeNoRevert() external pure;
    function breakpoint(string calldata name) external pure;
    function breakpoint(string calldata name, bool value) external pure;
    function computeCreate2Address(bytes32 salt, bytes32 initCodeHash, address deployer)
        external
        pure
        returns (address);
    function computeCreateAddress(address deployer, uint256 nonce) external pure returns (address);
    function createWallet(string calldata name) external returns (Wallet memory);
    function createWallet(uint256 privateKey) external returns (Wallet memory);
    function deriveKey(string calldata mnemonic, uint32 index) external pure returns (uint256);
    function getBlockNumber() external view returns (uint256);
    function getBlockTimestamp() external view returns (uint256);
    function getCode(string calldata artifact) external view returns (bytes memory);
    function getDeployedCode(string calldata artifact) external view returns (bytes memory);
    function getLabel(address account) external view returns (string memory);
    function getNonce(address account) external view returns (uint64);
    function getRecordedLogs() external returns (Log[] memory);
    function label(address account, string calldata name) external;
    function lastCallGas() external view returns (Gas memory);
    function load(address target, bytes32 slot) external view returns (bytes32);
    function parseAddress(string calldata text) external pure returns (address);
    function parseBool(string calldata text) external pure returns (bool);
    function parseBytes(string calldata text) external pure returns (bytes memory);
    function parseBytes32(string calldata text) external pure returns (bytes32);
    function parseInt(string calldata text) external pure returns (int256);
    function parseUint(string calldata text) external pure returns (uint256);
    function pauseGasMetering() external;
    function randomAddress() external view returns (address);
    function randomUint() external view returns (uint256);
    function randomUint(uint256 low, uint256 high) external view returns (uint256);
    function record() external;
    function recordLogs() external;
    function resetGasMetering() external;
    function resumeGasMetering() external;
    function rememberKey(uint256 privateKey) external returns (address);
    function sign(uint256 privateKey, bytes32 digest) external pure returns (uint8 v, bytes32 r, bytes32 s);
    function sign(Wallet calldata wallet, bytes32 digest) external returns (uint8 v, bytes32 r, bytes32 s);
    function snapshotGasLastCall(string calldata name) external returns (uint256);
    function startSnapshotGas(string calldata name) external;
    function stopSnapshotGas() external returns (uint256);
    function toString(address value) external pure returns (string memory);
    function toString(bool value) external pure returns (string memory);
    function toString(bytes calldata value) external pure returns (string memory);
    function toString(bytes32 value) external pure returns (string memory);
    function toString(int256 value) external pure returns (string memory);
    function toString(uint256 value) external pure returns (string memory);
}

/// The cheat codes: calls to one address that the test runner carries out itself. None that leaves the machine.
interface Vm is VmSafe {
    function chainId(uint256 id) external;
    function clearMockedCalls() external;
    function coinbase(address miner) external;
    function cool(address target) external;
    function copyStorage(address from, address to) external;
    function deal(address account, uint256 balance) external;
    function deleteStateSnapshot(uint256 id) external returns (bool);
    function etch(address target, bytes calldata code) external;
    function expectCall(address callee, bytes calldata data) external;
    function expectCall(address callee, bytes calldata data, uint64 count) external;
    function expectCall(address callee, uint256 value, bytes calldata data) external;
    function expectCall(address callee, uint256 value, bytes calldata data, uint64 count) external;
    function expectEmit() external;
    function expectEmit(address emitter) external;
    function expectEmit(bool topic1, bool topic2, bool topic3, bool data) external;
    function expectEmit(bool topic1, bool topic2, bool topic3, bool data, address emitter) external;
    function expectEmitAnonymous() external;
    function expectPartialRevert(bytes4 error) external;
    function expectPartialRevert(bytes4 error, address reverter) external;
    function expectRevert() external;
    function expectRevert(address reverter) external;
    function expectRevert(bytes4 error) external;
    function expectRevert(bytes4 error, address reverter) external;
    function expectRevert(bytes calldata error) external;
    function expectRevert(bytes calldata error, address reverter) external;
    function expectRevert(uint64 count) external;
    function fee(uint256 baseFee) external;
    function mockCall(address callee, bytes calldata data, bytes calldata answer) external;
    function mockCall(address callee, uint256 value, bytes calldata data, bytes calldata answer) external;
    function mockCallRevert(address callee, bytes calldata data, bytes calldata error) external;
    function mockCalls(address callee, bytes calldata data, bytes[] calldata answers) external;
    function mockFunction(address callee, address target, bytes calldata data) external;
    function prank(address sender) external;
    function prank(address sender, address origin) external;
    function prank(address sender, bool delegated) external;
    function prevrandao(bytes32 value) external;
    function prevrandao(uint256 value) external;
    function readCallers() external returns (CallerMode mode, address sender, address origin);
    function resetNonce(address account) external;
    function revertTo(uint256 id) external returns (bool);
    function revertToState(uint256 id) external returns (bool);
    function revertToStateAndDelete(uint256 id) external returns (bool);
    function roll(uint256 number) external;
    function setNonce(address account, uint64 nonce) external;
    function skip(bool now_) external;
    function skip(bool now_, string calldata why) external;
    function snapshot() external returns (uint256);
    function snapshotState() external returns (uint256);
    function startPrank(address sender) external;
    function startPrank(address sender, address origin) external;
    function stopPrank() external;
    function store(address target, bytes32 slot, bytes32 value) external;
    function txGasPrice(uint256 price) external;
    function warp(uint256 timestamp) external;
}
