pragma solidity 0.8.20;

contract Text {
    // ruleid: solidity.hidden-text
    string a = "user⁦";
    // ok: solidity.hidden-text
    string b = "user";
}
