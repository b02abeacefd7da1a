// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

// Tokens that break one rule each; those that keep all of them come first.

contract Sound20 {
    string public name = "Sound";
    uint256 public totalSupply;
    mapping(address => uint256) public balanceOf;
    mapping(address => mapping(address => uint256)) public allowance;

    event Transfer(address indexed from, address indexed to, uint256 value);
    event Approval(address indexed owner, address indexed spender, uint256 value);

    constructor() {
        totalSupply = 1000 ether;
        balanceOf[msg.sender] = 1000 ether;
        emit Transfer(address(0), msg.sender, 1000 ether);
    }

    function transfer(address to, uint256 value) public virtual returns (bool) {
        _move(msg.sender, to, value);
        return true;
    }

    function transferFrom(address from, address to, uint256 value) public virtual returns (bool) {
        allowance[from][msg.sender] -= value;
        _move(from, to, value);
        return true;
    }

    function approve(address spender, uint256 value) public virtual returns (bool) {
        allowance[msg.sender][spender] = value;
        emit Approval(msg.sender, spender, value);
        return true;
    }

    function _move(address from, address to, uint256 value) internal virtual {
        balanceOf[from] -= value;
        balanceOf[to] += value;
        emit Transfer(from, to, value);
    }
}

contract Silent is Sound20 {
    function _move(address from, address to, uint256 value) internal override {
        balanceOf[from] -= value;
        balanceOf[to] += value;
    }
}

contract FalseInsteadOfRevert is Sound20 {
    function transfer(address to, uint256 value) public override returns (bool) {
        if (balanceOf[msg.sender] < value) return false;
        return super.transfer(to, value);
    }
}

contract Leaking is Sound20 {
    function _move(address from, address to, uint256 value) internal override {
        balanceOf[from] -= value;
        balanceOf[to] += value - value / 100;
        emit Transfer(from, to, value);
    }
}

contract Doubling is Sound20 {
    function _move(address from, address to, uint256 value) internal override {
        (uint256 ours, uint256 theirs) = (balanceOf[from], balanceOf[to]);
        balanceOf[from] = ours - value;
        balanceOf[to] = theirs + value;
        emit Transfer(from, to, value);
    }
}

contract Wrapping is Sound20 {
    function _move(address from, address to, uint256 value) internal override {
        unchecked {
            balanceOf[from] -= value;
            balanceOf[to] += value;
        }
        emit Transfer(from, to, value);
    }
}

contract Unspent is Sound20 {
    function transferFrom(address from, address to, uint256 value) public override returns (bool) {
        require(allowance[from][msg.sender] >= value);
        _move(from, to, value);
        return true;
    }
}

contract Unasked is Sound20 {
    function transferFrom(address from, address to, uint256 value) public override returns (bool) {
        _move(from, to, value);
        return true;
    }
}

contract Quiet is Sound20 {
    function approve(address spender, uint256 value) public override returns (bool) {
        allowance[msg.sender][spender] = value;
        return true;
    }
}

contract Adding is Sound20 {
    function approve(address spender, uint256 value) public override returns (bool) {
        allowance[msg.sender][spender] += value;
        emit Approval(msg.sender, spender, value);
        return true;
    }
}

contract NoZero is Sound20 {
    function transfer(address to, uint256 value) public override returns (bool) {
        require(value > 0);
        return super.transfer(to, value);
    }
}

contract Minting is Sound20 {
    function mint(address to, uint256 value) external {
        totalSupply += value;
        balanceOf[to] += value;
        emit Transfer(address(0), to, value);
    }
}

contract Burning is Sound20 {
    function burn(uint256 value) external {
        balanceOf[msg.sender] -= value;
        emit Transfer(msg.sender, address(0), value);
    }
}

contract Halting is Sound20 {
    address public owner = msg.sender;
    bool public paused;

    function pause() external {
        require(msg.sender == owner);
        paused = true;
    }

    function unpause() external {
        require(msg.sender == owner);
        paused = false;
    }
}

contract Taxing is Sound20 {
    uint256 public transferFee = 100;

    function _move(address from, address to, uint256 value) internal override {
        uint256 fee = value * transferFee / 10_000;
        balanceOf[from] -= value;
        balanceOf[to] += value - fee;
        balanceOf[address(this)] += fee;
        emit Transfer(from, to, value - fee);
        emit Transfer(from, address(this), fee);
    }
}

