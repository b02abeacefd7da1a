import random
import secrets

# ruleid: python.pseudo-random
dice = random.randint(1, 6)
# ruleid: python.pseudo-random
random.shuffle([1, 2])
# ok: python.pseudo-random
number = secrets.randbelow(6)
