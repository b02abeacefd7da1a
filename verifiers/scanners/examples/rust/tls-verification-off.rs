fn client() {
    // ruleid: rust.tls-verification-off
    let a = Client::builder().danger_accept_invalid_certs(true).build();
    // ok: rust.tls-verification-off
    let b = Client::builder().add_root_certificate(authority).build();
}
