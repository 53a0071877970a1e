//! The program that `cargo xtask examples` builds and communicates with.

fn main() -> std::io::Result<()> {
    let (requests, replies) = (std::io::stdin().lock(), std::io::stdout().lock());
    codecs::serve(requests, replies)
}
