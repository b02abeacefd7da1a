import os

# ruleid: python.hard-coded-password
password = "hunter2!"
# ruleid: python.hard-coded-password
API_KEY = "a8f5f167f44f4964e6c998dee827110c"
# ruleid: python.hard-coded-password
config = {"db_password": "s3cr3t-Pa55"}


# ruleid: python.hard-coded-password
def connect(user, password="hunter2!"):
    # ruleid: python.hard-coded-password
    return client.connect(user=user, password="hunter2!")


# ok: python.hard-coded-password
password_file = "hunter2!"
# ok: python.hard-coded-password
password_prompt = "password"
# ok: python.hard-coded-password
secret = os.environ["SECRET"]
# ok: python.hard-coded-password
api_key = ""
# ok: python.hard-coded-password
auth_token = "your-token-here"
# ok: python.hard-coded-password
labels = {"password": "Password"}
