//! The settings of a connection.

use cisco_secure_access_redis::Redis;

#[test]
fn tokens_are_not_sent_without_tls_to_another_machine() {
    for url in [
        "redis://redis.internal",
        "redis://10.1.2.3:6390/1",
        "redis://user:hush@redis.internal",
        "redis://localhost.example",
    ] {
        let error = Redis::new(url).unwrap_err().to_string();
        assert!(error.contains("has no TLS"), "{error}");
        assert!(error.contains(".allow_plaintext(\""), "{error}");
        assert!(!error.contains("hush"), "{error}");
    }
    for url in [
        "rediss://redis.internal",
        "rediss://user:hush@redis.internal:6390/1",
        "redis://127.0.0.1:6390",
        "redis://127.8.9.1",
        "redis://[::1]",
        "redis://localhost",
    ] {
        Redis::new(url).unwrap();
    }
    let builder = Redis::builder("redis://redis.internal").allow_plaintext("redis.internal");
    builder.build().unwrap();
    let builder = Redis::builder("redis://other.internal").allow_plaintext("redis.internal");
    let error = builder.build().unwrap_err().to_string();
    assert!(error.contains("other.internal"), "{error}");
}

#[test]
fn a_certificate_is_always_verified() {
    let error = Redis::new("rediss://user:hush@redis.internal/#insecure").unwrap_err();
    let error = error.to_string();
    assert!(!error.contains("hush"), "{error}");
}

#[test]
fn no_password_is_shown() {
    let builder = Redis::builder("rediss://user:hush@redis.example:6390/1");
    assert!(!format!("{builder:?}").contains("hush"));
    let redis = builder.key_prefix("mine").build().unwrap();
    let shown = format!(
        "{redis:?} {:?} {:?}",
        redis.token_cache(),
        redis.rate_limit_store()
    );
    assert!(!shown.contains("hush"), "{shown}");
    assert!(shown.contains("redis.example:6390"), "{shown}");
    for invalid in ["", "hush", "https://hush@redis.example", "redis://:hush@:x"] {
        let error = Redis::new(invalid).unwrap_err();
        assert!(!format!("{error} {error:?}").contains("hush"));
    }
}
