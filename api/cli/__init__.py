"""The acrisol command."""
