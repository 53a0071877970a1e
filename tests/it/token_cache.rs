//! Tokens in files, which processes share, and which are not used if they may belong to another user.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicU64, Ordering};

use cisco_secure_access::auth::FileTokenCache;
use cisco_secure_access::simulator::Simulator;
use cisco_secure_access::{Client, Cloud, Credentials, ErrorKind, PausedClock};

/// A directory for one test, which is removed at its end.
struct Directory(PathBuf);

impl Directory {
    fn new() -> Self {
        static COUNT: AtomicU64 = AtomicU64::new(0);
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        let name = format!("token-cache-{}-{number}", std::process::id());
        Self(PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name))
    }

    fn files(&self, extension: &str) -> Vec<PathBuf> {
        let files = fs::read_dir(&self.0).unwrap();
        files
            .map(|file| file.unwrap().path())
            .filter(|path| path.extension().is_some_and(|found| found == extension))
            .collect()
    }

    /// The only file with a token.
    fn file(&self) -> PathBuf {
        let [file] = self.files("json").try_into().unwrap();
        file
    }
}

impl Drop for Directory {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn client(url: &str, directory: &Path) -> Client {
    Client::builder()
        .cloud(url.parse::<Cloud>().unwrap())
        .credentials(Credentials::new("simulated-key", "simulated-hush-secret"))
        .token_cache(FileTokenCache::new(directory).unwrap())
        .build()
        .unwrap()
}

/// A run of a program: its own client, and a call.
async fn run(simulator: &Simulator, directory: &Directory) {
    let client = client(simulator.base_url().as_str(), &directory.0);
    client.deployments().list_regions().send().await.unwrap();
}

#[tokio::test]
async fn consecutive_runs_use_one_token() {
    let simulator = Simulator::builder().start().await.unwrap();
    let directory = Directory::new();
    for _ in 0..3 {
        run(&simulator, &directory).await;
    }
    assert_eq!(simulator.token_requests(), 1);

    simulator.expire_tokens();
    for _ in 0..3 {
        run(&simulator, &directory).await;
    }
    assert_eq!(
        simulator.token_requests(),
        2,
        "a rejected token is replaced"
    );
    assert!(directory.files("tmp").is_empty());

    let file = directory.file();
    let text = fs::read_to_string(&file).unwrap();
    let all = format!("{text} {}", file.display());
    assert!(!all.contains("simulated-hush-secret") && !all.contains("simulated-key"));
}

#[tokio::test]
async fn processes_that_start_together_request_one_token() {
    let simulator = Simulator::builder().start().await.unwrap();
    let directory = Directory::new();
    let spawn = || {
        Command::new(std::env::current_exe().unwrap())
            .args(["token_cache::probe_in_this_process", "--exact", "--ignored"])
            .env("TOKEN_CACHE_URL", simulator.base_url().as_str())
            .env("TOKEN_CACHE_DIRECTORY", &directory.0)
            .stdout(Stdio::null())
            .spawn()
            .unwrap()
    };
    let mut children: Vec<_> = (0..4).map(|_| spawn()).collect();
    let wait = move || {
        children
            .iter_mut()
            .all(|child| child.wait().unwrap().success())
    };
    assert!(tokio::task::spawn_blocking(wait).await.unwrap());

    assert_eq!(simulator.token_requests(), 1);
    assert_eq!(simulator.requests().len(), 5);
}

#[tokio::test]
#[ignore = "run by another test of this module, in a process of its own"]
async fn probe_in_this_process() {
    let url = std::env::var("TOKEN_CACHE_URL").unwrap();
    let directory = std::env::var_os("TOKEN_CACHE_DIRECTORY").unwrap();
    let client = client(&url, Path::new(&directory));
    client.deployments().list_regions().send().await.unwrap();
}

#[tokio::test]
async fn an_invalid_cache_file_is_replaced() {
    let simulator = Simulator::builder().start().await.unwrap();
    let directory = Directory::new();
    run(&simulator, &directory).await;
    let damages: [&[u8]; 6] = [
        b"",
        b"{\"access_token\": \"half",
        b"\xff\xfe",
        b"{\"access_token\": \"\", \"expires_at\": 1}",
        b"{\"access_token\": \"x\", \"expires_at\": 18446744073709551615}",
        b"{\"access_token\": \"a\\nb\", \"expires_at\": 4102444800}",
    ];
    for (index, damage) in damages.into_iter().enumerate() {
        fs::write(directory.file(), damage).unwrap();
        run(&simulator, &directory).await;
        run(&simulator, &directory).await;
        assert_eq!(simulator.token_requests(), index + 2);
    }
}

#[cfg(unix)]
#[tokio::test]
async fn a_slow_file_does_not_block_the_runtime() {
    let simulator = Simulator::builder().start().await.unwrap();
    let directory = Directory::new();
    run(&simulator, &directory).await;
    // Opening a pipe for reading blocks until somebody opens it for writing.
    let file = directory.file();
    fs::remove_file(&file).unwrap();
    let made = Command::new("mkfifo")
        .args(["-m", "600"])
        .arg(&file)
        .status();
    assert!(made.unwrap().success());

    let clock = PausedClock::new();
    let client = Client::builder()
        .cloud(Cloud::Custom(simulator.base_url()))
        .credentials(simulator.credentials())
        .token_cache(FileTokenCache::new(&directory.0).unwrap())
        .clock(&clock)
        .build()
        .unwrap();
    let call = tokio::spawn(client.deployments().list_regions().send());
    while !clock.advance_to_next() {
        tokio::task::yield_now().await;
    }
    let error = call.await.unwrap().unwrap_err();
    assert!(error.to_string().contains("the token cache"), "{error}");
    drop(fs::OpenOptions::new().write(true).open(&file).unwrap());
}

#[tokio::test]
async fn a_newer_token_of_another_process_is_kept() {
    let simulator = Simulator::builder().start().await.unwrap();
    let directory = Directory::new();
    let url = simulator.base_url();
    let first = client(url.as_str(), &directory.0);
    let second = client(url.as_str(), &directory.0);
    let read = async |client: &Client| client.deployments().list_regions().send().await.map(drop);
    read(&first).await.unwrap();
    read(&second).await.unwrap();
    simulator.expire_tokens();
    // The first process replaces the token; the second finds the new one, and both keep it.
    for client in [&first, &second, &first, &second] {
        read(client).await.unwrap();
    }
    assert_eq!(simulator.token_requests(), 2);
    assert_eq!(directory.files("json").len(), 1);
}

#[cfg(unix)]
mod permissions {
    //! File permissions.

