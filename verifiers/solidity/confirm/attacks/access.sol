/// A stranger, who never put anything in, makes the call. Harm is done if the stranger gets richer, comes to hold
/// an office, or writes what he likes into the contract's own variables; the guard holds if he is turned away from
/// exactly what the owner may do.
abstract contract AccessControl is World {
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
                (bool done, bool harmed) = _intrude(mallory, strikes[a]);
                vm.revertToState(ready);
                if (!done && !harmed) {
                    (done, harmed) = _intrude(address(puppet), strikes[a]);
                    vm.revertToState(ready);
                }
                if (harmed) return _said("confirmed", p, a, 0);
                bool allowed = _do(owner, strikes[a].value, strikes[a].data);
                vm.revertToState(ready);
                passed = passed || done || _prepared(strikes[a]);
                reached = reached || allowed;
            }
            vm.revertToState(start);
        }
        if (passed) return "open: a stranger's call succeeds, but no harm came of it";
        return reached ? "held" : "open: the call did not work for the owner either";
    }

    function _intrude(address who, Step memory strike) private returns (bool done, bool harmed) {
        bytes4[] memory readings = _readings();
        uint256[] memory before = _worth(who, readings);
        address[] memory offices = _offices();
        uint256 held = target.balance;
        vm.record();
        done = _do(who, 0, strike.data);
        if (!done) return (false, false);
        (, bytes32[] memory writes) = vm.accesses(target);
        uint256[] memory after_ = _worth(who, readings);
        for (uint256 i = 0; i < after_.length; i++) harmed = harmed || after_[i] > before[i];
        address[] memory now_ = _offices();
        for (uint256 i = 0; i < now_.length; i++) harmed = harmed || (now_[i] != offices[i] && now_[i] == who);
        harmed = harmed || target.balance + 1 ether < held;
        for (uint256 i = 0; i < writes.length; i++) {
            // Variables lie in the first slots; what belongs to single accounts lies at hashes.
            if (uint256(writes[i]) < 10_000) harmed = harmed || _chosen(uint256(vm.load(target, writes[i])), who);
        }
    }

    /// Whether a word holds the stranger's address or one of the arguments that only he gives.
    function _chosen(uint256 word, address who) private view returns (bool) {
        for (uint256 shift = 0; shift <= 96; shift += 8) {
            address part = address(uint160(word >> shift));
            if (part == who || part == mallory || part == address(puppet)) return true;
        }
        return uint128(word) == uint128(MARK);
    }

    function _offices() private returns (address[] memory held) {
        bytes4[] memory globals = _globals();
        held = new address[](globals.length);
        for (uint256 i = 0; i < globals.length; i++) {
            (, uint256 word) = ask(target, abi.encodePacked(globals[i]));
            held[i] = address(uint160(word));
        }
    }
}
