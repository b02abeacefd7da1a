// SPDX-License-Identifier: MIT
pragma solidity ^0.8.19;

/// @notice The buyer pays in; the buyer or the arbiter releases to the seller, the seller or the arbiter refunds.
contract Escrow {
    enum State {
        AwaitingPayment,
        Funded,
        Released,
        Refunded
    }

    address payable public immutable buyer;
    address payable public immutable seller;
    address public immutable arbiter;
    uint256 public immutable price;
    State public state;

    event Funded(uint256 amount);
    event Released(address indexed by);
    event Refunded(address indexed by);

    error ZeroAddress();
    error NotAllowed();
    error WrongState(State state);
    error WrongPrice(uint256 paid, uint256 price);
    error PaymentFailed();

    constructor(address payable buyer_, address payable seller_, address arbiter_, uint256 price_) {
        if (buyer_ == address(0) || seller_ == address(0) || arbiter_ == address(0)) revert ZeroAddress();
        require(price_ > 0, "Escrow: no price");
        buyer = buyer_;
        seller = seller_;
        arbiter = arbiter_;
        price = price_;
    }

    modifier inState(State expected) {
        if (state != expected) revert WrongState(state);
        _;
    }

    function fund() external payable inState(State.AwaitingPayment) {
        if (msg.sender != buyer) revert NotAllowed();
        if (msg.value != price) revert WrongPrice(msg.value, price);
        state = State.Funded;
        emit Funded(msg.value);
    }

    function release() external inState(State.Funded) {
        if (msg.sender != buyer && msg.sender != arbiter) revert NotAllowed();
        state = State.Released;
        emit Released(msg.sender);
        _pay(seller);
    }

    function refund() external inState(State.Funded) {
        if (msg.sender != seller && msg.sender != arbiter) revert NotAllowed();
        state = State.Refunded;
        emit Refunded(msg.sender);
        _pay(buyer);
    }

    function _pay(address payable to) private {
        (bool paid,) = to.call{value: price}("");
        if (!paid) revert PaymentFailed();
    }
}
