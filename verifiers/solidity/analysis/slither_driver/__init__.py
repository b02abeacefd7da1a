"""What Slither's interpreter runs in the sandbox; imports nothing of Acrisol's."""
