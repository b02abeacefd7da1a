/// A stranger has the contract run the attacker's code as its own. Harm is done if that code left its mark in the
/// contract's storage.
abstract contract DelegateCall is World {
    function _attack() internal override returns (string memory) {
        Step[][] memory preludes = _preludes();
        Step[] memory strikes = _strikes();
        Step[] memory moves = _moves();
        bool reached;
        for (uint256 p = 0; p < preludes.length; p++) {
            uint256 start = vm.snapshotState();
            _play(preludes[p]);
            uint256 ready = vm.snapshotState();
            for (uint256 a = 0; a < strikes.length; a++) {
                for (uint256 m = 0; m <= moves.length; m++) {
                    if (m > 0) _do(mallory, moves[m - 1].value, moves[m - 1].data);
                    bool marked = _marks(mallory, strikes[a]);
                    vm.revertToState(ready);
                    if (marked) return _said("confirmed", p, a, m);
                }
                for (uint256 m = 0; m <= moves.length && !reached; m++) {
                    if (m > 0) _do(owner, moves[m - 1].value, moves[m - 1].data);
                    reached = _marks(owner, strikes[a]);
                    vm.revertToState(ready);
                }
            }
            vm.revertToState(start);
        }
        return reached ? "held" : "open: the owner did not get it to run other code either";
    }

    function _marks(address who, Step memory strike) private returns (bool) {
        return _do(who, 0, strike.data) && vm.load(target, bytes32(MARK)) == bytes32(MARK);
    }
}
