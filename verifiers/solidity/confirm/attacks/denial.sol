/// The attacker takes part with an account that takes no payment. Harm is done if others then cannot make the call
/// any more that they could make had an ordinary account taken part.
abstract contract Denial is World {
    function _attack() internal override returns (string memory) {
        Step[][] memory preludes = _preludes();
        Step[] memory strikes = _strikes();
        Step[] memory moves = _moves();
        bool reached;
        for (uint256 p = 0; p < preludes.length; p++) {
            uint256 start = vm.snapshotState();
            vm.deal(address(refuser), 50 ether);
            vm.deal(address(puppet), 50 ether);
            _play(preludes[p]);
            uint256 ready = vm.snapshotState();
            for (uint256 m = 0; m < moves.length; m++) {
                for (uint256 a = 0; a < strikes.length; a++) {
                    (bool joined, bool works) = _takePart(address(puppet), moves[m], strikes[a]);
                    vm.revertToState(ready);
                    if (!joined || !works) continue;
                    (bool in_, bool still) = _takePart(address(refuser), moves[m], strikes[a]);
                    vm.revertToState(ready);
                    if (in_ && !still) return _said("confirmed", p, a, m);
                    reached = reached || in_;
                }
            }
            vm.revertToState(start);
        }
        return reached ? "held" : "open: nobody could take part";
    }

    /// Whether anybody honest can make the call once this account has made its move.
    function _takePart(address who, Step memory move, Step memory strike) private returns (bool, bool) {
        if (!_do(who, move.value, move.data)) return (false, false);
        return (true, _do(bob, strike.value, strike.data) || _do(owner, strike.value, strike.data));
    }
}
