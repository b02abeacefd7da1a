pragma solidity ^0.8.20;

contract Signed {
    address signer;
    mapping(bytes32 => bool) used;
    mapping(address => uint256) nonces;
    mapping(address => uint256) paid;

    constructor(address signer_) payable {
        signer = signer_;
    }

    function claim(uint256 amount, uint8 v, bytes32 r, bytes32 s) external {
        bytes32 message = keccak256(abi.encode(address(this), msg.sender, amount));
        // weak: signature-replay
        require(ecrecover(message, v, r, s) == signer, "not signed");
        payable(msg.sender).transfer(amount);
    }

    // What was paid is counted, and nobody looks at the count.
    function claimCounted(uint256 amount, uint8 v, bytes32 r, bytes32 s) external {
        bytes32 message = keccak256(abi.encode(address(this), msg.sender, amount));
        // weak: signature-replay
        require(ecrecover(message, v, r, s) == signer, "not signed");
        paid[msg.sender] += amount;
        payable(msg.sender).transfer(amount);
    }

    function claimOnce(uint256 amount, uint8 v, bytes32 r, bytes32 s) external {
        bytes32 message = keccak256(abi.encode(address(this), msg.sender, amount));
        require(!used[message], "used");
        used[message] = true;
        require(ecrecover(message, v, r, s) == signer, "not signed");
        payable(msg.sender).transfer(amount);
    }

    function claimNext(uint256 amount, uint8 v, bytes32 r, bytes32 s) external {
        bytes32 message = keccak256(abi.encode(address(this), msg.sender, amount, nonces[msg.sender]++));
        require(ecrecover(message, v, r, s) == signer, "not signed");
        payable(msg.sender).transfer(amount);
    }
}

contract Shares {
    mapping(address => uint256) shares;
    uint256 total;

    function buy() external payable {
        // weak: inflatable-shares
        uint256 bought = (msg.value * total) / (address(this).balance - msg.value);
        shares[msg.sender] += bought;
        total += bought;
    }

    function buyAtLeast(uint256 least) external payable {
        uint256 bought = (msg.value * total) / (address(this).balance - msg.value);
        require(bought >= least && bought > 0, "too few");
        shares[msg.sender] += bought;
        total += bought;
    }

    function buyOffset() external payable {
        uint256 bought = (msg.value * (total + 1000)) / (address(this).balance - msg.value + 1);
        shares[msg.sender] += bought;
        total += bought;
    }
}

contract PlainProxy {
    address implementation;

    fallback() external payable {
        address target = implementation;
        // weak: storage-collision
        assembly {
            calldatacopy(0, 0, calldatasize())
            let done := delegatecall(gas(), target, 0, calldatasize(), 0, 0)
            returndatacopy(0, 0, returndatasize())
            switch done
            case 0 { revert(0, returndatasize()) }
            default { return(0, returndatasize()) }
        }
    }
}

contract SlotProxy {
    bytes32 private constant SLOT = bytes32(uint256(keccak256("eip1967.proxy.implementation")) - 1);

    fallback() external payable {
        bytes32 slot = SLOT;
        assembly {
            let target := sload(slot)
            calldatacopy(0, 0, calldatasize())
            let done := delegatecall(gas(), target, 0, calldatasize(), 0, 0)
            returndatacopy(0, 0, returndatasize())
            switch done
            case 0 { revert(0, returndatasize()) }
            default { return(0, returndatasize()) }
        }
    }
}

contract SharedState {
    address internal logic;
    uint256 internal value;
}

contract SharedProxy is SharedState {
    fallback() external payable {
        (bool done, ) = logic.delegatecall(msg.data);
        require(done, "failed");
    }
}

contract SharedLogic is SharedState {
    function set(uint256 next) external {
        value = next;
    }
}

contract Unchecked {
    mapping(address => uint256) points;

    function give(address to, uint256 amount) external {
        points[msg.sender] -= amount;
        unchecked {
            points[to] += amount;
        }
    }

    function giveFreely(address to, uint256 amount) external {
        unchecked {
            // weak: arithmetic
            points[msg.sender] -= amount;
        }
        points[to] += amount;
    }
}

contract Locks {
    mapping(address => uint256) credit;
    mapping(address => bool) claimed;
    bool busy;

    modifier lock() {
        require(!busy, "busy");
        busy = true;
        _;
        busy = false;
    }

    function withdraw() external lock {
        uint256 amount = credit[msg.sender];
        // weak: reentrancy
        (bool sent, ) = msg.sender.call{value: amount}("");
        require(sent, "not sent");
        credit[msg.sender] = 0;
    }

    // Without the lock, so that what was just paid out can be passed on meanwhile.
    function pass(address to, uint256 amount) external {
        credit[msg.sender] -= amount;
        credit[to] += amount;
    }

    // A mark that everybody sets for himself keeps nobody out.
    function claim() external {
        require(!claimed[msg.sender], "claimed");
        // weak: reentrancy
        (bool sent, ) = msg.sender.call{value: 1 ether}("");
        require(sent, "not sent");
        claimed[msg.sender] = true;
    }
}

contract LocksAll {
    mapping(address => uint256) credit;
    bool busy;

    modifier lock() {
        require(!busy, "busy");
        busy = true;
        _;
        busy = false;
    }

    function withdraw() external lock {
        uint256 amount = credit[msg.sender];
        (bool sent, ) = msg.sender.call{value: amount}("");
        require(sent, "not sent");
        credit[msg.sender] = 0;
    }

    function pass(address to, uint256 amount) external lock {
        credit[msg.sender] -= amount;
        credit[to] += amount;
    }
}
