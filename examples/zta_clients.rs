//! Lists the users of zero trust access (ZTA) with the certificates of their devices and their recent activity, as JSON, and summarizes them.
//!
//! ```text
//! cargo run --example zta_clients                            # on a simulator
//! SECURE_ACCESS_API_KEY=… SECURE_ACCESS_API_SECRET=… cargo run --example zta_clients -- FILE HOURS
//! ```
//!
//! The default is the activity of the last 24 hours; the service returns at most 15,000 events of a range. It only reads, with the OAuth
//! scopes `reports.utilities:read`, `admin.ztna.users:read` and `reports.granularEvents:read`. It takes one call for each 500 users, one
//! for each 100 users, of which the service accepts 14 per minute, and one for each 5,000 events.

#![allow(clippy::print_stdout, reason = "the example prints its results")]

mod common;

use std::collections::BTreeMap;
use std::error::Error;
use std::fs;
use std::process::ExitCode;

use cisco_secure_access::Client;
use cisco_secure_access::api::admin::types::ZtnaCertificateCounts;
use cisco_secure_access::api::reports::types::{Identity, IdentityTypeName, ZtnaActivity};
use cisco_secure_access::simulator::{Fault, Simulator, SimulatorBuilder};
use futures_util::{StreamExt as _, TryStreamExt as _};
use serde_json::json;

/// The maximum number of users in a request for certificates.
const USERS: usize = 100;
/// The maximum number of events of a range, and the number of events that are kept for each user.
const MAX_EVENTS: usize = 15_000;
const RECENT: usize = 10;

#[tokio::main]
async fn main() -> ExitCode {
    common::end(run().await)
}

async fn run() -> Result<(), Box<dyn Error>> {
    let (client, _simulator) = common::connect("", simulator()).await?;
    let mut arguments = std::env::args().skip(1);
    let file = arguments
        .next()
        .unwrap_or_else(|| "target/example-zta-clients.json".to_owned());
    let hours: u32 = arguments.next().map_or(Ok(24), |hours| hours.parse())?;

    let identities = client.reports().list_identities().limit(500);
    let users: Vec<_> = identities
        .identity_types([IdentityTypeName::DirectoryUser])
        .items()
        .try_collect()
        .await?;
    let certificates = certificates(&client, &users).await?;
    let activity = activity(&client, hours).await?;

    let clients: Vec<_> = users
        .iter()
        .map(|user| {
            let events = user.id.and_then(|id| activity.get(&id));
            json!({
                "user": user,
                "certificates": user.id.and_then(|id| certificates.get(&id)),
                "events": events.map_or(0, Vec::len),
                "recent": events.map(|events| &events[..events.len().min(RECENT)]),
            })
        })
        .collect();
    fs::write(&file, serde_json::to_vec_pretty(&clients)?)?;

    let sum = |count: fn(&ZtnaCertificateCounts) -> Option<i64>| -> i64 {
        certificates.values().filter_map(count).sum()
    };
    let with_active = |more_than| {
        let active = certificates.values().filter_map(|counts| counts.active);
        active.filter(|active| *active > more_than).count()
    };
    println!("{} users are in {file}", users.len());
    println!("{:6} enrolled", certificates.len());
    println!(
        "{:6} with an active device, {} with more than one",
        with_active(0),
        with_active(1)
    );
    println!("{:6} certificates active", sum(|counts| counts.active));
    println!(
        "{:6} expired, {} revoked",
        sum(|counts| counts.expired),
        sum(|counts| counts.revoked)
    );
    println!("{:6} users active in {hours} hours", activity.len());
    Ok(())
}

/// Returns the number of certificates of the devices of each enrolled user.
async fn certificates(
    client: &Client,
    users: &[Identity],
) -> cisco_secure_access::Result<BTreeMap<i64, ZtnaCertificateCounts>> {
    let mut certificates = BTreeMap::new();
    for users in users.chunks(USERS) {
        let ids = users.iter().filter_map(|user| user.id);
        let request = client.admin().list_ztna_user_summaries().user_ids(ids);
        for summary in request.await?.into_inner().users {
            if let (Some(id), Some(counts)) = (summary.user_id, summary.device_certificate_counts) {
                certificates.insert(id, counts);
            }
        }
    }
    Ok(certificates)
}

/// Returns the events of the last hours by user, newest first.
async fn activity(
    client: &Client,
    hours: u32,
) -> Result<BTreeMap<i64, Vec<ZtnaActivity>>, Box<dyn Error>> {
    let request = client.reports().list_ztna_activity().limit(5_000);
    let request = request.from(format!("-{hours}hours")).to("now");
    let mut events = request.items().take(MAX_EVENTS);
    let mut activity = BTreeMap::<_, Vec<_>>::new();
    while let Some(event) = events.try_next().await? {
        let user = event.identities.iter().find(|identity| {
            let kind = identity.type_.as_ref().and_then(|kind| kind.type_.as_ref());
            kind == Some(&IdentityTypeName::DirectoryUser)
        });
        if let Some(id) = user.and_then(|user| user.id) {
            activity.entry(id).or_default().push(event);
        }
    }
    Ok(activity)
}

/// A simulator with two users, one of whom has devices.
fn simulator() -> SimulatorBuilder {
    let kind = json!({"id": 7, "type": "directory_user", "label": "Directory user"});
    let user = |id, label| json!({"id": id, "label": label, "type": kind, "deleted": false});
    let users = json!({"data": [user(1002, "Ada"), user(1005, "Grace")], "meta": {}});
    let counts = json!({"active": 2, "expired": 1, "revoked": 0});
    let certificates = json!({"users": [{"userId": "1002", "deviceCertificateCounts": counts}]});
    Simulator::builder()
        .items("list_identities", 2)
        .fault("list_identities", Fault::status(200).body(users))
        .fault(
            "list_ztna_user_summaries",
            Fault::status(200).body(certificates),
        )
}
