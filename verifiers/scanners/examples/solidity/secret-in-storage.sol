contract Safe {
    // ruleid: solidity.secret-in-storage
    bytes32 private password;
    // ok: solidity.secret-in-storage
    bytes32 private passwordHash;
}
