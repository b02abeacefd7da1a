from django.utils.html import escape, format_html
from django.utils.safestring import mark_safe
from markupsafe import Markup


def show(value):
    # ruleid: python.marked-as-safe-html
    mark_safe("<b>" + value + "</b>")
    # ruleid: python.marked-as-safe-html
    mark_safe(f"<b>{value}</b>")
    # ruleid: python.marked-as-safe-html
    Markup("<b>%s</b>" % value)
    # ok: python.marked-as-safe-html
    mark_safe("<b>hello</b>")
    # ok: python.marked-as-safe-html
    mark_safe("<b>" + escape(value) + "</b>")
    # ok: python.marked-as-safe-html
    format_html("<b>{}</b>", value)
