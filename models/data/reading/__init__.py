"""From sources to documents, a shard at a time and never more than one document in memory."""
