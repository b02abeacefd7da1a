def answer(response, value):
    # ruleid: python.insecure-cookie
    response.set_cookie("session", value, secure=False, httponly=True)
    # ruleid: python.insecure-cookie
    response.set_cookie("session", value, httponly=False)
    # ok: python.insecure-cookie
    response.set_cookie("session", value, secure=True, httponly=True)
