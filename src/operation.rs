//! What describes an operation: its method and path, its OAuth scopes, rate limit and pagination.
//!
//! The values are generated; [`operations`](crate::operations) lists them.

use std::fmt;

use http::{Method, StatusCode};

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
    /// How it lists, if its response is a list or a page of one.
    pub pagination: Option<Pagination>,
    /// The query parameters that the service requires although they have a default, each with its default. A call sends the default of
    /// those that are not set.
    pub defaults: &'static [(&'static str, &'static str)],
    /// Whether Cisco advises against its use.
    pub deprecated: bool,
    /// JSON pointer of the boolean that says whether the request was carried out, where a response with a status of success may deny it.
    pub success_property: Option<&'static str>,
    /// The statuses of errors that can be those of another server, which the service called for the request. Such a 401 is not about the
    /// access token, and such a 404 is no missing resource of the organization.
    pub upstream_errors: &'static [u16],
    /// Whether it is a report that can be requested from a storage region: see [`ReportsRegion`](crate::ReportsRegion).
    pub regional: bool,
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

    /// What is known of a request that no document describes. It has another method, if no request of the API has this one.
    pub(crate) fn undocumented(method: &Method) -> &'static Self {
        let mut known = UNDOCUMENTED.iter();
        known
            .find(|operation| operation.method == *method)
            .unwrap_or(&UNDOCUMENTED[0])
    }

    /// Whether an error with this status can be that of another server, which the service called.
    pub(crate) fn is_upstream_error(&self, status: StatusCode) -> bool {
        self.upstream_errors.contains(&status.as_u16())
    }

    /// Whether a document describes the operation.
    pub(crate) fn is_documented(&self) -> bool {
        !self.path.is_empty()
    }
}

/// What is known of a request that no document describes, by method.
static UNDOCUMENTED: [Operation; 6] = [
    undocumented(Method::GET, true),
    undocumented(Method::HEAD, true),
    undocumented(Method::PUT, true),
    undocumented(Method::POST, false),
    undocumented(Method::DELETE, true),
    undocumented(Method::PATCH, false),
];

/// `idempotent` is what HTTP says of the method.
const fn undocumented(method: Method, idempotent: bool) -> Operation {
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
        idempotent,
        pagination: None,
        defaults: &[],
        deprecated: false,
        success_property: None,
        upstream_errors: &[],
        regional: false,
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
#[non_exhaustive]
pub struct RateLimitWindow {
    /// How many requests are accepted.
    pub requests: u64,
    /// In how many seconds.
    pub seconds: u64,
}

/// What a call authenticates with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Security {
    /// The access token of a key that has these OAuth 2.0 scopes; the list is empty where they are not documented.
    Bearer(&'static [&'static str]),
    /// Key and secret: the token request itself.
    Basic,
}

/// How an operation lists: which parameters select a page, and where a response says what comes after it.
///
/// Documented operations have it in [`Operation::pagination`]; it is what `items()` and `pages()` follow. For a request that no document
/// describes, build one and pass it to [`Request::items_at`](crate::Request::items_at): start with [`by_offset`](Self::by_offset),
/// [`by_page`](Self::by_page), [`by_cursor`](Self::by_cursor), [`by_link`](Self::by_link) or [`single`](Self::single), and add what is
/// known.
///
/// All locations in a response are JSON pointers (RFC 6901): `/meta/total`. The empty pointer is the response itself.
///
/// ```
/// use cisco_secure_access::{Pagination, PaginationStyle};
///
/// const PROFILES: Pagination = Pagination::by_cursor("cursor").next("/cursor").limit("limit").max_page_size(100);
/// assert_eq!(PROFILES.style, PaginationStyle::Cursor);
/// assert_eq!(PROFILES.max_page_size, Some(100));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Pagination {
    /// What selects a page.
    pub style: PaginationStyle,
    /// The query parameter that selects a page; empty with [`PaginationStyle::Link`] and [`PaginationStyle::Single`].
    pub offset_param: &'static str,
    /// The query parameter that sets the page size.
    pub limit: Option<&'static str>,
    /// The offset or number of the first page.
    pub first_page: u64,
    /// The largest page size that is documented. A listing requests it where the caller sets no page size.
    pub max_page_size: Option<u64>,
    /// The largest offset that the service accepts.
    pub max_offset: Option<u64>,
    /// Where the list is in a response.
    pub items: &'static str,
    /// Where the number of all items is.
    pub total: Option<&'static str>,
    /// Where a response says whether there are more pages: a boolean.
    pub more: Option<&'static str>,
    /// Where the cursor of the next page is, or a URL whose query has it.
    pub next: Option<&'static str>,
    /// The response header with the cursor of the next page, or a URL whose query has it.
    pub next_header: Option<&'static str>,
    /// Where the last item of a page has the cursor of the next page.
    pub next_from_item: Option<&'static str>,
    /// Whether the header `Link` has the next page (RFC 8288, `rel=next`).
    pub link: bool,
    /// Whether the service may ignore these parameters and send all items at once. The first page is then all if it comes again.
    pub may_send_all: bool,
}

