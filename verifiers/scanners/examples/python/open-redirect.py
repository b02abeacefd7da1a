from flask import redirect, request, url_for


def leave():
    target = request.args.get("next")
    # ruleid: python.open-redirect
    one = redirect(target)
    # ok: python.open-redirect
    two = redirect(url_for("index"))
    # ok: python.open-redirect
    three = redirect("/home")
    if is_safe_url(target):
        # ok: python.open-redirect
        return redirect(target)
    return one or two or three
