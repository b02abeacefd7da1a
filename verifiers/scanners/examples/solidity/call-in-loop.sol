pragma solidity 0.8.20;

contract Split {
    function pay(address payable[] memory people) external {
        for (uint256 i = 0; i < people.length; i++) {
            // ruleid: solidity.call-in-loop
            people[i].transfer(1 ether);
        }
        // ok: solidity.call-in-loop
        people[0].transfer(1 ether);
    }
}
