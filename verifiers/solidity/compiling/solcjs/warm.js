// A text of our own to compile before anybody's, so that the machine code of the compiler is there already.
// Every compiler from 0.4.22 to the newest accepts it. It touches what contracts are usually made of.
"use strict";

const TEXT = `
interface Priced {
  function price(uint256 amount) external view returns (uint256);
}

contract Owned {
  address public owner;
  modifier onlyOwner() {
    require(msg.sender == owner, "not the owner");
    _;
  }
  constructor() public {
    owner = msg.sender;
  }
}

contract Ledger is Owned {
  enum State { Open, Closed }
  string public name = "Ledger";
  State internal state;
  mapping(address => uint256) internal balances;
  uint256[] internal sums;
  event Sent(address indexed to, uint256 amount);

  function put() public payable {
    require(state == State.Open, "closed");
    balances[msg.sender] += msg.value;
    sums.push(msg.value);
  }
  function send(address to, uint256 amount) public onlyOwner returns (bool) {
    for (uint256 i = 0; i < sums.length; i++) if (sums[i] == amount) delete sums[i];
    balances[to] = balances[to] - amount;
    emit Sent(to, amount);
    return true;
  }
  function quote(Priced oracle) public view returns (bytes32) {
    return keccak256(abi.encodePacked(oracle.price(1), name));
  }
}
`;

const OUTPUTS = [
  "abi",
  "metadata",
  "evm.bytecode",
  "evm.deployedBytecode",
  "evm.methodIdentifiers",
  "storageLayout",
];

function warmUp(compile) {
  compile({
    language: "Solidity",
    sources: { "Warm.sol": { content: TEXT } },
    settings: {
      optimizer: { enabled: true, runs: 200 },
      outputSelection: { "*": { "": ["ast"], "*": OUTPUTS } },
    },
  });
}

module.exports = { TEXT, warmUp };
