//! What `cargo xtask examples` builds and talks to; see `codec.rs` of the crate.

fn main() -> std::io::Result<()> {
    let (questions, replies) = (std::io::stdin().lock(), std::io::stdout().lock());
    cisco_secure_access::codec::serve(questions, replies)
}
