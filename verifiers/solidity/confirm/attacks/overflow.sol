/// A stranger calls with numbers beyond all measure. Harm is done if a variable wraps round, by exactly the number
/// that was given, or somebody is credited with what nobody paid.
abstract contract Overflow is World {
    uint256 private constant HUGE = 2 ** 200;

    function _marks() internal view virtual returns (uint256[] memory);

    function _attack() internal override returns (string memory) {
        Step[][] memory preludes = _preludes();
        Step[] memory strikes = _strikes();
        bool worked;
        bool refused;
        for (uint256 p = 0; p < preludes.length; p++) {
            uint256 start = vm.snapshotState();
            _play(preludes[p]);
            for (uint256 a = 0; a < strikes.length; a++) {
                uint256 ready = vm.snapshotState();
                // Once by an account that has put something in, once by one that has not.
                (bool done, bool harmed) = _reckon(address(puppet), strikes[a]);
                vm.revertToState(ready);
                if (!harmed) {
                    bool again;
                    (again, harmed) = _reckon(mallory, strikes[a]);
                    vm.revertToState(ready);
                    done = done || again;
                }
                if (harmed) return _said("confirmed", p, a, 0);
                if (done) worked = true;
                else refused = true;
            }
            vm.revertToState(start);
        }
        return worked && refused ? "held" : "open: no number was taken, or none was refused";
    }

    function _reckon(address who, Step memory strike) private returns (bool done, bool harmed) {
        bytes4[] memory readings = _readings();
        uint256[] memory before = _all(readings);
        vm.startStateDiffRecording();
        done = _do(who, strike.value, strike.data);
        Access[] memory seen = vm.stopAndReturnStateDiff();
        if (!done) return (false, false);
        uint256[] memory after_ = _all(readings);
        for (uint256 i = 0; i < after_.length; i++) {
            harmed = harmed || (before[i] < HUGE && after_[i] >= HUGE);
        }
        uint256[] memory marks = _marks();
        for (uint256 i = 0; i < seen.length; i++) {
            StorageAccess[] memory touched = seen[i].storageAccesses;
            for (uint256 j = 0; j < touched.length && seen[i].account == target; j++) {
                if (!touched[j].isWrite || touched[j].reverted) continue;
                harmed = harmed || _wrapped(uint256(touched[j].previousValue), uint256(touched[j].newValue), marks);
            }
        }
    }

    function _wrapped(uint256 old, uint256 new_, uint256[] memory marks) private pure returns (bool) {
        for (uint256 i = 0; i < marks.length; i++) {
            unchecked {
                if (marks[i] > old && new_ == old - marks[i] && new_ > HUGE) return true;
                if (marks[i] > HUGE && old > 0 && new_ == old + marks[i] && new_ < old) return true;
            }
        }
        return false;
    }

    function _all(bytes4[] memory readings) private view returns (uint256[] memory worth) {
        address[6] memory everybody = _everybody();
        worth = new uint256[](readings.length * 6);
        for (uint256 i = 0; i < 6; i++) {
            uint256[] memory one = _worth(everybody[i], readings);
            for (uint256 r = 0; r < readings.length; r++) worth[i * readings.length + r] = one[2 + r];
        }
    }
}
