//! API keys, integrations, alerting, VPN and Zero Trust user devices.

#![doc = include_str!(concat!(env!("OUT_DIR"), "/admin.md"))]

include!(concat!(env!("OUT_DIR"), "/admin.rs"));
