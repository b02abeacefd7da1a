"""The web page at ``/``: rendered on the server, readable without JavaScript, built to show hostile text."""
