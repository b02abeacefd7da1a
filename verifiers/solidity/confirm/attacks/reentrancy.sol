/// The attacker's contract is paid or called back, and calls again before the first call has ended. Harm is done
/// if that leaves the attacker richer than the same calls one after the other, in either order.
abstract contract Reentrancy is World {
    bool[] private useful; // which moves anybody could make, one at a time

    function _attack() internal override returns (string memory) {
        Step[][] memory preludes = _preludes();
        Step[] memory strikes = _strikes();
        Step[] memory moves = _moves();
        bool reached;
        useful = new bool[](moves.length);
        for (uint256 p = 0; p < preludes.length; p++) {
            uint256 start = vm.snapshotState();
            _play(preludes[p]);
            bool[] memory worked = _usable(moves);
            for (uint256 a = 0; a < strikes.length; a++) {
                (bool harmed, bool hit, uint256 m) = _strike(strikes[a], moves);
                if (harmed) return _said("confirmed", p, a, m);
                reached = reached || hit;
            }
            vm.revertToState(start);
            for (uint256 m = 0; m < moves.length; m++) useful[m] = useful[m] || worked[m];
        }
        if (!reached) return "open: the flagged function called no attacker's contract";
        return _allMoves() ? "held" : "open: not every other function could be brought to work";
    }

    /// Tries the flagged call with each way of calling again inside it, the flagged call itself first.
    function _strike(Step memory strike, Step[] memory moves) private returns (bool, bool, uint256) {
        bool reached;
        for (uint256 m = 0; m <= moves.length; m++) {
            Step memory again = m == 0 ? strike : moves[m - 1];
            uint256 ready = vm.snapshotState();
            _arm(again, 2);
            bool done = _do(address(puppet), strike.value, strike.data);
            bool hit = puppet.hits() > 0;
            uint256 inside = puppet.inner();
            _arm(again, 0);
            uint256[] memory nested = _cashedOut();
            vm.revertToState(ready);
            if (m == 0 && !hit) {
                // With the call inside it fails or nothing is called; is the attacker called when left alone?
                hit = _callsBack(strike);
                vm.revertToState(ready);
                if (!hit) return (false, false, 0);
            }
            if (m == 0) reached = hit;
            if (inside == 0 || !done) continue;
            uint256[] memory after_ = _oneByOne(strike, again, inside, true);
            vm.revertToState(ready);
            uint256[] memory before = _oneByOne(strike, again, inside, false);
            vm.revertToState(ready);
            if (_richer(nested, after_, before)) return (true, true, m);
        }
        return (false, reached, 0);
    }

    /// Whether the call succeeds and reaches the attacker's contract, be it by a payment with too little gas for more.
    function _callsBack(Step memory strike) private returns (bool) {
        _arm(strike, 0);
        uint256 before = address(puppet).balance;
        bool done = _do(address(puppet), strike.value, strike.data);
        return done && (puppet.touched() > 0 || address(puppet).balance + strike.value > before);
    }

    /// The same calls, as often as they were made.
    function _oneByOne(Step memory strike, Step memory again, uint256 times, bool first)
        private
        returns (uint256[] memory)
    {
        if (first) _do(address(puppet), strike.value, strike.data);
        for (uint256 i = 0; i < times; i++) _do(address(puppet), again.value, again.data);
        if (!first) _do(address(puppet), strike.value, strike.data);
        return _cashedOut();
    }

    /// Everything the attacker can still get by ordinary calls counts as well.
    function _cashedOut() private returns (uint256[] memory worth) {
        Step[] memory strikes = _strikes();
        for (uint256 i = 0; i < strikes.length; i++) {
            if (strikes[i].value > 0) continue;
            _do(address(puppet), 0, strikes[i].data);
            _do(address(accomplice), 0, strikes[i].data);
        }
        bytes4[] memory readings = _readings();
        worth = _worth(address(puppet), readings);
        uint256[] memory other = _worth(address(accomplice), readings);
        unchecked {
            for (uint256 i = 0; i < worth.length; i++) worth[i] += other[i];
        }
    }

    function _richer(uint256[] memory nested, uint256[] memory one, uint256[] memory two)
        private
        pure
        returns (bool more)
    {
        for (uint256 i = 0; i < nested.length; i++) {
            if (nested[i] < one[i] && nested[i] < two[i]) return false; // paid for by something else
            if (nested[i] > one[i] && nested[i] > two[i]) more = true;
        }
    }

    /// Which moves somebody can make now.
    function _usable(Step[] memory moves) private returns (bool[] memory worked) {
        worked = new bool[](moves.length);
        address[4] memory people = [address(puppet), alice, owner, mallory];
        for (uint256 m = 0; m < moves.length; m++) {
            for (uint256 i = 0; i < 4 && !worked[m]; i++) {
                uint256 ready = vm.snapshotState();
                bool done = _do(people[i], moves[m].value, moves[m].data);
                vm.revertToState(ready);
                worked[m] = done;
            }
        }
    }

    /// Whether each function, not each way of calling it, has worked for somebody.
    function _allMoves() private returns (bool) {
        Step[] memory moves = _moves();
        for (uint256 m = 0; m < moves.length; m++) {
            bool some;
            for (uint256 n = 0; n < moves.length; n++) {
                if (useful[n] && bytes4(moves[n].data) == bytes4(moves[m].data)) some = true;
            }
            if (!some) return false;
        }
        return true;
    }
}
