// SPDX-License-Identifier: MIT
pragma solidity ^0.8.19;

/// @notice Rock, paper, scissors for two with equal stakes: both commit, then both reveal, then the winner collects.
contract CommitRevealGame {
    enum Move {
        None,
        Rock,
        Paper,
        Scissors
    }

    uint256 public constant REVEAL_TIME = 1 days;
    uint256 public immutable stake;

    address[2] public players;
    bytes32[2] public commitments;
    Move[2] public moves;
    uint256 public revealEndsAt;
    bool public settled;
    mapping(address => uint256) public credit;

    event Joined(address indexed player);
    event GaveUp(address indexed player);
    event Revealed(address indexed player, Move move);
    event Settled(uint256 first, uint256 second);
    event Collected(address indexed who, uint256 amount);

    error WrongStake();
    error Full();
    error AlreadyJoined();
    error NoCommitment();
    error NotAPlayer();
    error NotRevealing();
    error AlreadyRevealed();
    error WrongReveal();
    error TooEarly();
    error NothingToCollect();
    error PaymentFailed();

    constructor(uint256 stake_) {
        require(stake_ > 0, "CommitRevealGame: no stake");
        stake = stake_;
    }

    /// @param commitment What `commitmentOf` says for the caller's own address, so that nobody can copy it.
    function join(bytes32 commitment) external payable {
        if (msg.value != stake) revert WrongStake();
        if (commitment == bytes32(0)) revert NoCommitment();
        if (players[1] != address(0)) revert Full();
        if (players[0] == msg.sender) revert AlreadyJoined();
        uint256 seat = players[0] == address(0) ? 0 : 1;
        players[seat] = msg.sender;
        commitments[seat] = commitment;
        if (seat == 1) revealEndsAt = block.timestamp + REVEAL_TIME;
        emit Joined(msg.sender);
    }

    /// @notice The first player may go again while nobody else has come.
    function giveUp() external {
        if (msg.sender != players[0]) revert NotAPlayer();
        if (players[1] != address(0)) revert Full();
        delete players[0];
        delete commitments[0];
        credit[msg.sender] += stake;
        emit GaveUp(msg.sender);
    }

    function reveal(Move move, bytes32 salt) external {
        if (revealEndsAt == 0 || block.timestamp > revealEndsAt || settled) revert NotRevealing();
        uint256 seat = _seatOf(msg.sender);
        if (moves[seat] != Move.None) revert AlreadyRevealed();
        if (move == Move.None || commitmentOf(msg.sender, move, salt) != commitments[seat]) revert WrongReveal();
        moves[seat] = move;
        emit Revealed(msg.sender, move);
    }

    /// @notice Once both have revealed or the time is over; whoever did not reveal loses.
    function settle() external {
        if (revealEndsAt == 0 || settled) revert NotRevealing();
        bool both = moves[0] != Move.None && moves[1] != Move.None;
        if (!both && block.timestamp <= revealEndsAt) revert TooEarly();
        settled = true;
        uint256 pot = 2 * stake;
        uint256 first = _firstPlayersPart(pot);
        credit[players[0]] += first;
        credit[players[1]] += pot - first;
        emit Settled(first, pot - first);
    }

    function collect() external {
        uint256 amount = credit[msg.sender];
        if (amount == 0) revert NothingToCollect();
        credit[msg.sender] = 0;
        emit Collected(msg.sender, amount);
        (bool paid,) = msg.sender.call{value: amount}("");
        if (!paid) revert PaymentFailed();
    }

    function commitmentOf(address player, Move move, bytes32 salt) public view returns (bytes32) {
        return keccak256(abi.encode(address(this), player, move, salt));
    }

    function _firstPlayersPart(uint256 pot) private view returns (uint256) {
        if (moves[0] == moves[1]) return pot / 2;
        if (moves[1] == Move.None) return pot;
        if (moves[0] == Move.None) return 0;
        return (uint8(moves[0]) + 3 - uint8(moves[1])) % 3 == 1 ? pot : 0;
    }

    function _seatOf(address player) private view returns (uint256) {
        if (player == players[0]) return 0;
        if (player == players[1]) return 1;
        revert NotAPlayer();
    }
}
