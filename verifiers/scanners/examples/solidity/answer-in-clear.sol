pragma solidity 0.8.20;

contract Riddle {
    bytes32 riddle;
    mapping(address => bytes32) commitments;

    function solve(string memory answer) external {
        // ruleid: solidity.answer-in-clear
        require(keccak256(abi.encodePacked(answer)) == riddle, "wrong");
        payable(msg.sender).transfer(1 ether);
    }

    function reveal(string memory answer, bytes32 salt) external {
        require(commitments[msg.sender] == keccak256(abi.encode(msg.sender, answer, salt)), "not committed");
        // ok: solidity.answer-in-clear
        require(keccak256(abi.encodePacked(answer)) == riddle, "wrong");
        payable(msg.sender).transfer(1 ether);
    }
}
