//! The workload of the comparison, with this crate: `compare-ours BASE_URL KEY SECRET JOB`.
#![allow(
    clippy::unwrap_used,
    reason = "a panic ends the measurement"
)]

use cisco_secure_access::{Client, Cloud, Credentials};
use futures_util::TryStreamExt as _;

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    let [_, url, key, secret, job] = arguments.as_slice() else {
        panic!("usage: compare-ours BASE_URL KEY SECRET JOB");
    };
    let client = Client::builder()
        .cloud(url.parse::<Cloud>().unwrap())
        .credentials(Credentials::new(key, secret.as_str()))
        .build()
        .unwrap();
    let sites = client.deployments().list_sites().send().await.unwrap();
    let site = sites.first().unwrap().site_id.unwrap();
    match job.as_str() {
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
        job => panic!("no job {job}"),
    }
}
