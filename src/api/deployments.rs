//! Network tunnel groups, roaming computers, sites, networks and other parts of a deployment.

#![doc = include_str!(concat!(env!("OUT_DIR"), "/deployments.md"))]

include!(concat!(env!("OUT_DIR"), "/deployments.rs"));
