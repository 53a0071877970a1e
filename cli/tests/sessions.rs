//! Runs the sessions in `tests/sessions/*.md` against a simulator, and compares what the program prints.
//!
//! `TRYCMD=overwrite cargo test --test sessions` writes the sessions anew.

#![allow(clippy::unwrap_used, reason = "tests")]

use cisco_secure_access::simulator::Simulator;
use tempfile::TempDir;

#[tokio::test(flavor = "multi_thread")]
async fn sessions() {
    let simulator = Simulator::builder()
        .items("list_sites", 7)
        .start()
        .await
        .unwrap();
    let home = TempDir::new().unwrap();
    let url = simulator
        .base_url()
        .as_str()
        .trim_end_matches('/')
        .to_owned();
    let secret = simulator.secret().to_owned();
    let key = simulator.credentials().key().to_owned();
    tokio::task::spawn_blocking(move || {
        trycmd::TestCases::new()
            .env("HOME", home.path().to_str().unwrap())
            .env("XDG_CACHE_HOME", home.path().to_str().unwrap())
            .env("XDG_CONFIG_HOME", home.path().to_str().unwrap())
            .env("SECURE_ACCESS_CLOUD", &url)
            .env("SECURE_ACCESS_API_KEY", key)
            .env("SECURE_ACCESS_API_SECRET", secret)
            .env("NO_COLOR", "1")
            .env("PASSPHRASE", "Hush0123456789hush")
            .insert_var("[URL]", url)
            .unwrap()
            .case("tests/sessions/*.md")
            .run();
    })
    .await
    .unwrap();
}
