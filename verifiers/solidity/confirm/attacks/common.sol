// What every attack stands on: an ordinary chain, the people on it, and a contract whose only part is its code.

interface Cheats {
    function addr(uint256 key) external returns (address);
    function sign(uint256 key, bytes32 digest) external returns (uint8, bytes32, bytes32);
    function deal(address who, uint256 balance) external;
    function etch(address where, bytes calldata code) external;
    function load(address where, bytes32 slot) external returns (bytes32);
    function startPrank(address sender, address origin) external;
    function stopPrank() external;
    function warp(uint256 timestamp) external;
    function roll(uint256 number) external;
    function fee(uint256 wei_) external;
    function txGasPrice(uint256 wei_) external;
    function coinbase(address who) external;
    function prevrandao(bytes32 value) external;
    function chainId(uint256 id) external;
    function snapshotState() external returns (uint256);
    function revertToState(uint256 id) external returns (bool);
    function record() external;
    function accesses(address who) external returns (bytes32[] memory reads, bytes32[] memory writes);
    function startStateDiffRecording() external;
    function stopAndReturnStateDiff() external returns (Access[] memory);
}

struct ChainInfo { uint256 forkId; uint256 chainId; }

struct StorageAccess {
    address account; bytes32 slot; bool isWrite; bytes32 previousValue; bytes32 newValue; bool reverted;
}

struct Access {
    ChainInfo chainInfo; uint8 kind; address account; address accessor; bool initialized; uint256 oldBalance;
    uint256 newBalance; bytes deployedCode; uint256 value; bytes data; bool reverted;
    StorageAccess[] storageAccesses; uint64 depth; uint64 oldNonce; uint64 newNonce;
}

/// One transaction to the target: by whom, with how many wei, with what data.
struct Step { address who; uint256 value; bytes data; }

Cheats constant vm = Cheats(0x7109709ECfa91a80626fF3989D68f67F5b1DD12D);
uint256 constant GAS = 3_000_000;
// Beyond what the people have, and far from anything that a contract counts by itself.
uint256 constant MARK = 0x51ae3c5d97b2f46081d3;
address constant ATTACKER = address(uint160(0x00DeaDbeefdEAdbeefdEadbEEFdeadbeEFdEaDbeeF)); // as Mythril calls it
uint256 constant SECRET = 424242; // what only the right people know

/// Calls without bringing any of the answer along: what a contract answers must not be able to hurt its judge.
function bare(address to, uint256 value, bytes memory data) returns (bool done) {
    assembly {
        done := call(GAS, to, value, add(data, 32), mload(data), 0, 0)
    }
}

/// The first word of an answer to a question that changes nothing.
function ask(address to, bytes memory data) view returns (bool done, uint256 word) {
    assembly {
        mstore(0, 0)
        done := staticcall(1000000, to, add(data, 32), mload(data), 0, 32)
        if lt(returndatasize(), 32) { done := 0 }
        word := mload(0)
    }
}

/// An account with code, worked by strings: it does as its master says, and when it is called by others (for a
/// payment, by a token's callback) it makes the call it is armed with.
contract Puppet {
    address private master;
    address private target;
    uint256 private left;
    uint256 private value;
    bytes private data;
    uint256 public hits;
    uint256 public inner;
    uint256 public touched;
    bytes4 public asked;
    uint256 public seen;

    constructor(address master_) {
        master = master_;
    }

    modifier mastered() {
        require(msg.sender == master);
        _;
    }

    /// The next `times` calls from others are each answered with this call.
    function arm(address target_, uint256 value_, bytes calldata data_, uint256 times) external mastered {
        (target, value, data, left, hits, inner, touched) = (target_, value_, data_, times, 0, 0, 0);
    }

    /// What is asked of the target in between.
    function watch(address target_, bytes4 question) external mastered {
        (target, asked) = (target_, question);
    }

    function run(address to, uint256 value_, bytes calldata data_) external mastered returns (bool) {
        return bare(to, value_, data_);
    }

    /// Makes a call that is undone if it does not pay.
    function gamble(address to, uint256 value_, bytes calldata data_) external mastered {
        uint256 before = address(this).balance;
        require(bare(to, value_, data_) && address(this).balance > before);
    }

    receive() external payable {
        _called();
    }

    fallback() external payable {
        _called();
        // The callbacks of ERC-721 and ERC-1155 want their own selector back; others get something that is not 0.
        bytes32 answer = bytes32(msg.sig);
        assembly {
            mstore(0, answer)
            return(0, 32)
        }
    }

    function _called() private {
        if (gasleft() < 60_000) return; // a bare payment pays for nothing else
        touched += 1;
        if (asked != 0) (, seen) = ask(target, abi.encodePacked(asked));
        if (left == 0) return;
        left -= 1;
        hits += 1;
        if (bare(target, value, data)) inner += 1;
    }
}

