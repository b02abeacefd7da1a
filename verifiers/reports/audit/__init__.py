"""An audit as something to read: HTML, PDF, and the words that both and the terminal use."""
