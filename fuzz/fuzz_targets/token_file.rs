//! A token cache with an arbitrary file: the file is used or replaced, and never prevents a call.

#![no_main]

use std::fs;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use bytes::Bytes;
use cisco_secure_access::Cloud;
use cisco_secure_access::auth::{AccessToken, FileTokenCache, TokenCache as _};
use cisco_secure_access_fuzz::script::{Script, client, clock, run};
use cisco_secure_access_fuzz::secrets::{TOKEN, assert_silent};
use http::{Response, StatusCode};
use libfuzzer_sys::arbitrary::{Result, Unstructured};
use libfuzzer_sys::fuzz_target;
use serde_json::json;
use tempfile::TempDir;

/// A directory for tokens, and the file in it with the token of the client.
static FILE: LazyLock<(TempDir, PathBuf)> = LazyLock::new(|| {
    let directory = TempDir::new().expect("a directory");
    make_call(directory.path(), false);
    let files = fs::read_dir(directory.path()).expect("the directory is there");
    let mut files = files.filter_map(|file| Some(file.ok()?.path()));
    let file = files.find(|file| file.extension().is_some_and(|name| name == "json"));
    (directory, file.expect("the token was stored"))
});

fuzz_target!(|data: &[u8]| {
    let _ = token_file(&mut Unstructured::new(data));
});

fn token_file(input: &mut Unstructured<'_>) -> Result<()> {
    let is_rejected = input.arbitrary()?;
    let content = match input.int_in_range(0..=3)? {
        0 => {
            let (token, end) = (input.arbitrary::<String>()?, input.arbitrary::<u64>()?);
            json!({"access_token": token, "expires_at": end})
                .to_string()
                .into_bytes()
        }
        1 => {
            // An expiry near the current time, so that the token is used.
            let end = 1_768_464_000_u64.saturating_add_signed(input.arbitrary::<i32>()?.into());
            let token = input.arbitrary::<String>()?;
            json!({"access_token": token, "expires_at": end})
                .to_string()
                .into_bytes()
        }
        _ => input.bytes(input.len())?.to_vec(),
    };
    if let Ok(text) = std::str::from_utf8(&content) {
        check_text(text);
    }
    check_file(&content, is_rejected);
    Ok(())
}

/// A parsed token is serialized to a string that parses to the same token.
fn check_text(text: &str) {
    let Some(token) = AccessToken::from_text(text) else {
        return;
    };
    assert!(!token.expose_secret().is_empty());
    let again = AccessToken::from_text(&token.to_text()).expect("a serialized token parses");
    assert_eq!(again.expose_secret(), token.expose_secret());
    assert_eq!(again.expires_at(), token.expires_at());
    let planted = AccessToken::new(TOKEN, token.expires_at());
    assert_silent(&planted);
}

/// A call with this file succeeds, and the cache is valid afterwards.
fn check_file(content: &[u8], is_rejected: bool) {
    let (directory, file) = &*FILE;
    // A cache replaces files and never modifies them, so this is also a new file.
    let _ = fs::remove_file(file);
    let mut options = fs::OpenOptions::new();
    let mut opened = options.write(true).create_new(true).mode(0o600).open(file);
    std::io::Write::write_all(opened.as_mut().expect("the directory is private"), content)
        .expect("there is room");
    make_call(directory.path(), is_rejected);

    let cache = FileTokenCache::new(directory.path()).expect("the directory is private");
    let key = file.file_stem().and_then(|name| name.to_str());
    let stored = run(cache.get(key.expect("a hash"))).expect("it can be read");
    assert!(stored.is_some(), "a token is stored");
    assert_silent(&cache);
    assert_silent(&stored);
}

/// Makes a call. The service accepts any token, or rejects the first one.
fn make_call(directory: &Path, is_rejected: bool) {
    let mut rejection = Response::new(Bytes::new());
    *rejection.status_mut() = StatusCode::UNAUTHORIZED;
    let service = Script::new(is_rejected.then_some(Some(rejection)));
    let client = client(Cloud::Global, &service, &clock())
        .token_cache(FileTokenCache::new(directory).expect("the directory is private"))
        .build()
        .expect("the settings are good");
    let response = run(client.deployments().list_sites().send());
    assert!(response.is_ok(), "{response:?}");
    assert_silent(&client);
}