/// An account that takes no payment.
contract Refuser {
    address private master;

    constructor(address master_) {
        master = master_;
    }

    function run(address to, uint256 value, bytes calldata data) external returns (bool) {
        require(msg.sender == master);
        return bare(to, value, data);
    }

    receive() external payable {
        revert();
    }
}

/// Brings ether to an address that need not want it.
contract Forced {
    constructor(address payable to) payable {
        selfdestruct(to);
    }
}

/// Code for a delegatecall: leaves a mark in the storage of whoever runs it.
contract Payload {
    fallback() external payable {
        assembly {
            sstore(MARK, MARK)
        }
    }
}

/// An ERC-20 that tells its receivers, as ERC-777 does, and can be made to answer false instead of moving anything.
contract Coin {
    string public name = "Coin";
    string public symbol = "COIN";
    uint8 public decimals = 18;
    uint256 public totalSupply;
    mapping(address => uint256) public balanceOf;
    mapping(address => mapping(address => uint256)) public allowance;
    address private maker = msg.sender;
    bool private lying;

    function give(address to, uint256 amount) external {
        require(msg.sender == maker);
        balanceOf[to] += amount;
        totalSupply += amount;
    }

    function lie() external {
        require(msg.sender == maker);
        lying = true;
    }

    function approve(address spender, uint256 amount) external returns (bool) {
        allowance[msg.sender][spender] = amount;
        return true;
    }

    function transfer(address to, uint256 amount) external returns (bool) {
        return _move(msg.sender, to, amount);
    }

    function transferFrom(address from, address to, uint256 amount) external returns (bool) {
        if (lying) return false;
        allowance[from][msg.sender] -= amount;
        return _move(from, to, amount);
    }

    function _move(address from, address to, uint256 amount) private returns (bool) {
        if (lying) return false;
        balanceOf[from] -= amount;
        balanceOf[to] += amount;
        if (to.code.length > 0 && to != msg.sender) {
            bytes memory told = abi.encodeWithSignature(
                "tokensReceived(address,address,address,uint256,bytes,bytes)", msg.sender, from, to, amount, "", ""
            );
            bare(to, 0, told);
        }
        return true;
    }
}

