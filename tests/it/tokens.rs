//! Access tokens: how often one is asked for.

use cisco_secure_access::simulator::Simulator;
use cisco_secure_access::{Client, Cloud, Credentials, Error, ErrorKind};
use futures_util::future::{join_all, try_join_all};

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn fifty_tasks_on_a_new_client_ask_for_one_token() {
    let simulator = Simulator::builder().tunnel_groups(3).start().await.unwrap();
    let client = simulator.client().unwrap();

    let tasks = (0..50).map(|_| {
        let client = client.clone();
        tokio::spawn(async move {
            let page = client
                .deployments()
                .list_network_tunnel_groups()
                .send()
                .await?;
            Ok::<_, Error>(page.data.len())
        })
    });
    for result in try_join_all(tasks).await.unwrap() {
        assert_eq!(result.unwrap(), 3);
    }

    assert_eq!(simulator.token_requests(), 1);
    assert_eq!(simulator.requests().len(), 51);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn fifty_tasks_at_expiry_ask_for_one_more_token() {
    let simulator = Simulator::builder().start().await.unwrap();
    let client = simulator.client().unwrap();
    client.deployments().list_regions().send().await.unwrap();
    simulator.expire_tokens();

    let calls = (0..50).map(|_| client.deployments().list_regions().send());
    for answer in join_all(calls).await {
        answer.unwrap();
    }

    assert_eq!(simulator.token_requests(), 2);
}

#[tokio::test]
async fn a_wrong_secret_is_final() {
    let simulator = Simulator::builder().start().await.unwrap();
    let client = Client::builder()
        .cloud(Cloud::Custom(simulator.base_url()))
        .credentials(Credentials::new("simulated-key", "a-wrong-secret"))
        .build()
        .unwrap();

    for _ in 0..3 {
        let error = client
            .deployments()
            .list_regions()
            .send()
            .await
            .unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Authentication);
        assert_eq!(error.status(), Some(401));
        assert!(
            error.to_string().contains("refused the key and secret"),
            "{error}"
        );
        assert!(!format!("{error} {error:?}").contains("a-wrong-secret"));
    }

    assert_eq!(
        simulator.token_requests(),
        1,
        "refused once, not asked again"
    );
    assert_eq!(simulator.requests().len(), 1, "no call without a token");
}

#[tokio::test]
async fn a_short_lived_token_is_renewed_before_it_ends() {
    let life = std::time::Duration::ZERO;
    let simulator = Simulator::builder().token_life(life).start().await.unwrap();
    let client = simulator.client().unwrap();

    // Each token is over when it comes; the call is replayed once with another and then fails.
    let error = client
        .deployments()
        .list_regions()
        .send()
        .await
        .unwrap_err();

    assert_eq!(error.status(), Some(400));
    assert_eq!(simulator.token_requests(), 2);
}
