// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

import {AccessControl} from "@openzeppelin/contracts/access/AccessControl.sol";
import {Address} from "@openzeppelin/contracts/utils/Address.sol";

/// @notice A timelock: what a proposer announces can be executed only after a delay, and not for ever.
contract DelayedExecutor is AccessControl {
    bytes32 public constant PROPOSER_ROLE = keccak256("PROPOSER_ROLE");
    bytes32 public constant EXECUTOR_ROLE = keccak256("EXECUTOR_ROLE");
    uint256 public constant GRACE = 14 days;

    uint256 public immutable delay;
    mapping(bytes32 => uint256) public readyAt;

    event Announced(bytes32 indexed id, address indexed target, uint256 value, bytes data, uint256 readyAt);
    event Cancelled(bytes32 indexed id);
    event Executed(bytes32 indexed id);

    error DelayTooShort();
    error AlreadyAnnounced(bytes32 id);
    error NotAnnounced(bytes32 id);
    error NotReady(bytes32 id, uint256 readyAt);
    error Expired(bytes32 id);

    constructor(address admin, uint256 delay_) {
        if (delay_ < 1 hours) revert DelayTooShort();
        require(admin != address(0), "DelayedExecutor: no admin");
        delay = delay_;
        _grantRole(DEFAULT_ADMIN_ROLE, admin);
        _grantRole(PROPOSER_ROLE, admin);
        _grantRole(EXECUTOR_ROLE, admin);
    }

    receive() external payable {}

    function announce(address target, uint256 value, bytes calldata data, bytes32 salt)
        external
        onlyRole(PROPOSER_ROLE)
        returns (bytes32 id)
    {
        id = idOf(target, value, data, salt);
        if (readyAt[id] != 0) revert AlreadyAnnounced(id);
        readyAt[id] = block.timestamp + delay;
        emit Announced(id, target, value, data, readyAt[id]);
    }

    function cancel(bytes32 id) external onlyRole(PROPOSER_ROLE) {
        if (readyAt[id] == 0) revert NotAnnounced(id);
        delete readyAt[id];
        emit Cancelled(id);
    }

    function execute(address target, uint256 value, bytes calldata data, bytes32 salt)
        external
        onlyRole(EXECUTOR_ROLE)
    {
        bytes32 id = idOf(target, value, data, salt);
        uint256 ready = readyAt[id];
        if (ready == 0) revert NotAnnounced(id);
        if (block.timestamp < ready) revert NotReady(id, ready);
        if (block.timestamp > ready + GRACE) revert Expired(id);
        delete readyAt[id];
        emit Executed(id);
        (bool done, bytes memory answer) = target.call{value: value}(data);
        Address.verifyCallResult(done, answer);
    }

    function idOf(address target, uint256 value, bytes calldata data, bytes32 salt) public pure returns (bytes32) {
        return keccak256(abi.encode(target, value, data, salt));
    }
}
