//! What is known of domains, addresses, files and their owners on the Internet.

include!(concat!(env!("OUT_DIR"), "/investigate.rs"));
