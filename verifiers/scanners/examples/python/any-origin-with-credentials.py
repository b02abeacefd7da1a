from fastapi.middleware.cors import CORSMiddleware

# ruleid: python.any-origin-with-credentials
app.add_middleware(CORSMiddleware, allow_origins=["*"], allow_credentials=True)
# ok: python.any-origin-with-credentials
app.add_middleware(CORSMiddleware, allow_origins=["https://a.example"], allow_credentials=True)
# ok: python.any-origin-with-credentials
app.add_middleware(CORSMiddleware, allow_origins=["*"])
