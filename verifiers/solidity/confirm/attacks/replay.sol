/// The owner signs once. Harm is done if the same signature pays twice.
abstract contract Replay is World {
    uint8 internal sigV;
    bytes32 internal sigR;
    bytes32 internal sigS;

    function _attack() internal override returns (string memory) {
        Step[][] memory preludes = _preludes();
        bool reached;
        uint256 count = _strikes().length;
        for (uint256 p = 0; p < preludes.length; p++) {
            uint256 start = vm.snapshotState();
            _play(preludes[p]);
            vm.deal(target, target.balance + 20 ether);
            for (uint256 a = 0; a < count; a++) {
                uint256 ready = vm.snapshotState();
                (bool once, bool twice) = _twice(a);
                vm.revertToState(ready);
                if (twice) return _said("confirmed", p, a, 0);
                reached = reached || once;
            }
            vm.revertToState(start);
        }
        return reached ? "held" : "open: no signature was accepted";
    }

    function _twice(uint256 a) private returns (bool once, bool twice) {
        // Some signature, to see what the contract wants signed.
        (sigV, sigR, sigS) = vm.sign(ownerKey, keccak256("something else"));
        vm.startStateDiffRecording();
        _do(mallory, 0, _strikes()[a].data);
        Access[] memory seen = vm.stopAndReturnStateDiff();
        bytes32 wanted;
        for (uint256 i = 0; i < seen.length; i++) {
            if (seen[i].account == address(1) && seen[i].data.length >= 32) wanted = bytes32(seen[i].data);
        }
        if (wanted == 0) return (false, false);
        (sigV, sigR, sigS) = vm.sign(ownerKey, wanted);
        bytes memory data = _strikes()[a].data;
        bytes32 before = _state();
        once = _do(mallory, 0, data) && _state() != before;
        bytes32 then_ = _state();
        twice = once && _do(mallory, 0, data) && _state() != then_;
    }

    /// What there is to gain.
    function _state() private returns (bytes32) {
        bytes4[] memory readings = _readings();
        uint256[] memory one = _worth(mallory, readings);
        return keccak256(abi.encode(one, _worth(alice, readings), target.balance, coin.balanceOf(target)));
    }
}
