def remove(user, count):
    # ruleid: python.assert-as-check
    assert user.is_admin
    # ruleid: python.assert-as-check
    assert user.is_authenticated, "log in first"
    # ok: python.assert-as-check
    assert count > 0
    # ok: python.assert-as-check
    if not user.is_admin:
        raise PermissionError
