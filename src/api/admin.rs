//! API keys, integrations, alerting, VPN and Zero Trust user devices.

include!(concat!(env!("OUT_DIR"), "/admin.rs"));
