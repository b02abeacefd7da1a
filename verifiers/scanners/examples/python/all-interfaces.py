# ruleid: python.all-interfaces
server.bind(("0.0.0.0", 80))
# ruleid: python.all-interfaces
app.run(host="0.0.0.0")
# ok: python.all-interfaces
server.bind(("127.0.0.1", 80))
# ok: python.all-interfaces
app.run(host="127.0.0.1")
