//! Clients of profiles, against the simulator.

use cisco_secure_access::auth::FileTokenCache;
use cisco_secure_access::profile::{Profile, SecretSource};
use cisco_secure_access::simulator::Simulator;
use cisco_secure_access::{Client, Cloud, ErrorKind, ReportsRegion};

use super::Directory;

/// A profile of the simulator, with the secret in a file.
fn profile(simulator: &Simulator, directory: &Directory) -> Profile {
    let source = SecretSource::File(directory.write("secret", simulator.secret()));
    let mut profile = Profile::new(simulator.credentials().key(), source);
    profile.cloud = Cloud::Custom(simulator.base_url());
    profile
}

#[tokio::test]
async fn a_client_has_the_settings_of_its_profile() {
    let simulator = Simulator::builder().start().await.unwrap();
    let directory = Directory::new();
    let mut profile = profile(&simulator, &directory);
    profile.organization = Some(8_162_517);
    profile.reports_region = Some(ReportsRegion::Us);

    let mut config = directory.load().unwrap();
    config.set("simulator", profile).unwrap();
    config.save().unwrap();
    let config = directory.load().unwrap();
    let client = Client::builder()
        .profile(config.profile("simulator").unwrap())
        .build()
        .unwrap();
    client.reports().list_categories().send().await.unwrap();

    let [_token, call] = simulator.requests().try_into().unwrap();
    assert_eq!(call.organization.as_deref(), Some("8162517"));
    assert_eq!(call.path, "/reports.us/v2/categories");
}

#[tokio::test]
async fn a_builder_has_an_organization() {
    let simulator = Simulator::builder().start().await.unwrap();
    let client = simulator
        .client_builder()
        .organization(8_162_517)
        .build()
        .unwrap();
    client.deployments().list_regions().send().await.unwrap();
    let other = client.for_organization(8_162_518);
    other.deployments().list_regions().send().await.unwrap();
    let requests = simulator.requests().into_iter();
    let organizations: Vec<_> = requests
        .filter_map(|request| request.organization)
        .collect();
    assert_eq!(organizations, ["8162517", "8162518"]);
}

#[tokio::test]
async fn a_new_secret_takes_effect_with_the_next_token() {
    let simulator = Simulator::builder().start().await.unwrap();
    let directory = Directory::new();
    let profile = profile(&simulator, &directory);
    directory.write("secret", "a former hush");
    let client = Client::builder().profile(&profile).build().unwrap();
    let call = || client.deployments().list_regions().send();
    let error = call().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Authentication);

    directory.write("secret", simulator.secret());
    call().await.unwrap();
    assert_eq!(simulator.token_requests(), 2);
}

#[tokio::test]
async fn a_client_with_a_token_reads_no_secret() {
    let simulator = Simulator::builder().start().await.unwrap();
    let directory = Directory::new();
    let profile = profile(&simulator, &directory);
    let client = || {
        let cache = FileTokenCache::new(directory.path("tokens")).unwrap();
        Client::builder()
            .profile(&profile)
            .token_cache(cache)
            .build()
            .unwrap()
    };
    client().deployments().list_regions().send().await.unwrap();
    profile.secret.delete().await.unwrap();
    let client = client();
    client.deployments().list_regions().send().await.unwrap();
    assert_eq!(simulator.token_requests(), 1);
}

#[tokio::test]
async fn an_error_of_a_secret_names_the_profile() {
    let simulator = Simulator::builder().start().await.unwrap();
    let directory = Directory::new();
    let mut config = directory.load().unwrap();
    config
        .set("simulator", profile(&simulator, &directory))
        .unwrap();
    let profile = config.profile("simulator").unwrap();
    profile.secret.delete().await.unwrap();
    let client = Client::builder().profile(profile).build().unwrap();
    let call = client.deployments().list_regions().send().await;
    assert_eq!(
        directory.message(call),
        "list_regions: no access token: the credentials provider failed: config.toml, profile `simulator`: secret: does not exist: create it with mode \
         600 and the secret in its first line"
    );
    assert_eq!(simulator.requests(), []);
}

#[test]
fn debug_output_has_no_secret() {
    let directory = Directory::new();
    let mut config = directory.load().unwrap();
    let secret = SecretSource::Value("hush".into());
    config.set("china", Profile::new("91bc", secret)).unwrap();
    let profile = config.profile("china").unwrap();
    let client = Client::builder().profile(profile).build().unwrap();
    let provider = profile.credentials_provider();
    let output = format!("{config:?} {profile:?} {client:?} {provider:?}");
    assert!(
        output.contains("91bc") && !output.contains("hush"),
        "{output}"
    );
}
