/// A little ether is forced upon the contract. Harm is done if a call then fails that worked before.
abstract contract ForcedEther is World {
    function _attack() internal override returns (string memory) {
        Step[][] memory preludes = _preludes();
        Step[] memory strikes = _strikes();
        bool reached;
        for (uint256 p = 0; p < preludes.length; p++) {
            uint256 start = vm.snapshotState();
            _play(preludes[p]);
            for (uint256 a = 0; a < strikes.length; a++) {
                uint256 ready = vm.snapshotState();
                bool works = _do(bob, strikes[a].value, strikes[a].data);
                bool twice = works && _do(alice, strikes[a].value, strikes[a].data);
                vm.revertToState(ready);
                if (!works) continue;
                reached = true;
                _force();
                bool still = _do(bob, strikes[a].value, strikes[a].data);
                vm.revertToState(ready);
                if (!still) return _said("confirmed", p, a, 0);
                if (twice) {
                    _do(bob, strikes[a].value, strikes[a].data);
                    _force();
                    still = _do(alice, strikes[a].value, strikes[a].data);
                    vm.revertToState(ready);
                    if (!still) return _said("confirmed", p, a, 0);
                }
            }
            vm.revertToState(start);
        }
        return reached ? "held" : "open: the call did not work before either";
    }

    function _force() private {
        vm.deal(address(this), 1);
        new Forced{value: 1}(payable(target));
    }
}
