//! Redirects that a call follows, and the hosts that get its token.

use cisco_secure_access::{Client, ErrorKind, Result};

use crate::scripted::{Scripted, ScriptedResponse, create, read};

fn to(status: u16, location: &str) -> ScriptedResponse {
    ScriptedResponse::new(status, &[("location", location)], "")
}

/// The first line of each call, without the version.
fn lines(server: &Scripted) -> Vec<String> {
    let first = |call: &String| call.lines().next().unwrap().replace(" HTTP/1.1", "");
    server.calls().iter().map(first).collect()
}

#[tokio::test]
async fn the_status_decides_the_method_and_body_after_a_redirect() {
    for (status, method) in [
        (301, "GET"),
        (302, "GET"),
        (303, "GET"),
        (307, "POST"),
        (308, "POST"),
    ] {
        let server = Scripted::responding(
            [to(status, "/moved?a=b")],
            ScriptedResponse::json(200, "{}"),
        )
        .await;
        create(&server.client()).await.unwrap();
        let followed = &server.calls()[1];
        assert!(
            followed.starts_with(&format!("{method} /moved?a=b ")),
            "{followed}"
        );
        assert!(
            followed.contains("authorization: Bearer scripted-hush-token"),
            "{followed}"
        );
        assert_eq!(
            followed.contains("a long passphrase"),
            method == "POST",
            "{followed}"
        );
        assert_eq!(
            followed.contains("content-type"),
            method == "POST",
            "{followed}"
        );
    }
}

#[tokio::test]
async fn other_methods_become_get_after_303_only() {
    for (status, method) in [
        (301, "DELETE"),
        (302, "DELETE"),
        (303, "GET"),
        (308, "DELETE"),
    ] {
        let server =
            Scripted::responding([to(status, "/moved")], ScriptedResponse::json(200, "{}")).await;
        server
            .client()
            .deployments()
            .delete_site(1)
            .send()
            .await
            .unwrap();
        assert_eq!(lines(&server)[1], format!("{method} /moved"), "{status}");
    }
}

/// A call to an operation that redirects in a body.
async fn report(client: &Client) -> Result<()> {
    let request = client.reports().get_summary().from("-1days").to("now");
    request.send_raw().await.map(drop)
}

#[tokio::test]
async fn a_redirect_in_a_body_is_followed_only_for_reports() {
    let redirect = |url: &str| {
        let body = format!(r#"{{"data": {{"redirect": "{url}/elsewhere"}}}}"#);
        ScriptedResponse::json(200, &body)
    };
    let server = Scripted::knowing_itself(redirect, ScriptedResponse::json(200, "{}")).await;
    report(&server.client()).await.unwrap();
    assert_eq!(lines(&server)[1], "GET /elsewhere");

    let server = Scripted::knowing_itself(redirect, ScriptedResponse::json(200, "{}")).await;
    read(&server.client()).await.unwrap();
    assert_eq!(server.calls().len(), 1, "it is data");
}

#[tokio::test]
async fn at_most_five_redirects_are_followed() {
    let hops = |count: usize| (1..=count).map(|hop| to(302, &format!("/hop{hop}")));
    let server = Scripted::responding(hops(5), ScriptedResponse::json(200, "{}")).await;
    read(&server.client()).await.unwrap();
    assert_eq!(lines(&server)[5], "GET /hop5");

    let server = Scripted::responding(hops(6), ScriptedResponse::json(200, "{}")).await;
    let error = read(&server.client()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Redirect);
    assert!(error.to_string().contains("too many redirects"), "{error}");
    assert_eq!(server.calls().len(), 6);
}

#[tokio::test]
async fn a_redirect_loop_is_an_error() {
    let responses = [to(302, "/a"), to(302, "/b")];
    let server = Scripted::responding(responses, to(302, "/a")).await;
    let error = read(&server.client()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Redirect);
    assert!(error.to_string().contains("form a loop"), "{error}");
    assert_eq!(server.calls().len(), 3);
}

#[tokio::test]
async fn the_token_is_sent_to_no_other_server() {
    let other = Scripted::responding([], ScriptedResponse::json(200, "{}")).await;
    let locations = [
        other.url("/?key=value"),
        other.url("/").replace("http://", "//"),
        other.url("/").replace("http://", "http://127.0.0.1@"),
        other.url("/").replace("127.0.0.1", "localhost"),
        "https://evil.example/".to_owned(),
        "http://[::1]:9/".to_owned(),
        "http://[".to_owned(),
    ];
    for location in &locations {
        let in_body =
            ScriptedResponse::json(200, &format!(r#"{{"data": {{"redirect": "{location}"}}}}"#));
        let is_absolute = location.contains("://");
        let responses = [
            to(302, location),
            to(303, location),
            to(307, location),
            in_body,
        ];
        for response in responses.into_iter().take(if is_absolute { 4 } else { 3 }) {
            let server = Scripted::responding([], response).await;
            let error = report(&server.client()).await.unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Redirect, "{location}: {error}");
            assert!(!error.is_retryable());
            assert!(!format!("{error} {error:?}").contains("key=value"));
            if location.starts_with("https://evil") {
                assert!(error.to_string().contains("evil.example"), "{error}");
                assert!(error.to_string().contains("trust_redirects_to"), "{error}");
            }
            assert_eq!(server.calls().len(), 1, "{location}");
        }
    }
    assert_eq!(other.requests(), [""; 0]);
}

#[tokio::test]
async fn key_and_secret_are_never_redirected() {
    let other = Scripted::responding([], ScriptedResponse::json(200, "{}")).await;
    for location in ["/elsewhere", &other.url("/")] {
        let server = Scripted::with([to(307, location)]).await;
        let error = read(&server.client()).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Redirect);
        assert!(error.to_string().contains("key and secret"), "{error}");
        assert_eq!(server.requests().len(), 1);
    }
    assert_eq!(other.requests(), [""; 0]);
}

#[tokio::test]
async fn a_redirect_without_a_location_is_an_error_response() {
    let server = Scripted::responding([], ScriptedResponse::json(302, "")).await;
    let error = read(&server.client()).await.unwrap_err();
    assert_eq!(
        (error.kind(), error.status().map(|status| status.as_u16())),
        (ErrorKind::Service, Some(302))
    );
}
