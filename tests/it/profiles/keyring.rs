//! Secrets in the system keyring.

use cisco_secure_access::profile::SecretSource;
use keyring_core::mock;

use super::{Directory, probe};

fn source() -> SecretSource {
    SecretSource::Keyring("china".to_owned())
}

#[test]
fn a_secret_is_stored_read_and_deleted() {
    probe::<&str>("keyring::keyring_in_this_process", &[]);
}

#[tokio::test]
#[ignore = "run by another test of this module, in a process of its own: there is one keyring for each process"]
async fn keyring_in_this_process() {
    let keyring = mock::Store::new().unwrap();
    keyring_core::set_default_store(keyring.clone());
    let directory = Directory::new();
    let missing = "the entry `china` of the system keyring does not exist: store the secret for the service `secure-access` and the \
                   user `china`";
    assert_eq!(directory.message(source().read().await), missing);
    source().delete().await.unwrap();
    for secret in ["hush", "another hush"] {
        source().store(secret).await.unwrap();
        assert_eq!(source().read().await.unwrap().expose_secret(), secret);
    }
    source().delete().await.unwrap();
    assert_eq!(directory.message(source().read().await), missing);

    let entry = keyring_core::Entry::new("secure-access", "china").unwrap();
    entry.set_secret(b"\xffhush").unwrap();
    assert_eq!(
        directory.message(source().read().await),
        "the entry `china` of the system keyring is not UTF-8"
    );
    let fail = |error| {
        entry
            .as_any()
            .downcast_ref::<mock::Cred>()
            .unwrap()
            .set_error(error)
    };
    fail(keyring_core::Error::NoStorageAccess("it is locked".into()));
    assert_eq!(
        directory.message(source().read().await),
        "the entry `china` of the system keyring cannot be accessed: it is locked; unlock the keyring, or name another location of the \
         secret"
    );
    fail(keyring_core::Error::BadDataFormat(
        b"hush".to_vec(),
        "hush".into(),
    ));
    assert_eq!(
        directory.message(source().read().await),
        "the entry `china` of the system keyring is damaged: store the secret anew"
    );
}

#[cfg(target_os = "linux")]
#[test]
fn a_system_without_a_keyring() {
    let variables = [("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nonexistent/bus")];
    let output = probe("keyring::no_keyring_in_this_process", &variables);
    let expected = "error: the entry `china` of the system keyring cannot be accessed: ";
    assert!(output.contains(expected), "{output}");
}

#[tokio::test]
#[ignore = "run by another test of this module, in a process of its own"]
async fn no_keyring_in_this_process() {
    println!("error: {}", source().read().await.unwrap_err());
}
