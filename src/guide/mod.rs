//! The manual: one page for each topic, in the order in which a program meets them.
//!
//! | page | topic |
//! | --- | --- |
//! | [`authentication`] | Where do credentials come from, and how often is a token requested? |
//! | [`clouds`] | Global, China, Government: what differs, and where may a token go? |
//! | [`requests`] | How is a request written, changed, and made that no document describes? |
//! | [`responses`] | What if a response differs from its documentation, and how is what was read sent again? |
//! | [`undocumented`] | How are operations called and listed that no document describes? |
//! | [`paging`] | How is a long list read, faster, and later again? |
//! | [`limits`] | What happens when the service is slow, busy, or says 429? |
//! | [`errors`] | What went wrong, and what can the program do about it? |
//! | [`observability`] | What do logs, traces and metrics show? |
//! | [`testing`] | How is a program tested without the service? |
//! | [`features`] | What do the Cargo features add, and what can be left out of the build? |
//!
//! The pages are a part of the documentation only; nothing of them is compiled into a program.

macro_rules! pages {
    ($($name:ident)*) => { $(
        #[doc = include_str!(concat!(stringify!($name), ".md"))]
        // The examples need most of the crate.
        #[cfg(any(not(doctest), all(all_operations, feature = "blocking", feature = "simulator")))]
        pub mod $name {}
    )* };
}

pages!(authentication clouds requests responses undocumented paging limits errors observability testing features);
