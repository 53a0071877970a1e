//! Access tokens. The client gets and renews them by itself; nothing here needs to be called.

include!(concat!(env!("OUT_DIR"), "/auth.rs"));
