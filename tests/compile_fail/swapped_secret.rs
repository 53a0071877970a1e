//! A secret instead of a name.

use cisco_secure_access::SecretString;
use cisco_secure_access::api::deployments::types::CreateNetworkTunnelGroupRequest;

fn main() {
    let secret = SecretString::from("a passphrase of 16 characters");
    let _ = CreateNetworkTunnelGroupRequest::builder().region(secret);
}
