//! Access tokens. The client gets and renews them by itself; nothing here needs to be called.

#![doc = include_str!(concat!(env!("OUT_DIR"), "/auth.md"))]

include!(concat!(env!("OUT_DIR"), "/auth.rs"));
