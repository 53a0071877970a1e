//! Distinguishes documents of Cisco Secure Access from those of other products, whose operations have the same paths: by the hosts of their servers.

use serde_json::Value;

use crate::report::{Diagnostics, Pointer};

/// The hosts of the clouds; what is below them is theirs, too.
const HOSTS: [&str; 3] = [
    "sse.cisco.com",
    "ciscosecureaccess.cn",
    "secureaccessfed.cisco.com",
];

/// Records an error if a document names hosts, and all of them are those of something else.
pub(crate) fn check(tree: &Value, diagnostics: &mut Diagnostics<'_>) {
    let servers = tree["servers"].as_array().into_iter().flatten();
    let hosts: Vec<&str> = servers
        .filter_map(|server| host(server["url"].as_str()?))
        .collect();
    let is_ours = |host: &&str| {
        let known = |known: &&str| {
            let below = host.strip_suffix(known);
            below.is_some_and(|below| below.is_empty() || below.ends_with('.'))
        };
        host.contains('{') || HOSTS.iter().any(known)
    };
    if let Some(host) = hosts.first()
        && !hosts.iter().any(is_ours)
    {
        diagnostics.error(
            &Pointer::at("/servers"),
            format!("the host {host:?}"),
            format!(
                "a host of Cisco Secure Access, such as api.{}; `--allow-other-hosts` takes in what another product documents",
                HOSTS[0]
            ),
        );
    }
}

/// The host of a URL; nothing for a path.
fn host(url: &str) -> Option<&str> {
    let (_, rest) = url.trim().split_once("://")?;
    rest.split(['/', ':', '?']).next()
}
