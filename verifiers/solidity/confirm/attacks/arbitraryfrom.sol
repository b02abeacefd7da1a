/// Alice has approved the contract for her coins, as its users do. A stranger makes the call in her name. Harm is
/// done if her coins are gone.
abstract contract ArbitraryFrom is World {
    function _attack() internal override returns (string memory) {
        Step[][] memory preludes = _preludes();
        Step[] memory strikes = _strikes();
        bool reached;
        for (uint256 p = 0; p < preludes.length; p++) {
            uint256 start = vm.snapshotState();
            _play(preludes[p]);
            for (uint256 a = 0; a < strikes.length; a++) {
                uint256 ready = vm.snapshotState();
                uint256 before = coin.balanceOf(alice);
                bool done = _do(mallory, 0, strikes[a].data);
                bool robbed = done && coin.balanceOf(alice) < before;
                vm.revertToState(ready);
                if (robbed) return _said("confirmed", p, a, 0);
                bool own = _do(alice, 0, strikes[a].data) && coin.balanceOf(alice) < before;
                vm.revertToState(ready);
                reached = reached || (own && !done);
            }
            vm.revertToState(start);
        }
        return reached ? "held" : "open: the call did not move her coins for herself either";
    }
}
