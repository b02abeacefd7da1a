"""Steps that judge a document by what it is and whose it is."""
