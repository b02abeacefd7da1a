# ruleid: python.hard-coded-temporary-path
stream = open("/tmp/state.txt", "w")
# ok: python.hard-coded-temporary-path
data = open("/tmp/state.txt", "r")
# ok: python.hard-coded-temporary-path
other = open("state.txt", "w")
