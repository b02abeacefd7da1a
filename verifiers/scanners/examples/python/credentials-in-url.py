import os

# ruleid: python.credentials-in-url
database = "postgresql://admin:hunter2@db.example.com/app"
# ok: python.credentials-in-url
other = "postgresql://db.example.com:5432/app"
# ok: python.credentials-in-url
templated = f"postgresql://{os.environ['U']}:{os.environ['P']}@db.example.com/app"
