# ruleid: bash.hidden-text
level="user‮ ⁦# admin⁩ ⁦"
# ok: bash.hidden-text
other="user"
