//! The workload of the comparison, with the Rust client of openapi-generator: `compare-generated BASE_URL KEY SECRET JOB`.
#![allow(
    clippy::unwrap_used,
    reason = "a panic ends the measurement"
)]

use generated_auth::apis as auth;
use generated_deployments::apis as deployments;
use generated_policies::apis as policies;
use generated_blocking_auth::apis as blocking_auth;
use generated_blocking_deployments::apis as blocking_deployments;
use generated_reports::apis as reports;
use generated_reports::models::ListDnsActivityResponse;
use tokio::runtime::Builder;

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    let [_, url, key, secret, job] = arguments.as_slice() else {
        panic!("usage: compare-generated BASE_URL KEY SECRET JOB");
    };
    let url = url.trim_end_matches('/').to_owned();
    let key = (key.clone(), Some(secret.clone()));
    match job.as_str() {
        "blocking" => blocking(url, key),
        job => {
            let runtime = Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(run(url, key, job));
        }
    }
}

type Key = (String, Option<String>);

/// A program that is not async.
fn blocking(url: String, key: Key) {
    let client = reqwest::blocking::Client::new();
    let configuration = blocking_auth::configuration::Configuration {
        base_path: url.clone(),
        client: client.clone(),
        basic_auth: Some(key),
        ..Default::default()
    };
    let granted = blocking_auth::token_authorization_api::create_token(&configuration, "client_credentials");
    let configuration = blocking_deployments::configuration::Configuration {
        base_path: url,
        client,
        oauth_access_token: Some(granted.unwrap().access_token),
        ..Default::default()
    };
    let sites = blocking_deployments::sites_api::list_sites(&configuration, None, None).unwrap();
    let site = sites[0].site_id;
    for _ in 0..1000 {
        let site = blocking_deployments::sites_api::get_site(&configuration, site).unwrap();
        assert!(!site.name.is_empty());
    }
}

async fn run(url: String, key: Key, job: &str) {
    let client = reqwest::Client::new();
    let configuration = auth::configuration::Configuration {
        base_path: url.clone(),
        client: client.clone(),
        basic_auth: Some(key),
        ..Default::default()
    };
    let granted = auth::token_authorization_api::create_token(&configuration, "client_credentials");
    let token = granted.await.unwrap().access_token;
    let configuration = deployments::configuration::Configuration {
        base_path: url.clone(),
        client: client.clone(),
        oauth_access_token: Some(token.clone()),
        ..Default::default()
    };
    let sites = deployments::sites_api::list_sites(&configuration, None, None)
        .await
        .unwrap();
    let site = sites[0].site_id;
    match job {
        "token" => {}
        "gets" => {
            for _ in 0..1000 {
                let site = deployments::sites_api::get_site(&configuration, site)
                    .await
                    .unwrap();
                assert!(!site.name.is_empty());
            }
        }
        "list" => {
            let configuration = policies::configuration::Configuration {
                base_path: url,
                client,
                oauth_access_token: Some(token),
                ..Default::default()
            };
            let lists =
                policies::destination_lists_api::list_destination_lists(&configuration, None, None);
            let list = lists.await.unwrap().data[0].id;
            let mut count = 0;
            for page in 1..=1000 {
                let page = policies::destination_lists_api::list_destinations(
                    &configuration,
                    list,
                    Some(page),
                    Some(100),
                );
                count += page.await.unwrap().data.len();
            }
            assert_eq!(count, 100_000);
        }
        "pages" => {
            let configuration = reports::configuration::Configuration {
                base_path: url,
                client,
                oauth_access_token: Some(token),
                ..Default::default()
            };
            for page in 0..20 {
                let page = reports::reporting_api::list_dns_activity(
                    &configuration,
                    "-30days",
                    "now",
                    1000,
                    Some(page),
                    None,
                    None,
                    None,
                    None,
                    None,
                    None,
                    None,
                    None,
                    None,
                    None,
                    None,
                    None,
                    None,
                );
                assert_eq!(page.await.unwrap().data.len(), 1000);
            }
        }
        "decode" => {
            let path = "/reports/v2/activity/dns?from=-30days&to=now&limit=1000&offset=0";
            let request = client.get(format!("{url}{path}")).bearer_auth(token);
            let body = request.send().await.unwrap().bytes().await.unwrap();
            for _ in 0..200 {
                let page: ListDnsActivityResponse = serde_json::from_slice(&body).unwrap();
                assert_eq!(page.data.len(), 1000);
            }
        }
        job => panic!("no job {job}"),
    }
}
