# ruleid: python.hidden-text
access = "user⁦"  # invisible
# ok: python.hidden-text
plain = "user"
