/// The attacker's contract plays, and undoes its own transaction unless that pays. Harm is done if it wins without
/// ever having lost anything: what was meant as chance can be foreseen.
abstract contract Gamble is World {
    function _attack() internal override returns (string memory) {
        Step[][] memory preludes = _preludes();
        Step[] memory strikes = _strikes();
        bool played;
        for (uint256 p = 0; p < preludes.length; p++) {
            uint256 start = vm.snapshotState();
            _play(preludes[p]);
            vm.deal(target, target.balance + 20 ether);
            for (uint256 round = 0; round < 40; round++) {
                vm.roll(block.number + 1);
                vm.warp(block.timestamp + _between(9, 15));
                vm.prevrandao(bytes32(_random()));
                for (uint256 a = 0; a < strikes.length; a++) {
                    if (_wins(strikes[a])) {
                        if (!_certain(strikes[a])) return _said("confirmed", p, a, 0);
                    }
                    uint256 ready = vm.snapshotState();
                    played = _do(address(puppet), strikes[a].value, strikes[a].data) || played;
                    vm.revertToState(ready);
                }
            }
            vm.revertToState(start);
        }
        return played ? "open: the attacker's contract never won" : "open: nothing could be played";
    }

    function _wins(Step memory strike) private returns (bool) {
        uint256 before = address(puppet).balance;
        vm.startPrank(mallory, mallory);
        bare(address(puppet), 0, abi.encodeCall(Puppet.gamble, (target, strike.value, strike.data)));
        vm.stopPrank();
        return address(puppet).balance > before;
    }

    /// A call that pays everybody at any time is no game.
    function _certain(Step memory strike) private returns (bool) {
        uint256 paid;
        for (uint256 i = 0; i < 12; i++) {
            vm.roll(block.number + 1);
            vm.warp(block.timestamp + _between(9, 15));
            vm.prevrandao(bytes32(_random()));
            uint256 ready = vm.snapshotState();
            uint256 before = bob.balance;
            _do(bob, strike.value, strike.data);
            if (bob.balance > before) paid += 1;
            vm.revertToState(ready);
        }
        return paid == 12;
    }
}
