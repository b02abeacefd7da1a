// SPDX-License-Identifier: MIT
pragma solidity >=0.6.2 <0.9.0;
pragma experimental ABIEncoderV2;

/// Says to the test runner what invariant tests call; it asks the functions below by name.
abstract contract StdInvariant {
    struct FuzzSelector {
        address addr;
        bytes4[] selectors;
    }

    struct FuzzArtifactSelector {
        string artifact;
        bytes4[] selectors;
    }

    address[] private _targets;
    address[] private _excluded;
    address[] private _senders;
    address[] private _excludedSenders;
    string[] private _artifacts;
    string[] private _excludedArtifacts;
    FuzzSelector[] private _selectors;
    FuzzSelector[] private _excludedSelectors;
    FuzzArtifactSelector[] private _artifactSelectors;

    function targetContract(address target) internal {
        _targets.push(target);
    }

    function excludeContract(address target) internal {
        _excluded.push(target);
    }

    function targetSender(address sender) internal {
        _senders.push(sender);
    }

    function excludeSender(address sender) internal {
        _excludedSenders.push(sender);
    }

    function targetArtifact(string memory artifact) internal {
        _artifacts.push(artifact);
    }

    function excludeArtifact(string memory artifact) internal {
        _excludedArtifacts.push(artifact);
    }

    function targetSelector(FuzzSelector memory selector) internal {
        _selectors.push(selector);
    }

    function excludeSelector(FuzzSelector memory selector) internal {
        _excludedSelectors.push(selector);
    }

    function targetArtifactSelector(FuzzArtifactSelector memory selector) internal {
        _artifactSelectors.push(selector);
    }

    function targetContracts() public view returns (address[] memory) {
        return _targets;
    }

    function excludeContracts() public view returns (address[] memory) {
        return _excluded;
    }

    function targetSenders() public view returns (address[] memory) {
        return _senders;
    }

    function excludeSenders() public view returns (address[] memory) {
        return _excludedSenders;
    }

    function targetArtifacts() public view returns (string[] memory) {
        return _artifacts;
    }

    function excludeArtifacts() public view returns (string[] memory) {
        return _excludedArtifacts;
    }

    function targetSelectors() public view returns (FuzzSelector[] memory) {
        return _selectors;
    }

    function excludeSelectors() public view returns (FuzzSelector[] memory) {
        return _excludedSelectors;
    }

    function targetArtifactSelectors() public view returns (FuzzArtifactSelector[] memory) {
        return _artifactSelectors;
    }
}
