/// A stranger has the contract destroy itself. Harm is done if it does and what it held is gone from it.
abstract contract SelfDestruct is World {
    function _attack() internal override returns (string memory) {
        Step[][] memory preludes = _preludes();
        Step[] memory strikes = _strikes();
        bool reached;
        bool passed;
        for (uint256 p = 0; p < preludes.length; p++) {
            uint256 start = vm.snapshotState();
            _play(preludes[p]);
            vm.deal(target, target.balance + 5 ether);
            for (uint256 a = 0; a < strikes.length; a++) {
                uint256 ready = vm.snapshotState();
                (bool done, bool gone) = _kill(mallory, strikes[a]);
                vm.revertToState(ready);
                if (gone) return _said("confirmed", p, a, 0);
                passed = passed || done || _prepared(strikes[a]);
                (bool allowed, bool killed) = _kill(owner, strikes[a]);
                vm.revertToState(ready);
                reached = reached || (allowed && killed);
            }
            vm.revertToState(start);
        }
        if (passed) return "open: a stranger's call succeeds, but the contract is still there";
        return reached ? "held" : "open: the call did not work for the owner either";
    }

    function _kill(address who, Step memory strike) private returns (bool done, bool gone) {
        vm.startStateDiffRecording();
        done = _do(who, 0, strike.data);
        Access[] memory seen = vm.stopAndReturnStateDiff();
        for (uint256 i = 0; i < seen.length; i++) {
            gone = gone || (seen[i].kind == 5 && seen[i].accessor == target && !seen[i].reverted);
        }
        gone = gone && done && target.balance == 0;
    }
}
