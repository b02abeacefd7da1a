import re

# ruleid: python.slow-regex
slow = re.compile(r"^(a+)+$")
# ruleid: python.slow-regex
other = re.match(r"(\w*)*x", "text")
# ok: python.slow-regex
fast = re.compile(r"^a+$")
# ok: python.slow-regex
group = re.compile(r"(a|b)+")
