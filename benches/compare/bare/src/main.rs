//! The workload of the comparison, handwritten with reqwest and serde: `compare-bare BASE_URL KEY SECRET JOB`.
//!
//! It decodes only the fields that it uses, and does not handle errors: the minimum of a program.
#![allow(
    clippy::unwrap_used,
    reason = "a panic ends the measurement"
)]

use reqwest::Client;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use tokio::runtime::Builder;

#[derive(Deserialize)]
struct Token {
    access_token: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Site {
    site_id: i64,
    name: String,
}

#[derive(Deserialize)]
struct Page<T> {
    data: Vec<T>,
}

#[derive(Deserialize)]
struct List {
    id: i64,
}

#[derive(Deserialize)]
struct Destination {
    destination: String,
}

#[derive(Deserialize)]
struct Event {
    #[allow(dead_code, reason = "the field is only decoded")]
    domain: Option<String>,
}

struct Service {
    http: Client,
    url: String,
    token: String,
}

impl Service {
    async fn get<T: DeserializeOwned>(&self, path: &str) -> T {
        serde_json::from_slice(&self.body(path).await).unwrap()
    }

    async fn body(&self, path: &str) -> Vec<u8> {
        let request = self.http.get(format!("{}{path}", self.url));
        let response = request.bearer_auth(&self.token).send().await.unwrap();
        let body = response.error_for_status().unwrap().bytes().await.unwrap();
        body.into()
    }
}

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    let [_, url, key, secret, job] = arguments.as_slice() else {
        panic!("usage: compare-bare BASE_URL KEY SECRET JOB");
    };
    match job.as_str() {
        "blocking" => blocking(url, key, secret),
        job => {
            let runtime = Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(run(url, key, secret, job));
        }
    }
}

/// A program that is not async.
fn blocking(url: &str, key: &str, secret: &str) {
    let http = reqwest::blocking::Client::new();
    let request = http
        .post(format!("{url}auth/v2/token"))
        .basic_auth(key, Some(secret))
        .header("content-type", "application/x-www-form-urlencoded")
        .body("grant_type=client_credentials");
    let body = request.send().unwrap().bytes().unwrap();
    let token: Token = serde_json::from_slice(&body).unwrap();
    let get = |path: &str| {
        let request = http.get(format!("{url}{path}"));
        let response = request.bearer_auth(&token.access_token).send().unwrap();
        response.error_for_status().unwrap().bytes().unwrap()
    };
    let sites: Vec<Site> = serde_json::from_slice(&get("deployments/v2/sites")).unwrap();
    let path = format!("deployments/v2/sites/{}", sites[0].site_id);
    for _ in 0..1000 {
        let site: Site = serde_json::from_slice(&get(&path)).unwrap();
        assert!(!site.name.is_empty());
    }
}

async fn run(url: &str, key: &str, secret: &str, job: &str) {
    let http = Client::new();
    let request = http
        .post(format!("{url}auth/v2/token"))
        .basic_auth(key, Some(secret))
        .header("content-type", "application/x-www-form-urlencoded")
        .body("grant_type=client_credentials");
    let body = request.send().await.unwrap().bytes().await.unwrap();
    let token: Token = serde_json::from_slice(&body).unwrap();
    let service = Service {
        http,
        url: url.to_owned(),
        token: token.access_token,
    };
    let sites: Vec<Site> = service.get("deployments/v2/sites").await;
    let site = sites[0].site_id;
    match job {
        "token" => {}
        "gets" => {
            for _ in 0..1000 {
                let site: Site = service.get(&format!("deployments/v2/sites/{site}")).await;
                assert!(!site.name.is_empty());
            }
        }
        "list" => {
            let lists: Page<List> = service.get("policies/v2/destinationlists").await;
            let list = lists.data[0].id;
            let mut count = 0;
            for page in 1..=1000 {
                let path = format!(
                    "policies/v2/destinationlists/{list}/destinations?page={page}&limit=100"
                );
                let page: Page<Destination> = service.get(&path).await;
                assert!(page.data.iter().all(|item| !item.destination.is_empty()));
                count += page.data.len();
            }
            assert_eq!(count, 100_000);
        }
        "pages" => {
            for page in 0..20 {
                let path =
                    format!("reports/v2/activity/dns?from=-30days&to=now&limit=1000&offset={page}");
                let page: Page<Event> = service.get(&path).await;
                assert_eq!(page.data.len(), 1000);
            }
        }
        "decode" => {
            let path = "reports/v2/activity/dns?from=-30days&to=now&limit=1000&offset=0";
            let body = service.body(path).await;
            for _ in 0..200 {
                let page: Page<Event> = serde_json::from_slice(&body).unwrap();
                assert_eq!(page.data.len(), 1000);
            }
        }
        job => panic!("no job {job}"),
    }
}
