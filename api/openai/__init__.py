"""Routes in OpenAI's shape, for its SDK and for editors."""
