/// Alice makes a call that pays her. The attacker sees it before it is in a block and makes the very same call first.
/// Harm is done if it pays the attacker, and no longer her.
abstract contract FrontRun is World {
    function _attack() internal override returns (string memory) {
        Step[][] memory preludes = _preludes();
        Step[] memory strikes = _strikes();
        bool reached;
        for (uint256 p = 0; p < preludes.length; p++) {
            uint256 start = vm.snapshotState();
            _play(preludes[p]);
            vm.deal(target, target.balance + 5 ether);
            for (uint256 a = 0; a < strikes.length && !_paysForAnything(); a++) {
                uint256 ready = vm.snapshotState();
                uint256 before = alice.balance;
                bool done = _do(alice, strikes[a].value, strikes[a].data);
                bool paid = done && alice.balance > before;
                vm.revertToState(ready);
                if (!paid) continue;
                reached = true;
                uint256 had = mallory.balance;
                _do(mallory, strikes[a].value, strikes[a].data);
                bool stolen = mallory.balance > had;
                done = _do(alice, strikes[a].value, strikes[a].data);
                bool empty = !done || alice.balance <= before;
                vm.revertToState(ready);
                if (stolen && empty) return _said("confirmed", p, a, 0);
            }
            vm.revertToState(start);
        }
        return reached ? "held" : "open: the call paid nobody";
    }

    /// A contract that pays whoever asks first, whatever they ask with, is another weakness.
    function _paysForAnything() private returns (bool paid) {
        Step[] memory moves = _moves(); // the same calls without the secret
        uint256 ready = vm.snapshotState();
        for (uint256 m = 0; m < moves.length && !paid; m++) {
            uint256 before = alice.balance;
            _do(alice, moves[m].value, moves[m].data);
            paid = alice.balance > before;
            vm.revertToState(ready);
        }
    }
}
