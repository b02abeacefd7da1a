/// The contract owes something to an account that cannot be paid just now. Harm is done if the payment fails, the
/// call succeeds all the same, and the debt is forgotten: paid again later, the account gets nothing.
abstract contract UncheckedSend is World {
    function _attack() internal override returns (string memory) {
        Step[][] memory preludes = _preludes();
        Step[] memory strikes = _strikes();
        bool reached;
        for (uint256 p = 0; p < preludes.length; p++) {
            uint256 start = vm.snapshotState();
            vm.deal(address(refuser), 50 ether);
            _play(preludes[p]);
            vm.deal(target, target.balance + 5 ether);
            for (uint256 a = 0; a < strikes.length; a++) {
                uint256 ready = vm.snapshotState();
                uint256 before = target.balance;
                bool taken = _do(address(refuser), 0, strikes[a].data);
                bool kept = target.balance == before;
                _willing();
                uint256 had = address(refuser).balance;
                _do(address(refuser), 0, strikes[a].data);
                uint256 late = address(refuser).balance - had;
                vm.revertToState(ready);
                _willing();
                _do(address(refuser), 0, strikes[a].data);
                uint256 owed = address(refuser).balance - had;
                vm.revertToState(ready);
                if (owed == 0) continue;
                if (taken && kept && late < owed) return _said("confirmed", p, a, 0);
                reached = reached || late >= owed;
            }
            vm.revertToState(start);
        }
        return reached ? "held" : "open: the call paid nobody";
    }

    /// From now on the account takes payments.
    function _willing() private {
        vm.etch(address(refuser), address(puppet).code);
    }
}
