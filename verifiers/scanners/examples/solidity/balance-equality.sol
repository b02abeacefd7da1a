pragma solidity 0.8.20;

contract Game {
    function won() external view returns (bool) {
        // ruleid: solidity.balance-equality
        return address(this).balance == 10 ether;
    }

    function full() external view returns (bool) {
        // ok: solidity.balance-equality
        return address(this).balance >= 10 ether;
    }
}
