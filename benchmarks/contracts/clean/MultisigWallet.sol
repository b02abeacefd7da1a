// SPDX-License-Identifier: MIT
pragma solidity ^0.8.19;

/// @notice A wallet that executes what enough of its owners have confirmed.
contract MultisigWallet {
    struct Proposal {
        address to;
        uint256 value;
        bytes data;
        bool executed;
        uint256 confirmations;
    }

    address[] public owners;
    mapping(address => bool) public isOwner;
    uint256 public immutable threshold;

    Proposal[] private _proposals;
    mapping(uint256 => mapping(address => bool)) public confirmedBy;

    event Received(address indexed from, uint256 amount);
    event Proposed(uint256 indexed id, address indexed by, address indexed to, uint256 value);
    event Confirmed(uint256 indexed id, address indexed by);
    event ConfirmationTakenBack(uint256 indexed id, address indexed by);
    event Executed(uint256 indexed id);

    error NotAnOwner();
    error BadOwners();
    error NoSuchProposal();
    error AlreadyExecuted();
    error AlreadyConfirmed();
    error NotConfirmed();
    error TooFewConfirmations();
    error CallFailed(bytes reason);

    modifier onlyOwners() {
        if (!isOwner[msg.sender]) revert NotAnOwner();
        _;
    }

    modifier pending(uint256 id) {
        if (id >= _proposals.length) revert NoSuchProposal();
        if (_proposals[id].executed) revert AlreadyExecuted();
        _;
    }

    constructor(address[] memory owners_, uint256 threshold_) {
        if (threshold_ == 0 || threshold_ > owners_.length) revert BadOwners();
        for (uint256 i = 0; i < owners_.length; i++) {
            address owner = owners_[i];
            if (owner == address(0) || isOwner[owner]) revert BadOwners();
            isOwner[owner] = true;
        }
        owners = owners_;
        threshold = threshold_;
    }

    receive() external payable {
        emit Received(msg.sender, msg.value);
    }

    function propose(address to, uint256 value, bytes calldata data) external onlyOwners returns (uint256 id) {
        id = _proposals.length;
        _proposals.push(Proposal({to: to, value: value, data: data, executed: false, confirmations: 0}));
        emit Proposed(id, msg.sender, to, value);
    }

    function confirm(uint256 id) external onlyOwners pending(id) {
        if (confirmedBy[id][msg.sender]) revert AlreadyConfirmed();
        confirmedBy[id][msg.sender] = true;
        _proposals[id].confirmations += 1;
        emit Confirmed(id, msg.sender);
    }

    function takeBack(uint256 id) external onlyOwners pending(id) {
        if (!confirmedBy[id][msg.sender]) revert NotConfirmed();
        confirmedBy[id][msg.sender] = false;
        _proposals[id].confirmations -= 1;
        emit ConfirmationTakenBack(id, msg.sender);
    }

    function execute(uint256 id) external onlyOwners pending(id) {
        Proposal storage proposal = _proposals[id];
        if (proposal.confirmations < threshold) revert TooFewConfirmations();
        proposal.executed = true;
        emit Executed(id);
        (bool done, bytes memory reason) = proposal.to.call{value: proposal.value}(proposal.data);
        if (!done) revert CallFailed(reason);
    }

    function proposalCount() external view returns (uint256) {
        return _proposals.length;
    }

    function proposalAt(uint256 id) external view returns (Proposal memory) {
        if (id >= _proposals.length) revert NoSuchProposal();
        return _proposals[id];
    }
}
