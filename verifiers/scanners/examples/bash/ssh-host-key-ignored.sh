# ruleid: bash.ssh-host-key-ignored
ssh -o StrictHostKeyChecking=no host
# ok: bash.ssh-host-key-ignored
ssh -o StrictHostKeyChecking=yes host
