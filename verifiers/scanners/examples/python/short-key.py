from Crypto.PublicKey import RSA
from cryptography.hazmat.primitives.asymmetric import rsa

# ruleid: python.short-key
RSA.generate(1024)
# ruleid: python.short-key
rsa.generate_private_key(public_exponent=65537, key_size=512)
# ok: python.short-key
RSA.generate(3072)
# ok: python.short-key
rsa.generate_private_key(public_exponent=65537, key_size=2048)
