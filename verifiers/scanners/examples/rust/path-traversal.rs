async fn show(name: web::Path<String>) -> String {
    // ruleid: rust.path-traversal
    fs::read_to_string(format!("uploads/{}", name))
}

async fn fixed(name: web::Path<String>) -> String {
    // ok: rust.path-traversal
    fs::read_to_string("uploads/index.html")
}
