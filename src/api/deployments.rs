//! Network tunnel groups, roaming computers, sites, networks and other parts of a deployment.

include!(concat!(env!("OUT_DIR"), "/deployments.rs"));
