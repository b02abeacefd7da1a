import asyncio
import os

from flask import Flask

app = Flask(__name__)
# ruleid: python.debug-server
app.run(debug=True)
# ruleid: python.debug-server
app.config["DEBUG"] = True
# ok: python.debug-server
app.run(debug=False)
# ok: python.debug-server
app.run(debug=bool(os.environ.get("DEBUG")))
# ok: python.debug-server
asyncio.run(main(), debug=True)
