//! A token cache whose file holds anything: it is used, or replaced, and never keeps a call from being made.

#![no_main]

use std::fs;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use bytes::Bytes;
use cisco_secure_access::Cloud;
use cisco_secure_access::auth::{CachedToken, FileTokenCache, TokenCache as _};
use cisco_secure_access_fuzz::script::{Script, client, clock, run};
use cisco_secure_access_fuzz::secrets::{TOKEN, assert_silent};
use http::{Response, StatusCode};
use libfuzzer_sys::arbitrary::{Result, Unstructured};
use libfuzzer_sys::fuzz_target;
use serde_json::json;
use tempfile::TempDir;

/// A folder for tokens, and the file in it that the token of the client is kept in.
static FILE: LazyLock<(TempDir, PathBuf)> = LazyLock::new(|| {
    let folder = TempDir::new().expect("a folder");
    make_call(folder.path(), false);
    let files = fs::read_dir(folder.path()).expect("the folder is there");
    let mut files = files.filter_map(|file| Some(file.ok()?.path()));
    let file = files.find(|file| file.extension().is_some_and(|name| name == "json"));
    (folder, file.expect("the token was kept"))
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
            // Of some time near now, so that it is used.
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

/// What is read of a text is written in a form that is read as the same.
fn check_text(text: &str) {
    let Some(token) = CachedToken::from_text(text) else {
        return;
    };
    assert!(!token.expose_secret().is_empty());
    let again = CachedToken::from_text(&token.to_text()).expect("what was written is read");
    assert_eq!(again.expose_secret(), token.expose_secret());
    assert_eq!(again.expires_at(), token.expires_at());
    let planted = CachedToken::new(TOKEN, token.expires_at());
    assert_silent(&planted);
}

/// A client with this file gets its answer, and the cache is in order afterwards.
fn check_file(content: &[u8], is_rejected: bool) {
    let (folder, file) = &*FILE;
    // A cache replaces files and does not change them, so this one is a new one, too.
    let _ = fs::remove_file(file);
    let mut options = fs::OpenOptions::new();
    let mut opened = options.write(true).create_new(true).mode(0o600).open(file);
    std::io::Write::write_all(opened.as_mut().expect("the folder is private"), content)
        .expect("there is room");
    make_call(folder.path(), is_rejected);

    let cache = FileTokenCache::new(folder.path()).expect("the folder is private");
    let key = file.file_stem().and_then(|name| name.to_str());
    let kept = run(cache.get(key.expect("a hash"))).expect("it can be read");
    assert!(kept.is_some(), "a token is kept");
    assert_silent(&cache);
    assert_silent(&kept);
}

/// Makes a call that the service answers, whatever token it has, or after it has rejected the first.
fn make_call(folder: &Path, is_rejected: bool) {
    let mut refusal = Response::new(Bytes::new());
    *refusal.status_mut() = StatusCode::UNAUTHORIZED;
    let service = Script::new(is_rejected.then_some(Some(refusal)));
    let client = client(Cloud::Global, &service, &clock())
        .token_cache(FileTokenCache::new(folder).expect("the folder is private"))
        .build()
        .expect("the settings are good");
    let answer = run(client.deployments().list_sites().send());
    assert!(answer.is_ok(), "{answer:?}");
    assert_silent(&client);
}
