//! A string instead of an id.

use cisco_secure_access::Client;

async fn rule(client: Client) {
    let _ = client.policies().get_access_rule("17").send().await;
}

fn main() {}
