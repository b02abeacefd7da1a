// SPDX-License-Identifier: MIT
pragma solidity ^0.8.17;

/// @notice Keeps ether for its depositors; checks, then effects, then the payment.
contract EffectsFirstVault {
    mapping(address => uint256) private _balances;
    uint256 public totalDeposits;

    event Deposited(address indexed who, uint256 amount);
    event Withdrawn(address indexed who, uint256 amount);

    receive() external payable {
        deposit();
    }

    function deposit() public payable {
        require(msg.value > 0, "nothing deposited");
        _balances[msg.sender] += msg.value;
        totalDeposits += msg.value;
        emit Deposited(msg.sender, msg.value);
    }

    function withdrawAll() external {
        uint256 amount = _balances[msg.sender];
        require(amount > 0, "nothing to withdraw");
        _balances[msg.sender] = 0;
        totalDeposits -= amount;
        emit Withdrawn(msg.sender, amount);
        (bool paid,) = payable(msg.sender).call{value: amount}("");
        require(paid, "payment failed");
    }

    function balanceOf(address who) external view returns (uint256) {
        return _balances[who];
    }
}
