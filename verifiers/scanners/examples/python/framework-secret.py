import os

from flask import Flask

app = Flask(__name__)
# ruleid: python.framework-secret
app.secret_key = "development"
# ruleid: python.framework-secret
app.config["SECRET_KEY"] = "development"
# ok: python.framework-secret
app.secret_key = os.environ["KEY"]
# ok: python.framework-secret
app.config["TITLE"] = "development"
