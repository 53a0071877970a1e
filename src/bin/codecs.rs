//! The program that `cargo xtask examples` builds and communicates with; see `codec.rs` of the crate.

fn main() -> std::io::Result<()> {
    let (requests, replies) = (std::io::stdin().lock(), std::io::stdout().lock());
    cisco_secure_access::codec::serve(requests, replies)
}
