//! Creates an API key, changes its OAuth scopes, refreshes its secret, uses it and deletes it.
//!
//! ```text
//! cargo run --example api_key_lifecycle                      # on a simulator
//! SECURE_ACCESS_API_KEY=… SECURE_ACCESS_API_SECRET=… cargo run --example api_key_lifecycle
//! ```
//!
//! It needs a Key Admin key, with the OAuth scopes `admin.apikeys:create`, `admin.apikeys:read`, `admin.apikeys:update`,
//! `admin.apikeys:refresh` and `admin.apikeys:delete`. The new key is deleted even if a later step fails. Its secret stays in memory;
//! `rotate_api_key` writes one to a file.

#![allow(clippy::print_stdout, reason = "the example prints its results")]

mod common;

use std::error::Error;
use std::process::ExitCode;

use cisco_secure_access::api::admin::types::{CreateApiKeyRequest, UpdateApiKeyRequest};
use cisco_secure_access::simulator::Simulator;
use cisco_secure_access::{Client, Credentials, Required as _};
use futures_util::TryStreamExt as _;

#[tokio::main]
async fn main() -> ExitCode {
    common::end(run().await)
}

async fn run() -> Result<(), Box<dyn Error>> {
    let (client, _simulator) = common::connect("", Simulator::builder()).await?;
    let admin = client.admin();
    let keys: Vec<_> = admin.list_api_keys().items().try_collect().await?;
    println!("There are {} keys.", keys.len());

    let request = CreateApiKeyRequest::without_expiry()
        .name("Inventory of roaming computers")
        .scopes(["deployments.roamingcomputers:read"])
        .build();
    let created = admin.create_api_key(&request).await?.into_inner();
    let id = created.key.required()?.id.required()?;
    println!("Created the key {id}.");
    let used = use_key(&client, &id).await;
    admin.delete_api_key(&id).await?;
    println!("Deleted the key {id}.");
    used
}

/// Changes a key, refreshes its secret, and calls the service with it.
async fn use_key(client: &Client, id: &str) -> Result<(), Box<dyn Error>> {
    let admin = client.admin();
    let key = admin.get_api_key(id).await?.into_inner().key.required()?;
    let change = UpdateApiKeyRequest::builder()
        .name(key.name.required()?)
        .scopes(
            key.scopes
                .into_iter()
                .chain(["deployments.roamingcomputers:write".to_owned()]),
        )
        .build();
    let updated = admin.update_api_key(id, &change).await?.into_inner();
    println!(
        "It has the scopes {}.",
        updated.key.required()?.scopes.join(" ")
    );

    let refreshed = admin.refresh_api_key(id).await?.into_inner();
    let key = refreshed.key.required()?;
    let credentials = Credentials::new(key.client_id.required()?, key.client_secret.required()?);
    let client = Client::builder()
        .cloud(client.cloud().clone())
        .credentials(credentials)
        .build()?;
    let computers = client.deployments().list_roaming_computers().items();
    let computers: Vec<_> = computers.try_collect().await?;
    println!(
        "With a new secret it lists {} roaming computers.",
        computers.len()
    );
    Ok(())
}
