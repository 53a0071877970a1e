//! The clock of the simulator, which a test advances, so that nothing sleeps.

use std::time::Duration;

use cisco_secure_access::simulator::Simulator;
use cisco_secure_access::{PausedClock, Result};
use serde_json::Value;

const HOUR: Duration = Duration::from_secs(3600);

#[tokio::test]
async fn a_client_that_shares_the_clock_waits_until_the_rate_limit_recovers() -> Result<()> {
    let clock = PausedClock::new();
    let simulator = Simulator::builder()
        .clock(&clock)
        .rate_limit("deployments", 2, 60)
        .start()
        .await?;
    let client = simulator.client()?;
    for _ in 0..5 {
        client.deployments().list_sites().await?;
    }
    assert_eq!(clock.sleeps().len(), 2);
    assert!(clock.elapsed() >= Duration::from_secs(120));
    Ok(())
}

#[tokio::test]
async fn tokens_expire_when_the_clock_advances() -> Result<()> {
    for clock in [None, Some(PausedClock::new())] {
        let mut builder = Simulator::builder().token_lifetime(HOUR);
        if let Some(clock) = &clock {
            builder = builder.clock(clock);
        }
        let simulator = builder.start_without_socket()?;
        let client = simulator.client()?;
        client.deployments().list_sites().await?;
        simulator.advance(HOUR);
        client.deployments().list_sites().await?;
        assert_eq!(simulator.token_requests(), 2, "{clock:?}");
    }
    Ok(())
}

#[tokio::test]
async fn the_time_of_reports_changes_only_when_it_is_advanced() -> Result<()> {
    let simulator = Simulator::builder().start_without_socket()?;
    let client = simulator.client()?;
    let newest = || async {
        let reports = client.reports();
        let events = reports.list_activity().from("-1days").to("now").limit(1);
        let page: Value =
            serde_json::from_slice(events.send_raw().await?.body()).unwrap_or_default();
        Ok::<_, cisco_secure_access::Error>(page["data"][0]["timestamp"].as_i64().unwrap())
    };
    let start = simulator.now();
    assert_eq!(start.to_rfc3339(), "2026-01-15T08:30:00+00:00");
    let before = newest().await?;
    assert!(before < start.timestamp_millis());
    assert_eq!(newest().await?, before);

    simulator.advance(2 * HOUR);
    assert_eq!(simulator.now() - start, chrono::TimeDelta::hours(2));
    assert!(newest().await? > start.timestamp_millis());
    Ok(())
}

#[tokio::test]
async fn the_calendar_can_follow_the_system() -> Result<()> {
    let simulator = Simulator::builder().real_time().start_without_socket()?;
    let start = simulator.now();
    while simulator.now() == start {
        tokio::task::yield_now().await;
    }
    Ok(())
}
