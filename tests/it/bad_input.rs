//! Errors for invalid input: each failure has its own clear error.

use cisco_secure_access::{Client, Cloud, Credentials, Error, ErrorKind};

use crate::scripted::{self, Scripted, ScriptedResponse, TOKEN};

fn configuration_error(result: Result<Client, Error>) -> String {
    let error = result.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Configuration);
    error.to_string()
}

fn client_of(cloud: &str) -> Result<Client, Error> {
    Client::builder()
        .cloud(cloud.parse()?)
        .credentials(Credentials::new("key", "secret"))
        .build()
}

#[test]
fn no_credentials() {
    let message = configuration_error(Client::builder().build());
    assert!(message.contains("no credentials"), "{message}");
}

#[test]
fn an_unknown_cloud() {
    let message = configuration_error(client_of("chyna"));
    assert!(message.contains("unknown cloud `chyna`"), "{message}");
    assert!(
        message.contains("`global`, `china`, `government`, or a URL"),
        "{message}"
    );
}

#[test]
fn the_clouds_have_their_hosts() {
    for (name, host) in [
        ("global", "https://api.sse.cisco.com/"),
        ("China", "https://api.ciscosecureaccess.cn/"),
        ("government", "https://api.secureaccessfed.cisco.com/"),
        ("https://proxy.example/base", "https://proxy.example/base"),
    ] {
        let cloud: Cloud = name.parse().unwrap();
        assert_eq!(cloud.base_url().as_str(), host);
        client_of(name).unwrap();
    }
}

#[test]
fn a_base_url_that_would_leak() {
    for (url, expected) in [
        ("http://api.example", "plain http"),
        ("http://127.0.0.1.example", "plain http"),
        (
            "https://key:secret@api.example",
            "the URL contains credentials",
        ),
        ("https://api.example/?token=1", "must not have a query"),
        ("ftp://api.example", "begins with https://"),
    ] {
        let message = configuration_error(client_of(url));
        assert!(message.contains(expected), "{url}: {message}");
        assert!(
            !message.contains("secret@") && !message.contains("token=1"),
            "{message}"
        );
    }
    for url in ["http://127.0.0.1:1", "http://localhost:1", "http://[::1]:1"] {
        client_of(url).unwrap();
    }
}

#[test]
fn secrets_are_not_shown() {
    let credentials = Credentials::new("the-key", "the-secret");
    let client = Client::builder().credentials(credentials.clone());
    let shown = format!(
        "{credentials:?} {client:?} {:?}",
        client.clone().build().unwrap()
    );
    assert!(
        shown.contains("the-key") && !shown.contains("the-secret"),
        "{shown}"
    );
}

#[tokio::test]
async fn an_unreachable_server() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    drop(listener);
    let client = client_of(&format!("http://{address}")).unwrap();
    let error = scripted::read(&client).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Connect);
    assert!(
        error.to_string().contains("cannot connect to 127.0.0.1"),
        "{error}"
    );
    let source = std::error::Error::source(&error).unwrap();
    let (message, source) = (error.to_string(), source.to_string());
    assert!(!message.contains(&source), "{message}: {source}");
}

#[tokio::test]
async fn a_response_that_is_not_json() {
    let page = "<html><body>Sign in</body></html>";
    let server =
        Scripted::start(&[(200, "application/json", TOKEN), (200, "text/html", page)]).await;
    let error = scripted::read(&server.client()).await.unwrap_err();
    assert_eq!(
        (error.kind(), error.status().map(|status| status.as_u16())),
        (ErrorKind::Decode, Some(200))
    );
    assert_eq!(error.body(), page.as_bytes());
    let message = error.to_string();
    assert!(
        message.contains("list_regions: the response is not JSON"),
        "{message}"
    );
    assert!(message.contains("<html><body>"), "{message}");
}

#[tokio::test]
async fn an_empty_body_instead_of_an_object() {
    let server = Scripted::responding([], ScriptedResponse::new(200, &[], "")).await;
    let client = server.client();
    let errors = [
        client.deployments().list_regions().await.map(drop),
        client
            .policies()
            .delete_destination_list(17)
            .await
            .map(drop),
    ];
    for error in errors.map(Result::unwrap_err) {
        assert_eq!(error.kind(), ErrorKind::Decode, "{error}");
        assert!(error.to_string().contains("no body"), "{error}");
    }
    // Documented without a body, or with a status without a body.
    client.policies().delete_access_rule(17).await.unwrap();
    let server = Scripted::responding([], ScriptedResponse::new(204, &[], "")).await;
    let policies = server.client().policies();
    policies.delete_destination_list(17).await.unwrap();
}

#[tokio::test]
async fn a_truncated_response() {
    let server = Scripted::start(&[
        (200, "application/json", TOKEN),
        (200, "application/json", "{\"data\": ["),
    ])
    .await;
    let request = server.client().deployments().list_network_tunnel_groups();
    let error = request.send().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Decode);
    assert!(error.to_string().contains("not JSON"), "{error}");
}

