// ruleid: solidity.old-compiler
pragma solidity ^0.7.6;
// ok: solidity.old-compiler
contract Empty {}
