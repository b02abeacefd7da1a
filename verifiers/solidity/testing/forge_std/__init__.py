"""The part of ``forge-std`` that tests need, written for Acrisol; Solidity. A project's own copy wins."""
