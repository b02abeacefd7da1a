/// The owner is lured into calling the attacker's contract, which makes the call in the owner's name. Harm is done
/// if that works although the same contract is turned away when a stranger calls it.
abstract contract Phishing is World {
    function _attack() internal override returns (string memory) {
        Step[][] memory preludes = _preludes();
        Step[] memory strikes = _strikes();
        bool reached;
        for (uint256 p = 0; p < preludes.length; p++) {
            uint256 start = vm.snapshotState();
            _play(preludes[p]);
            vm.deal(target, target.balance + 5 ether);
            for (uint256 a = 0; a < strikes.length; a++) {
                uint256 ready = vm.snapshotState();
                bool direct = _do(mallory, 0, strikes[a].data) || _do(address(puppet), 0, strikes[a].data);
                vm.revertToState(ready);
                bool lured = _lure(strikes[a]);
                vm.revertToState(ready);
                if (lured && !direct) return _said("confirmed", p, a, 0);
                bool allowed = _do(owner, 0, strikes[a].data);
                vm.revertToState(ready);
                reached = reached || (allowed && !direct);
            }
            vm.revertToState(start);
        }
        return reached ? "held" : "open: the call did not work for the owner, or works for everybody";
    }

    function _lure(Step memory strike) private returns (bool) {
        _arm(strike, 1);
        vm.startPrank(owner, owner);
        bare(address(puppet), 0, abi.encodeWithSignature("claimYourAirdrop()"));
        vm.stopPrank();
        return puppet.inner() > 0;
    }
}
