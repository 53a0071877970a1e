//! The workload of the comparison, with this crate: `compare-ours BASE_URL KEY SECRET JOB`.
#![allow(
    clippy::unwrap_used,
    reason = "a panic ends the measurement"
)]

use cisco_secure_access::api::reports::types::ListDnsActivityResponse;
use cisco_secure_access::{Client, Cloud, Credentials, LenientDeserialize as _};
use futures_util::TryStreamExt as _;
use tokio::runtime::Builder;

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    let [_, url, key, secret, job] = arguments.as_slice() else {
        panic!("usage: compare-ours BASE_URL KEY SECRET JOB");
    };
    let client = Client::builder()
        .cloud(url.parse::<Cloud>().unwrap())
        .credentials(Credentials::new(key, secret.as_str()))
        .build()
        .unwrap();
    if job == "blocking" {
        return blocking(&client);
    }
    let runtime = Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(run(&client, job));
}

/// A program that is not async.
fn blocking(client: &Client) {
    let sites = client.deployments().list_sites().send().wait().unwrap();
    let site = sites.first().unwrap().site_id.unwrap();
    for _ in 0..1000 {
        let site = client.deployments().get_site(site).send().wait().unwrap();
        assert!(site.name.is_some());
    }
}

async fn run(client: &Client, job: &str) {
    let sites = client.deployments().list_sites().send().await.unwrap();
    let site = sites.first().unwrap().site_id.unwrap();
    match job {
        "token" => {}
        "gets" => {
            for _ in 0..1000 {
                let site = client.deployments().get_site(site).send().await.unwrap();
                assert!(site.name.is_some());
            }
        }
        "list" => {
            let lists = client
                .policies()
                .list_destination_lists()
                .send()
                .await
                .unwrap();
            let list = lists.data.first().unwrap().id.unwrap();
            let mut items = client.policies().list_destinations(list).items();
            let mut count = 0;
            while let Some(item) = items.try_next().await.unwrap() {
                assert!(item.destination.is_some());
                count += 1;
            }
            assert_eq!(count, 100_000);
        }
        "pages" => {
            for page in 0..20 {
                let request = client.reports().list_dns_activity().from("-30days").to("now").limit(1000);
                let rows = request.offset(page).send().await.unwrap();
                assert_eq!(rows.data.len(), 1000);
            }
        }
        "decode" => {
            let request = client.reports().list_dns_activity().from("-30days").to("now");
            let page = request.limit(1000).offset(0).send_raw().await.unwrap();
            for _ in 0..200 {
                let (rows, _) = ListDnsActivityResponse::from_body(page.body()).unwrap();
                assert_eq!(rows.data.len(), 1000);
            }
        }
        job => panic!("no job {job}"),
    }
}
