//! What is known of domains, addresses, files and their owners on the Internet.

#![doc = include_str!(concat!(env!("OUT_DIR"), "/investigate.md"))]

include!(concat!(env!("OUT_DIR"), "/investigate.rs"));
