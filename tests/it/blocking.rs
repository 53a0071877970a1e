//! Calls and listings without async.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use cisco_secure_access::api::policies::types::AddDestination;
use cisco_secure_access::auth::{BoxError, BoxFuture, CredentialsProvider};
use cisco_secure_access::blocking::wait;
use cisco_secure_access::jobs::activity::export;
use cisco_secure_access::jobs::destinations::CurrentList;
use cisco_secure_access::jobs::rules::{edit_access_rule, restore_rules};
use cisco_secure_access::simulator::Simulator;
use cisco_secure_access::{Client, Credentials, Error, ErrorKind};
use tokio::runtime::Builder;
use tokio::task::LocalSet;

/// A simulator with this number of groups, and its runtime.
fn simulator(groups: usize) -> (tokio::runtime::Runtime, Simulator) {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build()
        .unwrap();
    let start = Simulator::builder().tunnel_groups(groups).start();
    let simulator = runtime.block_on(start).unwrap();
    (runtime, simulator)
}

fn names(client: &Client, prefetch: usize) -> Vec<String> {
    let request = client.deployments().list_network_tunnel_groups().limit(10);
    let items = request.items().prefetch(prefetch).wait();
    items.map(|group| group.unwrap().name.unwrap()).collect()
}

#[test]
fn calls_and_listings_block_until_complete() {
    let (_runtime, simulator) = simulator(25);
    let client = simulator.client().unwrap();
    let page = client
        .deployments()
        .list_network_tunnel_groups()
        .limit(10)
        .send()
        .wait()
        .unwrap();
    assert_eq!((page.data.len(), page.status().as_u16()), (10, 200));
    let names = names(&client, 1);
    assert_eq!(names.len(), 25);
    assert_eq!(self::names(&client, 3), names);
    let request = client.deployments().list_network_tunnel_groups().limit(10);
    let pages: Vec<_> = request
        .pages()
        .wait()
        .map(|page| page.unwrap().data.len())
        .collect();
    assert_eq!(pages, [10, 10, 5]);
    let raw = client
        .deployments()
        .list_regions()
        .send_raw()
        .wait()
        .unwrap();
    assert_eq!(raw.status(), 200);
    let error = client
        .deployments()
        .get_network_tunnel_group(1)
        .send()
        .wait()
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Service);
}

#[test]
fn a_listing_can_be_dropped_and_resumed() {
    let (_runtime, simulator) = simulator(25);
    let client = simulator.client().unwrap();
    let request = client.deployments().list_network_tunnel_groups().limit(10);
    let mut groups = request.clone().items().wait();
    let mut found: Vec<_> = groups
        .by_ref()
        .take(13)
        .map(|group| group.unwrap().name)
        .collect();
    let continuation = groups.listing().unwrap().continuation().unwrap();
    let rest = request.items().resume(&continuation).wait();
    found.extend(rest.map(|group| group.unwrap().name));
    found.sort();
    found.dedup();
    assert_eq!(found.len(), 25);
}

#[test]
fn many_threads_wait_at_the_same_time() {
    let (_runtime, simulator) = simulator(3);
    let client = simulator.client().unwrap();
    std::thread::scope(|scope| {
        for _ in 0..16 {
            scope.spawn(|| assert_eq!(names(&client, 1).len(), 3));
        }
    });
    assert_eq!(simulator.token_requests(), 1);
}

/// Waits for a call.
fn regions(client: &Client) -> Result<(), Error> {
    client.deployments().list_regions().send().wait().map(drop)
}

#[test]
fn a_wait_in_an_async_task_fails_at_once() {
    let (runtime, simulator) = simulator(3);
    let client = simulator.client().unwrap();
    let single = Builder::new_current_thread().build().unwrap();
    let spawned = client.clone();
    let errors = [
        single.block_on(async { regions(&client) }),
        runtime.block_on(async { regions(&client) }),
        runtime
            .block_on(runtime.spawn(async move { regions(&spawned) }))
            .unwrap(),
        single.block_on(LocalSet::new().run_until(async { regions(&client) })),
        runtime.block_on(async {
            // Also late in a poll.
            for _ in 0..100 {
                tokio::task::consume_budget().await;
            }
            regions(&client)
        }),
    ];
    for result in errors {
        let error = result.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Configuration);
        assert!(error.to_string().contains("spawn_blocking"), "{error}");
    }
    let mut groups = client
        .deployments()
        .list_network_tunnel_groups()
        .items()
        .wait();
    assert!(single.block_on(async { groups.next() }).unwrap().is_err());
    assert!(groups.next().is_none(), "one error, and the end");
    assert!(groups.listing().unwrap().continuation().is_some());
    assert_eq!(simulator.requests(), [], "nothing was sent");
}

