# ruleid: bash.set-user-id
chmod 4755 run
# ruleid: bash.set-user-id
chmod u+s run
# ok: bash.set-user-id
chmod 0755 run
