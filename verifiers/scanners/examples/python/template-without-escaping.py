import jinja2

# ruleid: python.template-without-escaping
plain = jinja2.Environment(loader=None)
# ruleid: python.template-without-escaping
off = jinja2.Environment(autoescape=False)
# ok: python.template-without-escaping
on = jinja2.Environment(autoescape=True)
# ok: python.template-without-escaping
chosen = jinja2.Environment(autoescape=jinja2.select_autoescape())