#[test]
fn a_wait_on_a_thread_for_blocking_work_succeeds() {
    let (runtime, simulator) = simulator(3);
    let client = simulator.client().unwrap();
    let waiting = client.clone();
    let waiting = runtime.spawn_blocking(move || regions(&waiting));
    runtime.block_on(waiting).unwrap().unwrap();
    let workers = Builder::new_multi_thread()
        .worker_threads(1)
        .build()
        .unwrap();
    let waiting = workers.spawn(async move { tokio::task::block_in_place(|| regions(&client)) });
    workers.block_on(waiting).unwrap().unwrap();
}

#[test]
fn a_panic_resumes() {
    let work = async { panic!("the harbour is closed") };
    let panic = std::panic::catch_unwind(|| wait::<()>(work)).unwrap_err();
    assert_eq!(*panic.downcast::<&str>().unwrap(), "the harbour is closed");
    // The worker continues.
    wait(async { Ok(()) }).unwrap();
}

/// A provider that calls a client without async.
#[derive(Debug)]
struct Vault(Client);

impl CredentialsProvider for Vault {
    fn credentials(&self) -> BoxFuture<'_, Result<Credentials, BoxError>> {
        Box::pin(async {
            let regions = self.0.deployments().list_regions().send().wait()?;
            Ok(Credentials::new(
                "key",
                format!("hush-{}", regions.regions.len()),
            ))
        })
    }
}

#[test]
fn a_wait_within_a_wait_fails_instead_of_hanging() {
    let (_runtime, simulator) = simulator(3);
    let vault = Vault(simulator.client().unwrap());
    let client = simulator
        .client_builder()
        .credentials_provider(vault)
        .build()
        .unwrap();
    let error = client
        .deployments()
        .list_regions()
        .send()
        .wait()
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Configuration);
    assert!(error.to_string().contains("`wait` would block"), "{error}");
}

#[test]
fn jobs_block_until_complete() {
    let (_runtime, simulator) = simulator(25);
    let client = simulator.client().unwrap();
    let groups = client.deployments().list_network_tunnel_groups().items();
    let group = wait(groups.find_by_name("Branch 017")).unwrap().unwrap();
    assert_eq!(group.id, Some(1017));

    let to_sync = client.clone();
    let left = wait(async move {
        let read = async || CurrentList::read(&to_sync, 1001, |_| {}).await;
        let wanted = || [AddDestination::new("example.com")];
        read().await?.plan(wanted()).apply(|_| {}).await?;
        Ok(read().await?.plan(wanted()).request_count())
    });
    assert_eq!(left.unwrap(), 0);

    let rule = client.policies().get_access_rule(1001).send().wait();
    let backup = [rule.unwrap().into_inner()];
    let mut restored = restore_rules(&client, backup, Duration::from_secs(60)).wait();
    let rule = restored.next().unwrap().unwrap().into_inner();
    assert_eq!(rule.rule_id, Some(1001));
    assert!(restored.next().is_none());

    let reports = client.reports();
    let day: DateTime<Utc> = "2026-01-14T00:00:00Z".parse().unwrap();
    let mut events = export(day..day + TimeDelta::days(1), move |from, to, limit| {
        reports
            .list_activity()
            .from(from)
            .to(to)
            .limit(limit)
            .send()
    })
    .wait();
    assert!(events.by_ref().map(Result::unwrap).count() > 200);
    assert!(events.listing().unwrap().rest().is_empty());

    let edit = async move {
        let timeout = Duration::from_secs(10);
        edit_access_rule(&client, 1001, timeout, |rule| {
            rule.rule_name = Some("Pier".to_owned());
        })
        .await
    };
    assert_eq!(wait(edit).unwrap().rule_name.as_deref(), Some("Pier"));
}
