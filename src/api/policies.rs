//! Access rules, destination lists, private resources, objects, profiles and data loss prevention.

#![doc = include_str!(concat!(env!("OUT_DIR"), "/policies.md"))]

include!(concat!(env!("OUT_DIR"), "/policies.rs"));
