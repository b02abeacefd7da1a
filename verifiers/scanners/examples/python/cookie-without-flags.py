def answer(response, value):
    # ruleid: python.cookie-without-flags
    response.set_cookie("session", value)
    # ok: python.cookie-without-flags
    response.set_cookie("session", value, secure=True, httponly=True)
