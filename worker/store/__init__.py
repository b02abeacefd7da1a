"""The job store: the rows are the truth about every job."""
