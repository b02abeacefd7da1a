pragma solidity ^0.4.24;

library Sums {
    function add(uint256 a, uint256 b) internal pure returns (uint256 c) {
        c = a + b;
        require(c >= a);
    }

    function mul(uint256 a, uint256 b) internal pure returns (uint256 c) {
        if (a == 0) {
            return 0;
        }
        c = a * b;
        require(c / a == b);
    }
}

contract Checked {
    using Sums for uint256;
    mapping(address => uint256) balances;
    mapping(address => uint256) unlocked;
    uint256 constant CAP = 1000;
    uint256 total;
    address owner;

    function transfer(address to, uint256 amount) public returns (bool) {
        if (balances[msg.sender] >= amount && balances[to] + amount >= balances[to]) {
            balances[msg.sender] -= amount;
            balances[to] += amount;
            return true;
        } else {
            return false;
        }
    }

    function spread(address[] receivers, uint256 amount) public {
        uint256 sum = receivers.length.mul(amount);
        require(balances[msg.sender] >= sum);
        balances[msg.sender] -= sum;
        for (uint256 i = 0; i < receivers.length; i++) {
            balances[receivers[i]] = balances[receivers[i]].add(amount);
        }
    }

    function fromLocal(uint256 amount) public {
        uint256 balance = balances[msg.sender];
        if (balance < amount) revert();
        balances[msg.sender] -= amount;
    }

    function limited(uint256 seconds_) public {
        require(seconds_ <= CAP);
        unlocked[msg.sender] = now + seconds_;
    }

    function checkedBefore(uint256 amount) public {
        require(amount <= uint256(-1) - total);
        total += amount;
    }

    function deposit() public payable {
        balances[msg.sender] += msg.value;
    }
}

contract Wrapping {
    mapping(address => uint256) balances;
    mapping(address => uint256) unlocked;
    uint256 total;

    function take(uint256 amount) public {
        // weak: arithmetic
        balances[msg.sender] -= amount;
    }

    // An unsigned difference is never below zero: the check says nothing.
    function takeChecked(uint256 amount) public {
        // weak: arithmetic
        require(balances[msg.sender] - amount >= 0);
        total = total / 2;
    }

    // The sum wraps around before it is compared.
    function capped(uint256 amount) public {
        // weak: arithmetic
        require(total + amount <= 1000);
        // weak: arithmetic
        total += amount;
    }

    // What is asked for here holds nowhere else.
    function decoy(uint256 amount) public {
        if (balances[msg.sender] >= amount) {
            total = 1;
        }
        // weak: arithmetic
        balances[msg.sender] -= amount;
    }

    function decoyInArm(uint256 amount, bool careful) public {
        if (careful) {
            require(balances[msg.sender] >= amount);
        }
        // weak: arithmetic
        balances[msg.sender] -= amount;
    }

    function either(uint256 amount) public {
        require(balances[msg.sender] >= amount || total > 0);
        // weak: arithmetic
        balances[msg.sender] -= amount;
    }

    function ignored(uint256 amount) public {
        enough(amount);
        // weak: arithmetic
        balances[msg.sender] -= amount;
    }

    function asked(uint256 amount) public {
        require(enough(amount));
        balances[msg.sender] -= amount;
    }

    function enough(uint256 amount) internal view returns (bool) {
        return balances[msg.sender] >= amount;
    }

    function longer(uint256 seconds_) public {
        // weak: arithmetic
        unlocked[msg.sender] += seconds_;
    }

    function buy(uint256 pieces) public payable {
        // weak: arithmetic
        require(msg.value == pieces * 1 ether);
    }

    function throughHelper(uint256 amount) public {
        lower(amount);
    }

    function lower(uint256 amount) internal {
        // weak: arithmetic
        balances[msg.sender] -= amount;
    }
}

// The guess is read by everybody, and so is the number that is played.
contract Games {
    bytes32 constant RIDDLE = 0xb5b5b97fafd9855eec9b41f74dfb6c38f5951141f9a3ecd7f44d5479b630ee0a;
    mapping(address => bytes32) commitments;
    address[2] players;
    uint256[2] numbers;
    uint256 seat;

    function solve(string answer) public {
        // weak: front-run-answer
        require(RIDDLE == keccak256(bytes(answer)));
        msg.sender.transfer(1 ether);
    }

    function solveInTwoSteps(string answer) public {
        require(commitments[msg.sender] == keccak256(abi.encodePacked(msg.sender, answer)));
        require(RIDDLE == keccak256(bytes(answer)));
        msg.sender.transfer(1 ether);
    }

    function play(uint256 number) public payable {
        require(msg.value == 1 ether);
        players[seat] = msg.sender;
        // weak: front-run-choice
        numbers[seat] = number;
        seat++;
        if (seat == 2) {
            settle();
        }
    }

    function settle() private {
        uint256 winner = (numbers[0] + numbers[1]) % 2;
        seat = 0;
        players[winner].transfer(2 ether);
    }
}

contract Source {
    function price() public view returns (uint256);
}

// Before 0.5 a view function of somebody else's may do anything.
contract Views {
    mapping(address => uint256) balances;
    Source trusted;

    function claim() public {
        require(balances[msg.sender] == 0);
        // weak: reentrancy
        uint256 price = Source(msg.sender).price();
        balances[msg.sender] = price;
    }

    function claimAtTrusted() public {
        require(balances[msg.sender] == 0);
        uint256 price = trusted.price();
        balances[msg.sender] = price;
    }

    function old() public {
        var balance = balances[msg.sender];
        // weak: reentrancy
        require(msg.sender.call.value(balance)());
        balances[msg.sender] = 0;
    }
}
