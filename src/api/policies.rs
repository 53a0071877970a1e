//! Access rules, destination lists, private resources, objects, profiles and data loss prevention.

include!(concat!(env!("OUT_DIR"), "/policies.rs"));
