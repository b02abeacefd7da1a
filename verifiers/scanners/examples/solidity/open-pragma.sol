// ruleid: solidity.open-pragma
pragma solidity >=0.8.0;
// ok: solidity.open-pragma
contract Empty {}
