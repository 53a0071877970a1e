//! The workload of the comparison, with the Rust client of openapi-generator: `compare-generated BASE_URL KEY SECRET JOB`.
#![allow(
    clippy::unwrap_used,
    reason = "a panic ends the measurement"
)]

use generated_auth::apis as auth;
use generated_deployments::apis as deployments;
use generated_policies::apis as policies;
use generated_reports::apis as reports;

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    let [_, url, key, secret, job] = arguments.as_slice() else {
        panic!("usage: compare-generated BASE_URL KEY SECRET JOB");
    };
    let url = url.trim_end_matches('/').to_owned();
    let client = reqwest::Client::new();
    let configuration = auth::configuration::Configuration {
        base_path: url.clone(),
        client: client.clone(),
        basic_auth: Some((key.clone(), Some(secret.clone()))),
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
    match job.as_str() {
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
        job => panic!("no job {job}"),
    }
}
