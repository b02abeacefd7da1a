// SPDX-License-Identifier: MIT
pragma solidity ^0.8.4;

import "@openzeppelin/contracts/access/Ownable.sol";
import "@openzeppelin/contracts/security/ReentrancyGuard.sol";
import "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";

/// @notice Stake one token, earn another; written for OpenZeppelin 4. Neither token may take a fee on transfers.
contract StakingRewards is Ownable, ReentrancyGuard {
    using SafeERC20 for IERC20;

    IERC20 public immutable stakingToken;
    IERC20 public immutable rewardToken;
    uint256 public immutable period;

    uint256 public rewardRate;
    uint256 public endsAt;
    uint256 public updatedAt;
    uint256 public rewardPerTokenStored;
    uint256 public totalStaked;
    mapping(address => uint256) public stakeOf;
    mapping(address => uint256) public rewards;
    mapping(address => uint256) private _paidPerToken;

    event RewardAdded(uint256 amount);
    event Staked(address indexed who, uint256 amount);
    event Withdrawn(address indexed who, uint256 amount);
    event RewardPaid(address indexed who, uint256 amount);

    constructor(IERC20 stakingToken_, IERC20 rewardToken_, uint256 period_) {
        require(address(stakingToken_) != address(rewardToken_), "StakingRewards: same token");
        require(period_ >= 1 days && period_ <= 365 days, "StakingRewards: bad period");
        stakingToken = stakingToken_;
        rewardToken = rewardToken_;
        period = period_;
    }

    modifier updateReward(address account) {
        rewardPerTokenStored = rewardPerToken();
        updatedAt = lastTimeRewardApplicable();
        if (account != address(0)) {
            rewards[account] = earned(account);
            _paidPerToken[account] = rewardPerTokenStored;
        }
        _;
    }

    function stake(uint256 amount) external nonReentrant updateReward(msg.sender) {
        require(amount > 0, "StakingRewards: nothing to stake");
        totalStaked += amount;
        stakeOf[msg.sender] += amount;
        emit Staked(msg.sender, amount);
        stakingToken.safeTransferFrom(msg.sender, address(this), amount);
    }

    function withdraw(uint256 amount) external nonReentrant updateReward(msg.sender) {
        require(amount > 0 && amount <= stakeOf[msg.sender], "StakingRewards: not staked");
        totalStaked -= amount;
        stakeOf[msg.sender] -= amount;
        emit Withdrawn(msg.sender, amount);
        stakingToken.safeTransfer(msg.sender, amount);
    }

    function claim() external nonReentrant updateReward(msg.sender) {
        uint256 reward = rewards[msg.sender];
        require(reward > 0, "StakingRewards: nothing earned");
        rewards[msg.sender] = 0;
        emit RewardPaid(msg.sender, reward);
        rewardToken.safeTransfer(msg.sender, reward);
    }

    /// @notice The owner pays for one period of rewards; what is left of a running one is added.
    function addReward(uint256 amount) external onlyOwner nonReentrant updateReward(address(0)) {
        uint256 left = block.timestamp < endsAt ? (endsAt - block.timestamp) * rewardRate : 0;
        rewardRate = (amount + left) / period;
        require(rewardRate > 0, "StakingRewards: too little");
        updatedAt = block.timestamp;
        endsAt = block.timestamp + period;
        emit RewardAdded(amount);
        rewardToken.safeTransferFrom(msg.sender, address(this), amount);
    }

    function lastTimeRewardApplicable() public view returns (uint256) {
        return block.timestamp < endsAt ? block.timestamp : endsAt;
    }

    function rewardPerToken() public view returns (uint256) {
        if (totalStaked == 0) return rewardPerTokenStored;
        uint256 elapsed = lastTimeRewardApplicable() - updatedAt;
        return rewardPerTokenStored + (elapsed * rewardRate * 1e18) / totalStaked;
    }

    function earned(address account) public view returns (uint256) {
        return (stakeOf[account] * (rewardPerToken() - _paidPerToken[account])) / 1e18 + rewards[account];
    }
}