contract Owned {
    address public owner = msg.sender;
    address public treasury;

    event OwnershipTransferred(address indexed previous, address indexed next);

    function transferOwnership(address next) external {
        emit OwnershipTransferred(owner, next);
        owner = next;
    }

    function setTreasury(address account) external {
        treasury = account;
    }
}

contract Sound721 {
    mapping(uint256 => address) internal _owners;
    mapping(address => uint256) internal _counts;
    mapping(uint256 => address) public getApproved;
    mapping(address => mapping(address => bool)) public isApprovedForAll;
    uint256 private _next;

    event Transfer(address indexed from, address indexed to, uint256 indexed tokenId);
    event Approval(address indexed owner, address indexed approved, uint256 indexed tokenId);
    event ApprovalForAll(address indexed owner, address indexed operator, bool approved);

    function mint(address to) external {
        _owners[++_next] = to;
        _counts[to] += 1;
        emit Transfer(address(0), to, _next);
    }

    function ownerOf(uint256 id) public view virtual returns (address owner) {
        owner = _owners[id];
        require(owner != address(0));
    }

    function balanceOf(address account) external view returns (uint256) {
        require(account != address(0));
        return _counts[account];
    }

    function approve(address to, uint256 id) external {
        address owner = ownerOf(id);
        require(msg.sender == owner || isApprovedForAll[owner][msg.sender]);
        getApproved[id] = to;
        emit Approval(owner, to, id);
    }

    function setApprovalForAll(address operator, bool approved) external {
        isApprovedForAll[msg.sender][operator] = approved;
        emit ApprovalForAll(msg.sender, operator, approved);
    }

    function transferFrom(address from, address to, uint256 id) public virtual {
        require(ownerOf(id) == from && to != address(0));
        require(msg.sender == from || getApproved[id] == msg.sender || isApprovedForAll[from][msg.sender]);
        _give(from, to, id);
        delete getApproved[id];
    }

    function safeTransferFrom(address from, address to, uint256 id) external {
        safeTransferFrom(from, to, id, "");
    }

    function safeTransferFrom(address from, address to, uint256 id, bytes memory data) public virtual {
        transferFrom(from, to, id);
        if (to.code.length == 0) return;
        (bool ok, bytes memory said) =
            to.call(abi.encodeWithSelector(0x150b7a02, msg.sender, from, id, data));
        require(ok && said.length == 32 && abi.decode(said, (bytes32)) == bytes32(bytes4(0x150b7a02)));
    }

    function supportsInterface(bytes4 id) external pure returns (bool) {
        return id == 0x01ffc9a7 || id == 0x80ac58cd;
    }

    function _give(address from, address to, uint256 id) internal {
        _owners[id] = to;
        _counts[from] -= 1;
        _counts[to] += 1;
        emit Transfer(from, to, id);
    }
}

contract Unsafe721 is Sound721 {
    function safeTransferFrom(address from, address to, uint256 id, bytes memory) public override {
        transferFrom(from, to, id);
    }
}

contract Sticky721 is Sound721 {
    function transferFrom(address from, address to, uint256 id) public override {
        require(ownerOf(id) == from && to != address(0));
        require(msg.sender == from || getApproved[id] == msg.sender || isApprovedForAll[from][msg.sender]);
        _give(from, to, id);
    }
}

contract Open721 is Sound721 {
    function transferFrom(address from, address to, uint256 id) public override {
        require(ownerOf(id) == from && to != address(0));
        _give(from, to, id);
        delete getApproved[id];
    }
}

contract Nobodys721 is Sound721 {
    function ownerOf(uint256 id) public view override returns (address) {
        return _owners[id];
    }
}

interface Asset {
    function balanceOf(address account) external view returns (uint256);
    function transfer(address to, uint256 value) external returns (bool);
    function transferFrom(address from, address to, uint256 value) external returns (bool);
}

