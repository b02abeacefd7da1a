/// The transactions that symbolic execution found, made one after the other. Harm is done if they leave the
/// attacker richer, the contract destroyed, or the attacker's mark in its storage.
abstract contract Sequence is World {
    function _attack() internal override returns (string memory) {
        Step[] memory steps = _strikes();
        vm.etch(ATTACKER, payload.code);
        vm.deal(ATTACKER, 100 ether);
        vm.deal(bob, 100 ether);
        vm.deal(owner, 100 ether);
        vm.deal(target, target.balance + 5 ether);
        uint256 paid;
        for (uint256 i = 0; i < steps.length; i++) {
            uint256 before = ATTACKER.balance;
            vm.startStateDiffRecording();
            bool done = _do(steps[i].who, steps[i].value, steps[i].data);
            Access[] memory seen = vm.stopAndReturnStateDiff();
            if (steps[i].who != ATTACKER) continue;
            for (uint256 s = 0; s < seen.length && done; s++) {
                bool gone = seen[s].kind == 5 && seen[s].accessor == target && !seen[s].reverted;
                if (gone) return _said("confirmed", 0, i, 0);
            }
            if (vm.load(target, bytes32(MARK)) == bytes32(MARK)) return _said("confirmed", 0, i, 0);
            // What the attacker paid in may come back; more than that is somebody else's.
            if (ATTACKER.balance < before) paid += before - ATTACKER.balance;
            else if (ATTACKER.balance - before > paid) return _said("confirmed", 0, i, 0);
            else paid -= ATTACKER.balance - before;
        }
        return "open: the transactions did no harm";
    }
}
