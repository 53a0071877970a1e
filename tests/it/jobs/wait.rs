//! Waits that end with a response, with the total timeout, with an error, or when they are dropped.

use std::time::Duration;

use cisco_secure_access::jobs::wait;
use cisco_secure_access::{Client, ErrorKind, PausedClock, Result, RetryPolicy, StatusCode};
use futures_util::future::{Either, select};
use serde_json::json;
use tokio::sync::oneshot;

use crate::clock::{paused_clock, sleeps};
use crate::scripted::{Scripted, ScriptedResponse};

const GROUP: i64 = 7;

fn group(status: &str) -> ScriptedResponse {
    let group = json!({"id": GROUP, "name": "Harbour", "status": status, "hubs": []});
    ScriptedResponse::json(200, &group.to_string())
}

/// A server with these responses, a client of it that does not retry, and their clock.
async fn server(
    responses: impl IntoIterator<Item = ScriptedResponse>,
    last: ScriptedResponse,
) -> Result<(Scripted, Client, PausedClock)> {
    let server = Scripted::responding(responses, last).await;
    let clock = paused_clock(&server);
    let builder = server.builder().retry(RetryPolicy::none());
    let client = builder.clock(&clock).build()?;
    Ok((server, client, clock))
}

#[tokio::test]
async fn a_wait_for_a_tunnel_group_has_growing_delays() -> Result<()> {
    let statuses = ["disconnected", "warning", "sleepy", "disconnected"];
    let (server, client, clock) = server(statuses.map(group), group("connected")).await?;
    let mut progress = Vec::new();
    let connected = wait::tunnel_group_connected(&client, GROUP)
        .max_backoff(Duration::from_secs(3))
        .progress(|now| {
            progress.push((now.requests, now.elapsed.as_secs(), now.delay.as_secs()));
        })
        .await?;
    assert_eq!(connected.name.as_deref(), Some("Harbour"));
    assert_eq!(progress, [(1, 0, 1), (2, 1, 2), (3, 3, 3), (4, 6, 3)]);
    assert_eq!(sleeps(&clock), [1000, 2000, 3000, 3000]);
    assert_eq!(server.calls().len(), 5);
    Ok(())
}

#[tokio::test]
async fn a_fulfilled_condition_takes_one_request() -> Result<()> {
    let (server, client, clock) = server([], group("connected")).await?;
    wait::tunnel_group_connected(&client, GROUP)
        .progress(|_| panic!("nothing is waited for"))
        .await?;
    assert!(clock.sleeps().is_empty());
    assert_eq!(server.calls().len(), 1);
    Ok(())
}

#[tokio::test]
async fn the_total_timeout_ends_a_wait() -> Result<()> {
    let (server, client, clock) = server([], group("disconnected")).await?;
    let error = wait::tunnel_group_connected(&client, GROUP)
        .initial_backoff(Duration::from_secs(5))
        .total_timeout(Duration::from_secs(60))
        .await
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Timeout);
    assert_eq!(
        error.to_string(),
        "timed out waiting until the network tunnel group 7 is connected: 4 requests in 35.0 s, and the total timeout is 60.0 s"
    );
    assert_eq!(sleeps(&clock), [5000, 10_000, 20_000]);
    assert_eq!(server.calls().len(), 4);
    Ok(())
}

#[tokio::test]
async fn the_total_timeout_ends_a_request_in_flight() -> Result<()> {
    let (_server, client, clock) = server([group("warning")], ScriptedResponse::Hang).await?;
    let error = wait::tunnel_group_connected(&client, GROUP)
        .total_timeout(Duration::from_secs(10))
        .await
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Timeout);
    let text = error.to_string();
    assert!(text.contains("2 requests in 10.0 s"), "{text}");
    assert_eq!(clock.elapsed(), Duration::from_secs(10));
    Ok(())
}