abstract contract World {
    address internal owner; // deploys the target; its name is in whatever the constructor asks for
    address internal alice;
    address internal bob;
    address internal mallory; // the attacker's own account
    Puppet internal puppet; // the attacker's contracts
    Puppet internal accomplice;
    Refuser internal refuser;
    address internal payload;
    Coin internal coin;
    address internal target;
    uint256 internal ownerKey;
    uint256 private seed;
    uint256 private taken;

    // What is attacked, filled in for each contract.

    function _seed() internal pure virtual returns (uint256);
    function _creation() internal pure virtual returns (bytes memory);
    function _arguments() internal view virtual returns (bytes[] memory);
    function _payable() internal pure virtual returns (bool);
    function _preludes() internal view virtual returns (Step[][] memory);
    function _strikes() internal view virtual returns (Step[] memory);
    function _moves() internal view virtual returns (Step[] memory);
    function _readings() internal view virtual returns (bytes4[] memory);
    function _globals() internal view virtual returns (bytes4[] memory);

    // How it is attacked, one way a file.

    function _attack() internal virtual returns (string memory);

    event log(string);

    /// Passes if harm was done. Otherwise the reason of the failure says what stood against it.
    function test_attack() external {
        string memory said = "open: the contract could not be deployed";
        if (_begin(_seed())) said = _attack();
        emit log(said);
        require(bytes(said)[0] == "c", said);
    }

    function _random() internal returns (uint256) {
        taken += 1;
        return uint256(keccak256(abi.encode(seed, taken)));
    }

    function _between(uint256 least, uint256 most) internal returns (uint256) {
        return least + _random() % (most - least + 1);
    }

    function _person() private returns (address who, uint256 key) {
        key = _between(1, type(uint128).max);
        who = vm.addr(key);
        vm.deal(who, _between(40 ether, 90 ether));
    }

    /// A chain like any other: nothing in it is a test's default.
    function _begin(uint256 seed_) private returns (bool) {
        seed = seed_;
        vm.chainId(1);
        vm.roll(_between(19_000_000, 24_000_000));
        vm.warp(_between(1_700_000_000, 1_800_000_000));
        vm.fee(_between(1 gwei, 40 gwei));
        vm.txGasPrice(_between(40 gwei, 60 gwei));
        vm.coinbase(address(uint160(_random())));
        vm.prevrandao(bytes32(_random()));
        vm.deal(address(this), 0);
        (alice, ) = _person();
        (bob, ) = _person();
        (mallory, ) = _person();
        (owner, ownerKey) = _person();
        puppet = new Puppet{salt: bytes32(_random())}(mallory);
        accomplice = new Puppet{salt: bytes32(_random())}(mallory);
        refuser = new Refuser{salt: bytes32(_random())}(mallory);
        payload = address(new Payload{salt: bytes32(_random())}());
        coin = new Coin{salt: bytes32(_random())}();
        address[6] memory everybody = _everybody();
        for (uint256 i = 0; i < 6; i++) {
            vm.deal(everybody[i], _between(40 ether, 90 ether));
            coin.give(everybody[i], _between(40 ether, 90 ether));
        }
        _pad(address(puppet));
        _pad(address(accomplice));
        if (!_deploy()) return false;
        for (uint256 i = 0; i < 6; i++) {
            vm.startPrank(everybody[i], everybody[i]);
            coin.approve(target, type(uint256).max);
            vm.stopPrank();
        }
        return true;
    }

    function _everybody() internal view returns (address[6] memory) {
        return [owner, alice, bob, mallory, address(puppet), address(accomplice)];
    }

    /// So that nobody knows the attacker's contract by the length of its code.
    function _pad(address who) private {
        vm.etch(who, bytes.concat(who.code, new bytes(_between(1, 3000))));
    }

    /// With each guess of the constructor's arguments, until one is taken.
    function _deploy() private returns (bool) {
        bytes[] memory guesses = _arguments();
        for (uint256 i = 0; i < guesses.length; i++) {
            bytes memory code = bytes.concat(_creation(), guesses[i]);
            uint256 value = _payable() ? 10 ether : 0;
            address made;
            vm.startPrank(owner, owner);
            assembly {
                made := create(value, add(code, 32), mload(code))
            }
            vm.stopPrank();
            target = made;
            if (made != address(0) && made.code.length > 0) return true;
        }
        return false;
    }

    /// Makes a transaction; an attacker's contract is worked by its master.
    function _do(address who, uint256 value, bytes memory data) internal returns (bool done) {
        if (who == address(puppet) || who == address(accomplice) || who == address(refuser)) {
            vm.startPrank(mallory, mallory);
            done = Puppet(payable(who)).run(target, value, data);
        } else {
            vm.startPrank(who, who);
            done = bare(target, value, data);
        }
        vm.stopPrank();
    }

    function _play(Step[] memory steps) internal {
        for (uint256 i = 0; i < steps.length; i++) {
            _do(steps[i].who, steps[i].value, steps[i].data);
        }
    }

    /// What somebody has: ether, coins, and what the target itself says of them.
    function _worth(address who, bytes4[] memory readings) internal view returns (uint256[] memory worth) {
        worth = new uint256[](2 + readings.length);
        worth[0] = who.balance;
        worth[1] = coin.balanceOf(who);
        for (uint256 i = 0; i < readings.length; i++) {
            (, worth[2 + i]) = ask(target, abi.encodeWithSelector(readings[i], who));
        }
    }

    /// Whether the attacker gets further after other calls of his own, one of them or all in a row.
    function _prepared(Step memory strike) internal returns (bool done) {
        Step[] memory moves = _moves();
        uint256 ready = vm.snapshotState();
        for (uint256 m = 0; m <= moves.length && !done; m++) {
            if (m < moves.length) _do(mallory, moves[m].value, moves[m].data);
            else for (uint256 n = 0; n < m; n++) _do(mallory, moves[n].value, moves[n].data);
            done = _do(mallory, 0, strike.data);
            vm.revertToState(ready);
        }
    }

    function _arm(Step memory step, uint256 times) internal {
        vm.startPrank(mallory, mallory);
        puppet.arm(target, step.value, step.data, times);
        vm.stopPrank();
    }

    function _said(string memory word, uint256 a, uint256 b, uint256 c) internal pure returns (string memory) {
        return string.concat(word, ":", _digits(a), ",", _digits(b), ",", _digits(c));
    }

    function _digits(uint256 n) internal pure returns (string memory) {
        if (n < 10) return string(abi.encodePacked(uint8(48 + n)));
        return string.concat(_digits(n / 10), string(abi.encodePacked(uint8(48 + n % 10))));
    }

    function _accounts(address one, address two) internal pure returns (address[] memory list) {
        list = new address[](2);
        (list[0], list[1]) = (one, two);
    }

    function _numbers(uint256 one, uint256 two) internal pure returns (uint256[] memory list) {
        list = new uint256[](2);
        (list[0], list[1]) = (one, two);
    }
}