impl Pagination {
    const fn new(style: PaginationStyle, offset_param: &'static str, first_page: u64) -> Self {
        Self {
            style,
            offset_param,
            limit: None,
            first_page,
            max_page_size: None,
            max_offset: None,
            items: "",
            total: None,
            more: None,
            next: None,
            next_header: None,
            next_from_item: None,
            link: false,
            may_send_all: false,
        }
    }

    /// Pages selected by the number of items before them, from 0: `offset=100`.
    #[must_use]
    pub const fn by_offset(param: &'static str) -> Self {
        Self::new(PaginationStyle::Offset, param, 0)
    }

    /// Pages selected by their number, from 1: `page=2`.
    #[must_use]
    pub const fn by_page(param: &'static str) -> Self {
        Self::new(PaginationStyle::Page, param, 1)
    }

    /// Pages selected by a cursor that the page before them has. Say where with [`next`](Self::next), [`next_header`](Self::next_header),
    /// [`next_from_item`](Self::next_from_item) or [`link`](Self::link).
    #[must_use]
    pub const fn by_cursor(param: &'static str) -> Self {
        Self::new(PaginationStyle::Cursor, param, 0)
    }

    /// Pages selected by the `Link` header of the page before them (RFC 8288, `rel=next`). Only the query of that link is used: the
    /// request goes to the same host and path.
    #[must_use]
    pub const fn by_link() -> Self {
        Self::new(PaginationStyle::Link, "", 0).link()
    }

    /// The complete list in one response. Where that response can be cut, say how it shows: with [`limit`](Self::limit),
    /// [`total`](Self::total), [`more`](Self::more) or [`link`](Self::link). A listing that is cut ends in an error.
    ///
    /// ```
    /// use cisco_secure_access::{Pagination, PaginationStyle};
    ///
    /// const FEEDS: Pagination = Pagination::single().items("/feeds").total("/count");
    /// assert_eq!(FEEDS.style, PaginationStyle::Single);
    /// ```
    #[must_use]
    pub const fn single() -> Self {
        Self::new(PaginationStyle::Single, "", 0)
    }

    /// Where the list is in a response; the response itself where nothing is set.
    #[must_use]
    pub const fn items(mut self, pointer: &'static str) -> Self {
        self.items = pointer;
        self
    }

    /// The query parameter that sets the page size.
    #[must_use]
    pub const fn limit(mut self, param: &'static str) -> Self {
        self.limit = Some(param);
        self
    }

    /// The page size to request where the caller sets none; it takes effect with [`limit`](Self::limit).
    #[must_use]
    pub const fn max_page_size(mut self, items: u64) -> Self {
        self.max_page_size = Some(items);
        self
    }

    /// The offset or number of the first page.
    #[must_use]
    pub const fn first_page(mut self, number: u64) -> Self {
        self.first_page = number;
        self
    }

    /// The largest offset that the service accepts. A listing that would need a larger one ends in an error.
    #[must_use]
    pub const fn max_offset(mut self, offset: u64) -> Self {
        self.max_offset = Some(offset);
        self
    }

    /// Where the number of all items is in a response.
    #[must_use]
    pub const fn total(mut self, pointer: &'static str) -> Self {
        self.total = Some(pointer);
        self
    }

    /// Where a response says whether there are more pages: a boolean.
    #[must_use]
    pub const fn more(mut self, pointer: &'static str) -> Self {
        self.more = Some(pointer);
        self
    }

    /// Where a response has the cursor of the next page, or a URL whose query has it.
    #[must_use]
    pub const fn next(mut self, pointer: &'static str) -> Self {
        self.next = Some(pointer);
        self
    }

    /// The response header with the cursor of the next page, or a URL whose query has it.
    #[must_use]
    pub const fn next_header(mut self, name: &'static str) -> Self {
        self.next_header = Some(name);
        self
    }

    /// Where the last item of a page has the cursor of the next page.
    #[must_use]
    pub const fn next_from_item(mut self, pointer: &'static str) -> Self {
        self.next_from_item = Some(pointer);
        self
    }

    /// The `Link` header says whether there are more pages (RFC 8288, `rel=next`).
    #[must_use]
    pub const fn link(mut self) -> Self {
        self.link = true;
        self
    }

    /// The service may ignore these parameters and send all items at once. The first page is then all if it comes again; where nothing is
    /// set, a page that comes again is an error.
    #[must_use]
    pub const fn may_send_all(mut self) -> Self {
        self.may_send_all = true;
        self
    }
}

/// What selects a page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum PaginationStyle {
    /// The number of items before it.
    Offset,
    /// Its number.
    Page,
    /// A cursor that the page before it has.
    Cursor,
    /// The link to it that the page before it has in the header `Link`.
    Link,
    /// Nothing: one response has the complete list.
    Single,
}