#[tokio::test]
async fn retryable_failures_continue_a_wait_and_other_failures_end_it() -> Result<()> {
    let busy = ScriptedResponse::new(503, &[("retry-after", "20")], "");
    let responses = [busy.clone(), ScriptedResponse::json(502, "{}")];
    let (_server, client, clock) = server(responses, group("connected")).await?;
    wait::tunnel_group_connected(&client, GROUP).await?;
    assert_eq!(sleeps(&clock), [20_000, 2000], "as long as is requested");

    let (_server, client, _) = server([], busy).await?;
    let error = wait::tunnel_group_connected(&client, GROUP)
        .total_timeout(Duration::from_secs(50))
        .await
        .unwrap_err();
    assert_eq!(error.status(), Some(StatusCode::SERVICE_UNAVAILABLE));
    let text = error.to_string();
    assert!(
        text.ends_with("3 requests in 40.0 s, and the total timeout is 50.0 s"),
        "{text}"
    );

    let missing = ScriptedResponse::json(404, r#"{"message": "There is none"}"#);
    let (server, client, _) = server([group("warning")], missing).await?;
    let error = wait::tunnel_group_connected(&client, GROUP).await;
    assert!(error.unwrap_err().is_not_found());
    assert_eq!(server.calls().len(), 2);
    Ok(())
}

#[tokio::test]
async fn a_dropped_wait_sends_no_more_requests() -> Result<()> {
    let (server, client, clock) = server([], group("disconnected")).await?;
    drop(wait::tunnel_group_connected(&client, GROUP));
    assert!(server.calls().is_empty(), "it begins when it is awaited");

    let (sender, third_delay) = oneshot::channel();
    let mut sender = Some(sender);
    let waiting = wait::tunnel_group_connected(&client, GROUP).progress(move |progress| {
        if progress.requests == 3 {
            sender.take().unwrap().send(()).unwrap();
        }
    });
    match select(third_delay, waiting.into_future()).await {
        Either::Left((received, waiting)) => {
            received.unwrap();
            drop(waiting);
        }
        Either::Right((result, _)) => panic!("{result:?}"),
    }
    let calls = server.calls().len();
    assert!(!clock.advance_to_next(), "no timer remains");
    tokio::task::yield_now().await;
    assert_eq!(server.calls().len(), calls);
    Ok(())
}

#[tokio::test]
async fn a_wait_for_a_destination_ends_when_its_list_has_it() -> Result<()> {
    let page = |destinations: &[&str]| {
        let rows: Vec<_> = (1..)
            .zip(destinations)
            .map(|(id, destination): (i32, _)| {
                json!({"id": id.to_string(), "destination": destination, "type": "domain", "createdAt": "2026-03-04 05:06:07"})
            })
            .collect();
        let status = json!({"code": 200, "text": "OK"});
        let meta = json!({"page": 1, "limit": 100, "total": rows.len()});
        let body = json!({"status": status, "meta": meta, "data": rows});
        ScriptedResponse::json(200, &body.to_string())
    };
    let before = [page(&[]), page(&["example.org"])];
    let after = page(&["example.org", "example.com/Path"]);
    let (_server, client, clock) = server(before, after).await?;
    let destination = wait::destination_visible(&client, 1001, "Example.COM/Path").await?;
    assert_eq!(destination.id, Some(2));
    assert_eq!(sleeps(&clock), [1000, 2000]);

    let error = wait::destination_visible(&client, 1001, "example.com/path")
        .total_timeout(Duration::from_secs(2))
        .await
        .unwrap_err();
    let text = error.to_string();
    let what = "`example.com/path` is visible in the destination list 1001";
    assert!(text.contains(what), "{text}");
    Ok(())
}

#[tokio::test]
async fn a_wait_for_a_dlp_index_ends_when_it_is_active() -> Result<()> {
    let id = "0b5f2c1e-6f0a-4f5e-9d53-2a4a1d1f7c11";
    let identifier = |is_active: bool| {
        let body = json!({"id": id, "name": "Customers", "isActive": is_active});
        ScriptedResponse::json(200, &body.to_string())
    };
    let (server, client, _) = server([identifier(false)], identifier(true)).await?;
    let edm = wait::edm_identifier_active(&client, id).await?;
    assert_eq!(edm.name.as_deref(), Some("Customers"));
    assert_eq!(server.calls().len(), 2);

    let (server, client, _) = self::server([identifier(false)], identifier(true)).await?;
    let idm = wait::idm_identifier_active(&client, id).await?;
    assert_eq!(idm.name.as_deref(), Some("Customers"));
    assert_eq!(server.calls().len(), 2);
    Ok(())
}

#[tokio::test]
async fn the_predicate_sees_each_response() -> Result<()> {
    let statuses = ["disconnected", "warning"].map(group);
    let (_server, client, _) = server(statuses, group("connected")).await?;
    let deployments = client.deployments();
    let mut seen = Vec::new();
    wait::until(
        &client,
        "three states were seen",
        || deployments.get_network_tunnel_group(GROUP),
        |group| {
            seen.push(group.status.clone().unwrap().to_string());
            seen.len() == 3
        },
    )
    .await?;
    assert_eq!(seen, ["disconnected", "warning", "connected"]);
    Ok(())
}
