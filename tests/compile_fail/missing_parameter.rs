//! A request lacks a required parameter.

use cisco_secure_access::Client;

async fn activity(client: Client) {
    let _ = client.reports().get_summary().from("-1days").send().await;
}

fn main() {}
