// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

import {AccessControl} from "@openzeppelin/contracts/access/AccessControl.sol";

/// @notice Registrars record digests of documents; a record can be revoked, never overwritten.
contract DocumentRegistry is AccessControl {
    struct Record {
        address registrar;
        uint64 recordedAt;
        uint64 revokedAt;
    }

    bytes32 public constant REGISTRAR_ROLE = keccak256("REGISTRAR_ROLE");
    mapping(bytes32 => Record) private _records;

    event Recorded(bytes32 indexed document, address indexed registrar);
    event Revoked(bytes32 indexed document, address indexed by);

    error AlreadyRecorded(bytes32 document);
    error NotRecorded(bytes32 document);
    error AlreadyRevoked(bytes32 document);

    constructor() {
        _grantRole(DEFAULT_ADMIN_ROLE, msg.sender);
    }

    function record(bytes32 document) external onlyRole(REGISTRAR_ROLE) {
        if (_records[document].recordedAt != 0) revert AlreadyRecorded(document);
        _records[document] = Record({registrar: msg.sender, recordedAt: uint64(block.timestamp), revokedAt: 0});
        emit Recorded(document, msg.sender);
    }

    function revoke(bytes32 document) external onlyRole(REGISTRAR_ROLE) {
        Record storage entry = _records[document];
        if (entry.recordedAt == 0) revert NotRecorded(document);
        if (entry.revokedAt != 0) revert AlreadyRevoked(document);
        entry.revokedAt = uint64(block.timestamp);
        emit Revoked(document, msg.sender);
    }

    function isValid(bytes32 document) external view returns (bool) {
        return _records[document].recordedAt != 0 && _records[document].revokedAt == 0;
    }

    function recordOf(bytes32 document) external view returns (Record memory) {
        return _records[document];
    }
}