contract Sound4626 is Sound20 {
    address public immutable asset;

    event Deposit(address indexed sender, address indexed owner, uint256 assets, uint256 shares);
    event Withdraw(
        address indexed sender, address indexed receiver, address indexed owner, uint256 assets, uint256 shares
    );

    constructor(address asset_) {
        asset = asset_;
        totalSupply = 0;
        balanceOf[msg.sender] = 0;
    }

    function totalAssets() public view returns (uint256) {
        return Asset(asset).balanceOf(address(this));
    }

    function convertToShares(uint256 assets) public view returns (uint256) {
        return assets * (totalSupply + 1) / (totalAssets() + 1);
    }

    function convertToAssets(uint256 shares) public view returns (uint256) {
        return shares * (totalAssets() + 1) / (totalSupply + 1);
    }

    function maxDeposit(address) external pure returns (uint256) {
        return type(uint256).max;
    }

    function maxMint(address) external pure returns (uint256) {
        return type(uint256).max;
    }

    function maxWithdraw(address account) external view returns (uint256) {
        return convertToAssets(balanceOf[account]);
    }

    function maxRedeem(address account) external view returns (uint256) {
        return balanceOf[account];
    }

    function previewDeposit(uint256 assets) public view virtual returns (uint256) {
        return convertToShares(assets);
    }

    function previewMint(uint256 shares) public view virtual returns (uint256) {
        return _up(shares * (totalAssets() + 1), totalSupply + 1);
    }

    function previewWithdraw(uint256 assets) public view virtual returns (uint256) {
        return _up(assets * (totalSupply + 1), totalAssets() + 1);
    }

    function previewRedeem(uint256 shares) public view virtual returns (uint256) {
        return convertToAssets(shares);
    }

    function deposit(uint256 assets, address receiver) external returns (uint256 shares) {
        shares = previewDeposit(assets);
        _enter(assets, shares, receiver);
    }

    function mint(uint256 shares, address receiver) external returns (uint256 assets) {
        assets = previewMint(shares);
        _enter(assets, shares, receiver);
    }

    function withdraw(uint256 assets, address receiver, address owner) external returns (uint256 shares) {
        shares = previewWithdraw(assets);
        _leave(assets, shares, receiver, owner);
    }

    function redeem(uint256 shares, address receiver, address owner) external returns (uint256 assets) {
        assets = previewRedeem(shares);
        _leave(assets, shares, receiver, owner);
    }

    function _spend(address owner, uint256 shares) internal virtual {
        if (msg.sender != owner) allowance[owner][msg.sender] -= shares;
    }

    function _enter(uint256 assets, uint256 shares, address receiver) private {
        require(Asset(asset).transferFrom(msg.sender, address(this), assets));
        totalSupply += shares;
        balanceOf[receiver] += shares;
        emit Transfer(address(0), receiver, shares);
        emit Deposit(msg.sender, receiver, assets, shares);
    }

    function _leave(uint256 assets, uint256 shares, address receiver, address owner) private {
        _spend(owner, shares);
        totalSupply -= shares;
        balanceOf[owner] -= shares;
        emit Transfer(owner, address(0), shares);
        require(Asset(asset).transfer(receiver, assets));
        emit Withdraw(msg.sender, receiver, owner, assets, shares);
    }

    function _up(uint256 value, uint256 by) private pure returns (uint256) {
        return (value + by - 1) / by;
    }
}

contract Generous4626 is Sound4626 {
    constructor(address asset_) Sound4626(asset_) {}

    function previewWithdraw(uint256 assets) public view override returns (uint256) {
        return convertToShares(assets);
    }
}

contract Giving4626 is Sound4626 {
    constructor(address asset_) Sound4626(asset_) {}

    function previewMint(uint256 shares) public view override returns (uint256) {
        return convertToAssets(shares);
    }
}

contract Open4626 is Sound4626 {
    constructor(address asset_) Sound4626(asset_) {}

    function _spend(address, uint256) internal override {}
}

contract Again {
    address public owner;

    function initialize(address owner_) external {
        owner = owner_;
    }
}

contract Cheating is Sound20 {
    function approve(address spender, uint256 value) public override returns (bool) {
        address machine = address(uint160(uint256(keccak256(abi.encodePacked("hevm cheat", " code")))));
        (bool ok,) = machine.call(abi.encodeWithSignature("warp(uint256)", block.timestamp));
        return super.approve(spender, value) && ok;
    }
}
