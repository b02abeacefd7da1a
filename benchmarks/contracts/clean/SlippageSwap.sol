// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {ReentrancyGuard} from "@openzeppelin/contracts/utils/ReentrancyGuard.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";

/// @notice A constant-product pool of two plain tokens; every trade names the least that it accepts and a deadline.
/// @dev Reserves are kept in storage: tokens that are merely sent here change no price.
contract SlippageSwap is ERC20, ReentrancyGuard {
    using SafeERC20 for IERC20;

    uint256 private constant FEE_NUMERATOR = 997;
    uint256 private constant FEE_DENOMINATOR = 1000;
    uint256 private constant MINIMUM_LIQUIDITY = 1000;
    address private constant LOCKED = address(0xdEaD);

    IERC20 public immutable token0;
    IERC20 public immutable token1;
    uint256 public reserve0;
    uint256 public reserve1;

    event LiquidityAdded(address indexed by, uint256 amount0, uint256 amount1, uint256 shares);
    event LiquidityRemoved(address indexed by, uint256 amount0, uint256 amount1, uint256 shares);
    event Swapped(address indexed by, address indexed tokenIn, uint256 amountIn, uint256 amountOut);

    error BadPair();
    error Expired();
    error WrongToken();
    error TooLittle(uint256 offered, uint256 asked);

    modifier before(uint256 deadline) {
        if (block.timestamp > deadline) revert Expired();
        _;
    }

    constructor(IERC20 token0_, IERC20 token1_) ERC20("Pool Share", "POOL") {
        (address first, address second) = (address(token0_), address(token1_));
        if (first == second || first == address(0) || second == address(0)) revert BadPair();
        token0 = token0_;
        token1 = token1_;
    }

    function addLiquidity(uint256 amount0, uint256 amount1, uint256 leastShares, uint256 deadline)
        external
        nonReentrant
        before(deadline)
        returns (uint256 shares)
    {
        uint256 supply = totalSupply();
        if (supply == 0) {
            shares = Math.sqrt(amount0 * amount1) - MINIMUM_LIQUIDITY;
            _mint(LOCKED, MINIMUM_LIQUIDITY);
        } else {
            shares = Math.min(Math.mulDiv(amount0, supply, reserve0), Math.mulDiv(amount1, supply, reserve1));
        }
        if (shares == 0 || shares < leastShares) revert TooLittle(shares, leastShares);
        reserve0 += amount0;
        reserve1 += amount1;
        _mint(msg.sender, shares);
        emit LiquidityAdded(msg.sender, amount0, amount1, shares);
        token0.safeTransferFrom(msg.sender, address(this), amount0);
        token1.safeTransferFrom(msg.sender, address(this), amount1);
    }

    function removeLiquidity(uint256 shares, uint256 least0, uint256 least1, uint256 deadline)
        external
        nonReentrant
        before(deadline)
        returns (uint256 amount0, uint256 amount1)
    {
        uint256 supply = totalSupply();
        amount0 = Math.mulDiv(shares, reserve0, supply);
        amount1 = Math.mulDiv(shares, reserve1, supply);
        if (amount0 < least0) revert TooLittle(amount0, least0);
        if (amount1 < least1) revert TooLittle(amount1, least1);
        _burn(msg.sender, shares);
        reserve0 -= amount0;
        reserve1 -= amount1;
        emit LiquidityRemoved(msg.sender, amount0, amount1, shares);
        token0.safeTransfer(msg.sender, amount0);
        token1.safeTransfer(msg.sender, amount1);
    }

    function swap(IERC20 tokenIn, uint256 amountIn, uint256 leastOut, uint256 deadline)
        external
        nonReentrant
        before(deadline)
        returns (uint256 amountOut)
    {
        bool forward = address(tokenIn) == address(token0);
        if (!forward && address(tokenIn) != address(token1)) revert WrongToken();
        (uint256 reserveIn, uint256 reserveOut) = forward ? (reserve0, reserve1) : (reserve1, reserve0);
        uint256 paid = amountIn * FEE_NUMERATOR;
        amountOut = Math.mulDiv(reserveOut, paid, reserveIn * FEE_DENOMINATOR + paid);
        if (amountOut == 0 || amountOut < leastOut) revert TooLittle(amountOut, leastOut);
        if (forward) {
            reserve0 = reserveIn + amountIn;
            reserve1 = reserveOut - amountOut;
        } else {
            reserve1 = reserveIn + amountIn;
            reserve0 = reserveOut - amountOut;
        }
        emit Swapped(msg.sender, address(tokenIn), amountIn, amountOut);
        tokenIn.safeTransferFrom(msg.sender, address(this), amountIn);
        (forward ? token1 : token0).safeTransfer(msg.sender, amountOut);
    }
}
