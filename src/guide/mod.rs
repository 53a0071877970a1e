//! The guide: one page for each topic, in reading order.
//!
//! | page | topic |
//! | --- | --- |
//! | [`authentication`] | API keys, access tokens and token caches |
//! | [`clouds`] | Global, China and Government, redirects, proxies |
//! | [`requests`] | Arguments, setters, options, undocumented requests |
//! | [`responses`] | Lenient decoding, deviations, updates |
//! | [`undocumented`] | Undocumented operations and lists |
//! | [`paging`] | Streams of items and pages, prefetch, resuming |
//! | [`limits`] | Retries, time limits, rate limits |
//! | [`fleet`] | Tokens and rate limits of several processes |
//! | [`errors`] | Error kinds, and reports of decode failures |
//! | [`observability`] | Logs, traces and metrics |
//! | [`testing`] | Simulator, canned responses, cassettes, clocks |
//! | [`features`] | Cargo features and build time |
//!
//! The pages are part of the documentation only. They are not compiled into a program.

macro_rules! pages {
    ($($name:ident)*) => { $(
        #[doc = include_str!(concat!(stringify!($name), ".md"))]
        // The examples need most of the crate.
        #[cfg(any(not(doctest), all(all_operations, feature = "blocking", feature = "simulator")))]
        pub mod $name {}
    )* };
}

pages!(authentication clouds requests responses undocumented paging limits fleet errors observability testing features);