#[tokio::test]
async fn an_error_has_the_message_of_the_service() {
    for (status, body, expected) in [
        (
            403,
            r#"{"message": "no"}"#,
            "403 Forbidden: no; the API key may lack the OAuth scope deployments.regions:read",
        ),
        (
            404,
            r#"{"statusCode": 404, "error": "Not Found", "message": "gone", "txId": "7"}"#,
            "404 Not Found: gone",
        ),
        (
            500,
            r#"{"status": {"code": 500, "text": "T"}, "data": {"message": "broken"}}"#,
            ": broken",
        ),
        (
            400,
            r#"{"meta": {}, "data": {"errors": ["bad limit"]}}"#,
            ": bad limit",
        ),
        (503, "try later", "503 Service Unavailable: try later"),
        (
            502,
            "<html>bad gateway</html>",
            "the service responded with 502 Bad Gateway",
        ),
    ] {
        let server = Scripted::start(&[
            (200, "application/json", TOKEN),
            (status, "application/json", body),
        ])
        .await;
        let error = scripted::read(&server.client()).await.unwrap_err();
        assert_eq!(
            (error.kind(), error.status().map(|status| status.as_u16())),
            (ErrorKind::Service, Some(status))
        );
        assert!(error.to_string().ends_with(expected), "{error}");
        assert_eq!(error.body(), body.as_bytes());
    }
}

mod environment {
    //! `Client::from_env`, in separate processes, because all tests share the environment of this one.

    use std::ffi::OsStr;
    use std::process::Command;

    /// Runs `probe_in_this_process` in a new process with these variables; returns its output.
    fn probe<V: AsRef<OsStr>>(variables: &[(&str, V)]) -> String {
        let mut command = Command::new(std::env::current_exe().unwrap());
        command
            .args([
                "bad_input::environment::probe_in_this_process",
                "--exact",
                "--ignored",
                "--nocapture",
            ])
            .env_remove("SECURE_ACCESS_API_KEY")
            .env_remove("SECURE_ACCESS_API_SECRET")
            .env_remove("SECURE_ACCESS_CLOUD")
            .envs(variables.iter().map(|(name, value)| (name, value)));
        let output = command.output().unwrap();
        String::from_utf8(output.stdout).unwrap()
    }

    #[test]
    #[ignore = "run by the other tests of this module, in a process of its own"]
    fn probe_in_this_process() {
        match super::Client::from_env() {
            Ok(client) => println!("cloud {} {client:?}", client.cloud()),
            Err(error) => println!("error {error}"),
        }
    }

    #[test]
    fn white_space_around_a_value_is_ignored() {
        let variables = [
            ("SECURE_ACCESS_API_KEY", " k\n"),
            ("SECURE_ACCESS_API_SECRET", "\ts "),
            ("SECURE_ACCESS_CLOUD", " china\r\n"),
        ];
        let message = probe(&variables);
        assert!(message.contains("cloud china"), "{message}");
        assert!(message.contains(r#"key: "k""#), "{message}");
        let message = probe(&[variables[0], ("SECURE_ACCESS_API_SECRET", " \n")]);
        assert!(
            message.contains("set SECURE_ACCESS_API_SECRET in"),
            "{message}"
        );
    }

    #[cfg(unix)]
    #[test]
    fn a_value_that_is_not_utf_8() {
        use std::os::unix::ffi::OsStrExt as _;
        let value = OsStr::from_bytes(b"hush-\xff");
        for name in [
            "SECURE_ACCESS_API_KEY",
            "SECURE_ACCESS_API_SECRET",
            "SECURE_ACCESS_CLOUD",
        ] {
            let plain = ["SECURE_ACCESS_API_KEY", "SECURE_ACCESS_API_SECRET"];
            let mut variables: Vec<_> = plain.map(|name| (name, OsStr::new("x"))).into();
            variables.push((name, value));
            let message = probe(&variables);
            assert!(
                message.contains(&format!("{name} is not UTF-8")),
                "{message}"
            );
            assert!(!message.contains("hush"), "{message}");
        }
    }

    #[test]
    fn nothing_set() {
        let message = probe::<&str>(&[]);
        assert!(
            message.contains("set SECURE_ACCESS_API_KEY and SECURE_ACCESS_API_SECRET"),
            "{message}"
        );
    }

    #[test]
    fn no_secret() {
        let message = probe(&[("SECURE_ACCESS_API_KEY", "k")]);
        assert!(
            message.contains("set SECURE_ACCESS_API_SECRET in the environment"),
            "{message}"
        );
    }

    #[test]
    fn a_cloud_by_name() {
        let credentials = [
            ("SECURE_ACCESS_API_KEY", "k"),
            ("SECURE_ACCESS_API_SECRET", "s"),
        ];
        assert!(probe(&credentials).contains("cloud global"));
        let china = [
            credentials[0],
            credentials[1],
            ("SECURE_ACCESS_CLOUD", "china"),
        ];
        assert!(probe(&china).contains("cloud china"));
        let unknown = [
            credentials[0],
            credentials[1],
            ("SECURE_ACCESS_CLOUD", "moon"),
        ];
        let message = probe(&unknown);
        assert!(
            message.contains("SECURE_ACCESS_CLOUD: unknown cloud `moon`"),
            "{message}"
        );
    }
}
