pragma solidity 0.8.20;

contract Auction {
    address payable leader;
    uint256 bid;
    mapping(address => uint256) refunds;

    function outbid() external payable {
        require(msg.value > bid, "too little");
        // ruleid: solidity.refund-blocks-bid
        leader.transfer(bid);
        leader = payable(msg.sender);
        bid = msg.value;
    }

    function outbidSafely() external payable {
        require(msg.value > bid, "too little");
        // ok: solidity.refund-blocks-bid
        refunds[leader] += bid;
        leader = payable(msg.sender);
        bid = msg.value;
    }
}
