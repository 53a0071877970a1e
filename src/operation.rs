//! What describes an operation: its method and path, its OAuth scopes, rate limit and pagination.
//!
//! The values are generated; [`operations`](crate::operations) lists them.

use std::fmt;

/// One operation of the API.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Operation {
    /// Its name here: `list_network_tunnel_groups`.
    pub id: &'static str,
    /// Its name in Cisco's documents.
    pub upstream_id: &'static str,
    /// The path scope: `deployments`.
    pub scope: &'static str,
    /// The API that it belongs to: `Network Tunnel Groups and Regions`.
    pub api: &'static str,
    /// The HTTP method.
    pub method: Method,
    /// The path template from the root of the host: `/deployments/v2/networktunnelgroups/{id}`.
    pub path: &'static str,
    /// What it does, in a few words.
    pub summary: &'static str,
    /// What a call authenticates with.
    pub security: Security,
    /// The clouds that document it. Documentation lags the service: a call on another cloud may work, and is sent.
    pub clouds: &'static [CloudKind],
    /// How often it may be called, where that is published.
    pub rate_limit: Option<RateLimit>,
    /// Whether a call can be repeated without doing more than one call does: reading, replacing, deleting.
    pub idempotent: bool,
    /// How it hands out its pages, if it lists.
    pub pagination: Option<Pagination>,
    /// Whether Cisco advises against its use.
    pub deprecated: bool,
    /// JSON pointer of the boolean that says whether the request was carried out, where a response with a status of success may deny it.
    pub success_property: Option<&'static str>,
}

impl Operation {
    /// Whether a path matches the template of the operation.
    pub(crate) fn matches(&self, path: &str) -> bool {
        let mut segments = path.split('/');
        let is_match = self.path.split('/').all(|expected| {
            segments
                .next()
                .is_some_and(|segment| expected.starts_with('{') || segment == expected)
        });
        is_match && segments.next().is_none()
    }

    /// What is known of a request that no document describes.
    pub(crate) fn undocumented(method: Method) -> &'static Self {
        match method {
            Method::Get => &UNDOCUMENTED[0],
            Method::Put => &UNDOCUMENTED[1],
            Method::Post => &UNDOCUMENTED[2],
            Method::Delete => &UNDOCUMENTED[3],
            Method::Patch => &UNDOCUMENTED[4],
        }
    }

    /// Whether a document describes the operation.
    pub(crate) fn is_documented(&self) -> bool {
        !self.path.is_empty()
    }
}

/// What is known of a request that no document describes, by method.
static UNDOCUMENTED: [Operation; 5] = [
    undocumented(Method::Get),
    undocumented(Method::Put),
    undocumented(Method::Post),
    undocumented(Method::Delete),
    undocumented(Method::Patch),
];

const fn undocumented(method: Method) -> Operation {
    Operation {
        id: "request",
        upstream_id: "",
        scope: "",
        api: "",
        method,
        path: "",
        summary: "A request that no document describes",
        security: Security::Bearer(&[]),
        clouds: &[],
        rate_limit: None,
        // What HTTP says of the method.
        idempotent: matches!(method, Method::Get | Method::Put | Method::Delete),
        pagination: None,
        deprecated: false,
        success_property: None,
    }
}

/// A cloud that Cisco documents on its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum CloudKind {
    /// [`Cloud::Global`](crate::Cloud::Global)
    Global,
    /// [`Cloud::China`](crate::Cloud::China)
    China,
    /// [`Cloud::Government`](crate::Cloud::Government)
    Government,
}

impl fmt::Display for CloudKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Global => "global",
            Self::China => "china",
            Self::Government => "government",
        })
    }
}

/// How often the operations of a class may be called, all of them together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct RateLimit {
    /// The class; operations of one class share their limits.
    pub class: &'static str,
    /// Whose calls are counted.
    pub scope: RateLimitScope,
    /// The limits; all of them hold at once.
    pub windows: &'static [RateLimitWindow],
}

/// Whose calls a rate limit counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum RateLimitScope {
    /// Those of one API key.
    Key,
    /// Those of the whole organization.
    Organization,
}

/// So many requests in so many seconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RateLimitWindow {
    /// How many requests are accepted.
    pub requests: u64,
    /// In how many seconds.
    pub seconds: u64,
}

/// An HTTP method.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Method {
    /// Reads.
    Get,
    /// Replaces.
    Put,
    /// Creates or acts.
    Post,
    /// Removes.
    Delete,
    /// Changes in part.
    Patch,
}

impl Method {
    /// The name on the wire.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Put => "PUT",
            Self::Post => "POST",
            Self::Delete => "DELETE",
            Self::Patch => "PATCH",
        }
    }
}

impl fmt::Display for Method {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// What a call authenticates with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Security {
    /// The access token of a key that has these OAuth 2.0 scopes; the list is empty where they are not documented.
    Bearer(&'static [&'static str]),
    /// Key and secret: the token request itself.
    Basic,
}

/// How an operation that lists hands out its pages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Pagination {
    /// What the position of a page counts.
    pub style: PaginationStyle,
    /// The query parameter that says where a page begins.
    pub position: &'static str,
    /// The query parameter that says how long a page is.
    pub limit: Option<&'static str>,
    /// The position of the first page.
    pub first: u64,
    /// The longest page that is documented.
    pub maximum: Option<u64>,
}

/// What the position of a page counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum PaginationStyle {
    /// Items.
    Offset,
    /// Pages.
    Page,
    /// Nothing: it is a mark out of the page before.
    Cursor,
}
