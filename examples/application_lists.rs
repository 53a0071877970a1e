//! Exports the application lists with the names of their applications and categories, as JSON.
//!
//! ```text
//! cargo run --example application_lists                      # on a simulator
//! SECURE_ACCESS_API_KEY=… SECURE_ACCESS_API_SECRET=… cargo run --example application_lists -- FILE
//! ```
//!
//! It only reads, with the OAuth scopes `policies.applicationlists:read`, `policies.applicationCategories:read` and
//! `reports.utilities:read`. It takes three calls, and one more for each list.

#![allow(clippy::print_stdout, reason = "the example prints its results")]

mod common;

use std::collections::BTreeMap;
use std::error::Error;
use std::fs;
use std::process::ExitCode;

use cisco_secure_access::simulator::{Fault, Simulator, SimulatorBuilder};
use cisco_secure_access::{Client, Required as _};
use futures_util::TryStreamExt as _;
use serde_json::json;

#[tokio::main]
async fn main() -> ExitCode {
    common::end(run().await)
}

async fn run() -> Result<(), Box<dyn Error>> {
    let (client, _simulator) = common::connect("", simulator()).await?;
    let file = std::env::args()
        .nth(1)
        .unwrap_or_else(|| "target/example-application-lists.json".to_owned());
    let (applications, categories) = (applications(&client).await?, categories(&client).await?);

    let mut lists = Vec::new();
    let mut summaries = client.policies().list_application_lists().items();
    while let Some(summary) = summaries.try_next().await? {
        let id = summary.application_list_id.required()?;
        let list = client
            .policies()
            .get_application_list(id)
            .await?
            .into_inner();
        lists.push(json!({
            "id": id,
            "name": summary.application_list_name,
            "isDefault": summary.is_default,
            "modifiedAt": summary.modified_at,
            "applications": named(&list.application_ids, &applications),
            "categories": named(&list.application_category_ids, &categories),
        }));
    }
    fs::write(&file, serde_json::to_vec_pretty(&lists)?)?;
    println!("{} application lists are in {file}", lists.len());
    Ok(())
}

/// Returns the ids of a list, each with its name.
fn named(ids: &[i64], names: &BTreeMap<i64, String>) -> BTreeMap<i64, String> {
    let name = |id| {
        names
            .get(id)
            .cloned()
            .unwrap_or_else(|| "unknown".to_owned())
    };
    ids.iter().map(|id| (*id, name(id))).collect()
}

/// Returns the names of the applications.
async fn applications(client: &Client) -> Result<BTreeMap<i64, String>, Box<dyn Error>> {
    let response = client.reports().list_applications().await?.into_inner();
    let applications = response.data.required()?.applications;
    Ok(applications
        .into_iter()
        .filter_map(|application| Some((application.id?, application.label?)))
        .collect())
}

/// Returns the names of the categories in application lists. The categories of the reports have other ids.
async fn categories(client: &Client) -> Result<BTreeMap<i64, String>, Box<dyn Error>> {
    let categories = client.policies().list_application_categories().await?;
    Ok(categories
        .into_inner()
        .into_iter()
        .filter_map(|category| Some((category.id?, category.name?)))
        .collect())
}

/// A simulator with an application list and categories.
fn simulator() -> SimulatorBuilder {
    let respond = |body| Fault::status(200).body(body);
    let applications = json!([{"id": 7, "label": "Ferry"}, {"id": 8, "label": "Tug"}]);
    let list = json!({"applicationIds": [7, 8, 9], "applicationCategoryIds": [3]});
    let categories = json!({"3": {"id": 3, "name": "Ships"}});
    Simulator::builder()
        .items("list_application_lists", 1)
        .fault(
            "list_applications",
            respond(json!({"data": {"applications": applications}})),
        )
        .fault("get_application_list", respond(list))
        .fault("list_application_categories", respond(categories))
}
