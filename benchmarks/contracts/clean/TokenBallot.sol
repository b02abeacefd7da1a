// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

import {IVotes} from "@openzeppelin/contracts/governance/utils/IVotes.sol";
import {Address} from "@openzeppelin/contracts/utils/Address.sol";

/// @notice A small governor: votes count as of the proposal's snapshot, accepted proposals are executed after a delay.
/// @dev The token's clock is the block number. Powers of this contract belong to whoever wins the votes.
contract TokenBallot {
    struct Proposal {
        address proposer;
        uint48 snapshot;
        uint48 deadline;
        bool executed;
        uint256 votesFor;
        uint256 votesAgainst;
        bytes32 action;
    }

    uint48 public constant VOTING_DELAY = 10;
    uint48 public constant VOTING_PERIOD = 50_000;
    uint48 public constant EXECUTION_DELAY = 7_000;

    IVotes public immutable token;
    uint256 public immutable proposalThreshold;
    uint256 public immutable quorum;

    Proposal[] private _proposals;
    mapping(uint256 => mapping(address => bool)) public hasVoted;

    event Proposed(uint256 indexed id, address indexed proposer, address target, uint256 value, bytes data);
    event Voted(uint256 indexed id, address indexed voter, bool support, uint256 weight);
    event Executed(uint256 indexed id);

    error TooFewVotes();
    error NoSuchProposal();
    error NotOpen();
    error AlreadyVoted();
    error NotExecutable();
    error WrongAction();

    constructor(IVotes token_, uint256 proposalThreshold_, uint256 quorum_) {
        require(address(token_) != address(0) && quorum_ > 0, "TokenBallot: bad terms");
        token = token_;
        proposalThreshold = proposalThreshold_;
        quorum = quorum_;
    }

    receive() external payable {}

    function propose(address target, uint256 value, bytes calldata data) external returns (uint256 id) {
        if (token.getPastVotes(msg.sender, block.number - 1) < proposalThreshold) revert TooFewVotes();
        id = _proposals.length;
        uint48 snapshot = uint48(block.number) + VOTING_DELAY;
        _proposals.push(
            Proposal({
                proposer: msg.sender,
                snapshot: snapshot,
                deadline: snapshot + VOTING_PERIOD,
                executed: false,
                votesFor: 0,
                votesAgainst: 0,
                action: actionOf(target, value, data)
            })
        );
        emit Proposed(id, msg.sender, target, value, data);
    }

    function vote(uint256 id, bool support) external {
        Proposal storage proposal = _get(id);
        if (block.number <= proposal.snapshot || block.number > proposal.deadline) revert NotOpen();
        if (hasVoted[id][msg.sender]) revert AlreadyVoted();
        hasVoted[id][msg.sender] = true;
        uint256 weight = token.getPastVotes(msg.sender, proposal.snapshot);
        if (support) proposal.votesFor += weight;
        else proposal.votesAgainst += weight;
        emit Voted(id, msg.sender, support, weight);
    }

    function execute(uint256 id, address target, uint256 value, bytes calldata data) external {
        Proposal storage proposal = _get(id);
        if (proposal.executed || !accepted(id)) revert NotExecutable();
        if (block.number <= proposal.deadline + EXECUTION_DELAY) revert NotExecutable();
        if (actionOf(target, value, data) != proposal.action) revert WrongAction();
        proposal.executed = true;
        emit Executed(id);
        (bool done, bytes memory answer) = target.call{value: value}(data);
        Address.verifyCallResult(done, answer);
    }

    function accepted(uint256 id) public view returns (bool) {
        Proposal storage proposal = _get(id);
        return block.number > proposal.deadline && proposal.votesFor > proposal.votesAgainst
            && proposal.votesFor >= quorum;
    }

    function proposalAt(uint256 id) external view returns (Proposal memory) {
        return _get(id);
    }

    function actionOf(address target, uint256 value, bytes calldata data) public pure returns (bytes32) {
        return keccak256(abi.encode(target, value, data));
    }

    function _get(uint256 id) private view returns (Proposal storage) {
        if (id >= _proposals.length) revert NoSuchProposal();
        return _proposals[id];
    }
}
