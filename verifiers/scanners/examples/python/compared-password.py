def login(password, name, expected):
    # ruleid: python.compared-password
    if password == "letmein123":
        return True
    # ok: python.compared-password
    if password == expected:
        return True
    # ok: python.compared-password
    if password == "":
        return False
    # ok: python.compared-password
    return name == "letmein123"