    use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};

    use super::*;

    fn set_mode(path: &Path, mode: u32) {
        fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
    }

    fn mode(path: &Path) -> u32 {
        fs::metadata(path).unwrap().mode() & 0o777
    }

    #[tokio::test]
    async fn a_file_that_others_can_read_is_replaced() {
        let simulator = Simulator::builder().start().await.unwrap();
        let directory = Directory::new();
        run(&simulator, &directory).await;
        assert_eq!(
            (mode(&directory.file()), mode(&directory.0)),
            (0o600, 0o700)
        );

        for (index, wrong) in [0o644, 0o640, 0o620].into_iter().enumerate() {
            set_mode(&directory.file(), wrong);
            run(&simulator, &directory).await;
            assert_eq!(simulator.token_requests(), index + 2, "{wrong:o}");
            assert_eq!(mode(&directory.file()), 0o600);
        }
    }

    #[test]
    fn a_directory_that_others_can_write_to_is_rejected() {
        let directory = Directory::new();
        fs::create_dir_all(&directory.0).unwrap();
        for wrong in [0o777, 0o720, 0o702] {
            set_mode(&directory.0, wrong);
            let error = FileTokenCache::new(&directory.0).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Configuration);
            assert!(
                error.to_string().contains("must not be writable by others"),
                "{error}"
            );
        }
        set_mode(&directory.0, 0o755);
        FileTokenCache::new(&directory.0).unwrap();
    }
}
