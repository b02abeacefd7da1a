contract Sale {
    function buy(uint256[] calldata ids) external payable {
        for (uint256 i = 0; i < ids.length; i++) {
            // ruleid: solidity.money-in-loop
            require(msg.value >= price, "too little");
        }
    }

    function buyAll(uint256[] calldata ids) external payable {
        // ok: solidity.money-in-loop
        require(msg.value >= price * ids.length, "too little");
    }
}
