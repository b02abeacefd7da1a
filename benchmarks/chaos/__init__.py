"""What tasks survive: real processes that are killed, frozen and lied to while they solve them."""
