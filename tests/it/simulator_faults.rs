//! Injected faults, over a real socket.

use std::pin::pin;
use std::time::{Duration, Instant};

use cisco_secure_access::simulator::{Fault, Simulator};
use cisco_secure_access::{Cloud, ErrorKind, PausedClock, Result, RetryPolicy};
use futures_util::poll;

use crate::simulator::hurried;

/// The error of a call that is not retried.
async fn ends_in(fault: Fault) -> (ErrorKind, Option<u16>) {
    let simulator = Simulator::builder()
        .fault("list_sites", fault)
        .start()
        .await
        .unwrap();
    let client = cisco_secure_access::Client::builder()
        .cloud(Cloud::Custom(simulator.base_url()))
        .credentials(simulator.credentials())
        .retry(RetryPolicy::none())
        .build()
        .unwrap();
    let error = client.deployments().list_sites().send().await.unwrap_err();
    client.deployments().list_sites().send().await.unwrap();
    let status = error.status().map(|status| status.as_u16());
    (error.kind(), status)
}

#[tokio::test]
async fn every_fault_is_an_error_of_its_kind_and_occurs_once() {
    let faults = [
        (Fault::status(503), (ErrorKind::Service, Some(503))),
        (Fault::reset(), (ErrorKind::Connection, None)),
        (Fault::lost_response(), (ErrorKind::Connection, None)),
    ];
    for (fault, expected) in faults {
        let shown = format!("{fault:?}");
        assert_eq!(ends_in(fault).await, expected, "{shown}");
    }
    let (kind, _) = ends_in(Fault::truncated()).await;
    assert!(
        matches!(kind, ErrorKind::Connection | ErrorKind::Decode),
        "{kind:?}"
    );
}

#[tokio::test]
async fn faults_are_retried() -> Result<()> {
    let faults = [
        Fault::status(429).header("retry-after", "30").times(2),
        Fault::reset(),
        Fault::truncated(),
        Fault::lost_response(),
        Fault::expired_token(),
    ];
    for fault in faults {
        let shown = format!("{fault:?}");
        let simulator = Simulator::builder()
            .fault("list_sites", fault)
            .start()
            .await?;
        let sites = hurried(&simulator).deployments().list_sites().send().await;
        assert!(sites.is_ok(), "{shown}: {sites:?}");
        let calls = simulator
            .requests()
            .iter()
            .filter(|request| request.operation == Some("list_sites"))
            .count();
        assert!(calls > 1, "{shown}");
    }
    Ok(())
}

#[tokio::test]
async fn a_request_with_a_lost_response_was_processed_and_one_with_a_reset_was_not() -> Result<()> {
    const SITES: &str = "/deployments/v2/sites";
    for (fault, count) in [(Fault::lost_response(), 2), (Fault::reset(), 3)] {
        let simulator = Simulator::builder()
            .fault("delete_site", fault)
            .start()
            .await?;
        let request = hurried(&simulator).deployments().delete_site(1001);
        let request = request.retry(RetryPolicy::none());
        assert!(request.send().await.is_err());
        assert_eq!(simulator.ids(SITES).len(), count);
    }
    Ok(())
}

#[tokio::test]
async fn random_faults_are_the_same_for_the_same_seed() -> Result<()> {
    let mut all = Vec::new();
    for seed in [1, 1, 2] {
        let simulator = Simulator::builder()
            .seed(seed)
            .fault("list_sites", Fault::status(404).with_probability(0.3))
            .start()
            .await?;
        let client = hurried(&simulator);
        let mut failed = Vec::new();
        for call in 0..200 {
            if client.deployments().list_sites().send().await.is_err() {
                failed.push(call);
            }
        }
        assert!((30..90).contains(&failed.len()), "{}", failed.len());
        all.push(failed);
    }
    assert_eq!(all[0], all[1]);
    assert_ne!(all[0], all[2]);
    Ok(())
}

#[tokio::test]
async fn delays_and_slow_responses_take_time() -> Result<()> {
    let time = Duration::from_millis(20);
    for fault in [Fault::delay(time), Fault::slow(time)] {
        let simulator = Simulator::builder()
            .fault("list_sites", fault)
            .start()
            .await?;
        let start = Instant::now();
        hurried(&simulator)
            .deployments()
            .list_sites()
            .send()
            .await?;
        assert!(start.elapsed() >= time);
    }
    Ok(())
}

#[tokio::test]
async fn delays_take_no_real_time_on_a_paused_clock() -> Result<()> {
    let time = Duration::from_secs(8);
    for fault in [Fault::delay(time), Fault::slow(time)] {
        let clock = PausedClock::new();
        let simulator = Simulator::builder()
            .clock(&clock)
            .fault("list_sites", fault)
            .start()
            .await?;
        let start = Instant::now();
        simulator
            .client()?
            .deployments()
            .list_sites()
            .send()
            .await?;
        assert!(clock.elapsed() >= time, "{:?}", clock.elapsed());
        assert!(start.elapsed() < time);
    }
    Ok(())
}

#[tokio::test]
async fn a_time_limit_that_is_shorter_than_a_delay_ends_first() -> Result<()> {
    let clock = PausedClock::new();
    let simulator = Simulator::builder()
        .clock(&clock)
        .fault("list_sites", Fault::delay(Duration::from_secs(3600)))
        .start()
        .await?;
    let client = simulator.client()?;
    let sites = client.deployments().list_sites();
    let error = sites.retry(RetryPolicy::none()).send().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Timeout);
    assert!(clock.elapsed() < Duration::from_secs(3600));
    Ok(())
}

#[tokio::test]
async fn delayed_responses_arrive_when_a_test_advances_the_clock() -> Result<()> {
    let time = Duration::from_secs(3600);
    let simulator = Simulator::builder()
        .fault("list_sites", Fault::delay(time))
        .start()
        .await?;
    let request = simulator.example_request("list_sites", false).unwrap();
    let mut call = pin!(simulator.call(request));
    assert!(poll!(call.as_mut()).is_pending());
    simulator.advance(time);
    assert!(poll!(call).is_ready());
    Ok(())
}

#[tokio::test]
async fn a_rate_limit_response_has_the_time_of_its_reset() -> Result<()> {
    let simulator = Simulator::builder()
        .rate_limit("deployments", 2, 60)
        .start()
        .await?;
    let client = hurried(&simulator);
    let call = || {
        client
            .deployments()
            .list_sites()
            .retry(RetryPolicy::none())
            .send()
    };
    let first = call().await?;
    assert_eq!(first.headers()["ratelimit-remaining"], "1");
    call().await?;
    let error = call().await.unwrap_err();
    assert!(error.is_rate_limited());
    assert!(
        error.retry_after().unwrap() > Duration::from_secs(50),
        "{error:?}"
    );

    simulator.advance(Duration::from_secs(60));
    call().await?;
    Ok(())
}

#[tokio::test]
async fn documented_limits_are_those_of_the_class() -> Result<()> {
    let simulator = Simulator::builder()
        .documented_rate_limits()
        .start()
        .await?;
    let client = hurried(&simulator);
    let mut calls = 0;
    let rejected = loop {
        let call = client.deployments().list_sites().retry(RetryPolicy::none());
        match call.send().await {
            Ok(_) => calls += 1,
            Err(error) => break error,
        }
        if calls % 5 == 0 {
            simulator.advance(Duration::from_secs(1));
        }
    };
    assert!(rejected.is_rate_limited());
    assert_eq!(calls, 14, "a minute");
    Ok(())
}
