//! The description of an operation: its method and path, OAuth scopes, rate limit and pagination.
//!
//! The values are generated; [`operations`](crate::operations) lists them.

use std::fmt;

use http::{Method, StatusCode};

/// An operation of the API.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Operation {
    /// The operation id of this crate: `list_network_tunnel_groups`.
    pub id: &'static str,
    /// The operation id in Cisco's documents.
    pub upstream_id: &'static str,
    /// The path scope: `deployments`.
    pub scope: &'static str,
    /// The API of the operation: `Network Tunnel Groups and Regions`.
    pub api: &'static str,
    /// The HTTP method.
    pub method: Method,
    /// The path template from the root of the host: `/deployments/v2/networktunnelgroups/{id}`.
    pub path: &'static str,
    /// A short description.
    pub summary: &'static str,
    /// The required authentication.
    pub security: Security,
    /// The clouds that document the operation. Documentation lags the service, so calls on other clouds are also sent.
    pub clouds: &'static [CloudKind],
    /// The rate limit, if it is published.
    pub rate_limit: Option<RateLimit>,
    /// Whether repeated calls have the same effect as one call: reading, replacing, deleting.
    pub idempotent: bool,
    /// The pagination, if the response is a list or a page of a list.
    pub pagination: Option<Pagination>,
    /// The query parameters that the service requires although they have a default, with their defaults. A call sends the default of each
    /// parameter that is not set.
    pub defaults: &'static [(&'static str, &'static str)],
    /// Whether the operation is deprecated.
    pub deprecated: bool,
    /// JSON pointer of the boolean that reports success, if a response with a success status can report a failure.
    pub success_property: Option<&'static str>,
    /// The error statuses that can come from another server, which the service called for the request. Such a 401 is not caused by the
    /// access token, and such a 404 is not a missing resource of the organization.
    pub upstream_errors: &'static [u16],
    /// Whether the operation is a report that can be requested from a storage region: see [`ReportsRegion`](crate::ReportsRegion).
    pub regional: bool,
}

impl Operation {
    /// Whether a path matches the path template of the operation.
    pub(crate) fn matches(&self, path: &str) -> bool {
        let mut segments = path.split('/');
        let is_match = self.path.split('/').all(|expected| {
            segments
                .next()
                .is_some_and(|segment| expected.starts_with('{') || segment == expected)
        });
        is_match && segments.next().is_none()
    }

    /// The operation of an undocumented request; `None` if no request of the API has this method.
    pub(crate) fn undocumented(method: &Method) -> &'static Self {
        let mut known = UNDOCUMENTED.iter();
        known
            .find(|operation| operation.method == *method)
            .unwrap_or(&UNDOCUMENTED[0])
    }

    /// Whether an error with this status can come from another server, which the service called.
    pub(crate) fn is_upstream_error(&self, status: StatusCode) -> bool {
        self.upstream_errors.contains(&status.as_u16())
    }

    /// Whether the operation is documented.
    pub(crate) fn is_documented(&self) -> bool {
        !self.path.is_empty()
    }
}

/// The operation of an undocumented request, by method.
static UNDOCUMENTED: [Operation; 6] = [
    undocumented(Method::GET, true),
    undocumented(Method::HEAD, true),
    undocumented(Method::PUT, true),
    undocumented(Method::POST, false),
    undocumented(Method::DELETE, true),
    undocumented(Method::PATCH, false),
];

/// `idempotent` follows the definition of the method in HTTP.
const fn undocumented(method: Method, idempotent: bool) -> Operation {
    Operation {
        id: "request",
        upstream_id: "",
        scope: "",
        api: "",
        method,
        path: "",
        summary: "An undocumented request",
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

/// A cloud with its own documents.
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

/// A rate limit, which all operations of a class share.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct RateLimit {
    /// The class of operations that share the limits.
    pub class: &'static str,
    /// The scope in which calls are counted.
    pub scope: RateLimitScope,
    /// The limits, which all apply at the same time.
    pub windows: &'static [RateLimitWindow],
}

/// The scope in which a rate limit counts calls.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum RateLimitScope {
    /// The calls of one API key.
    Key,
    /// The calls of the complete organization.
    Organization,
}

/// A maximum number of requests in a number of seconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct RateLimitWindow {
    /// The number of accepted requests.
    pub requests: u64,
    /// The length of the window in seconds.
    pub seconds: u64,
}

impl RateLimitWindow {
    /// Creates a window of a number of requests in a number of seconds.
    #[must_use]
    pub const fn new(requests: u64, seconds: u64) -> Self {
        Self { requests, seconds }
    }
}

/// The authentication of a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Security {
    /// An access token with these OAuth 2.0 scopes. The list is empty if the scopes are not documented.
    Bearer(&'static [&'static str]),
    /// Key and secret, for the token request.
    Basic,
}

/// The pagination of a list: the parameters that select a page, and the location of the next page in a response.
///
/// Documented operations have it in [`Operation::pagination`], and `items()` and `pages()` use it. For an undocumented request, create one
/// and pass it to [`Request::items_at`](crate::Request::items_at): start with [`by_offset`](Self::by_offset), [`by_page`](Self::by_page),
/// [`by_cursor`](Self::by_cursor), [`by_link`](Self::by_link) or [`single`](Self::single), and add the known properties.
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
    /// How a page is selected.
    pub style: PaginationStyle,
    /// The query parameter that selects a page; empty with [`PaginationStyle::Link`] and [`PaginationStyle::Single`].
    pub offset_param: &'static str,
    /// The query parameter that sets the page size.
    pub limit: Option<&'static str>,
    /// The offset or number of the first page.
    pub first_page: u64,
    /// The largest documented page size. A stream requests it if the caller sets no page size.
    pub max_page_size: Option<u64>,
    /// The largest offset that the service accepts.
    pub max_offset: Option<u64>,
    /// JSON pointer of the list in a response.
    pub items: &'static str,
    /// JSON pointer of the total number of items.
    pub total: Option<&'static str>,
    /// JSON pointer of the boolean that says whether there are more pages.
    pub more: Option<&'static str>,
    /// JSON pointer of the cursor of the next page, or of a URL whose query has the cursor.
    pub next: Option<&'static str>,
    /// The response header with the cursor of the next page, or with a URL whose query has the cursor.
    pub next_header: Option<&'static str>,
    /// JSON pointer of the cursor of the next page in the last item of a page.
    pub next_from_item: Option<&'static str>,
    /// Whether the header `Link` has the next page (RFC 8288, `rel=next`).
    pub link: bool,
    /// Whether the service may ignore these parameters and send all items at once. If the first page then repeats, it is the complete list.
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

    /// Pages that are selected by the number of items before them, from 0: `offset=100`.
    #[must_use]
    pub const fn by_offset(param: &'static str) -> Self {
        Self::new(PaginationStyle::Offset, param, 0)
    }

    /// Pages that are selected by their number, from 1: `page=2`.
    #[must_use]
    pub const fn by_page(param: &'static str) -> Self {
        Self::new(PaginationStyle::Page, param, 1)
    }

    /// Pages that are selected by a cursor in the previous page. Set its location with [`next`](Self::next),
    /// [`next_header`](Self::next_header), [`next_from_item`](Self::next_from_item) or [`link`](Self::link).
    #[must_use]
    pub const fn by_cursor(param: &'static str) -> Self {
        Self::new(PaginationStyle::Cursor, param, 0)
    }

    /// Pages that are selected by the `Link` header of the previous page (RFC 8288, `rel=next`). Only the query of that link is used: the
    /// request goes to the same host and path.
    #[must_use]
    pub const fn by_link() -> Self {
        Self::new(PaginationStyle::Link, "", 0).link()
    }

    /// The complete list in one response. If that response can be truncated, set how to detect it: with [`limit`](Self::limit),
    /// [`total`](Self::total), [`more`](Self::more) or [`link`](Self::link). A truncated list is an error.
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

    /// Sets the JSON pointer of the list in a response. By default, the response is the list.
    #[must_use]
    pub const fn items(mut self, pointer: &'static str) -> Self {
        self.items = pointer;
        self
    }

    /// Sets the query parameter that sets the page size.
    #[must_use]
    pub const fn limit(mut self, param: &'static str) -> Self {
        self.limit = Some(param);
        self
    }

    /// Sets the page size to request if the caller sets none. It takes effect with [`limit`](Self::limit).
    #[must_use]
    pub const fn max_page_size(mut self, items: u64) -> Self {
        self.max_page_size = Some(items);
        self
    }

    /// Sets the offset or number of the first page.
    #[must_use]
    pub const fn first_page(mut self, number: u64) -> Self {
        self.first_page = number;
        self
    }

    /// Sets the largest offset that the service accepts. A stream that needs a larger one ends in an error.
    #[must_use]
    pub const fn max_offset(mut self, offset: u64) -> Self {
        self.max_offset = Some(offset);
        self
    }

    /// Sets the JSON pointer of the total number of items.
    #[must_use]
    pub const fn total(mut self, pointer: &'static str) -> Self {
        self.total = Some(pointer);
        self
    }

    /// Sets the JSON pointer of the boolean that says whether there are more pages.
    #[must_use]
    pub const fn more(mut self, pointer: &'static str) -> Self {
        self.more = Some(pointer);
        self
    }

    /// Sets the JSON pointer of the cursor of the next page, or of a URL whose query has the cursor.
    #[must_use]
    pub const fn next(mut self, pointer: &'static str) -> Self {
        self.next = Some(pointer);
        self
    }

    /// Sets the response header with the cursor of the next page, or with a URL whose query has the cursor.
    #[must_use]
    pub const fn next_header(mut self, name: &'static str) -> Self {
        self.next_header = Some(name);
        self
    }

    /// Sets the JSON pointer of the cursor of the next page in the last item of a page.
    #[must_use]
    pub const fn next_from_item(mut self, pointer: &'static str) -> Self {
        self.next_from_item = Some(pointer);
        self
    }

    /// Declares that the `Link` header says whether there are more pages (RFC 8288, `rel=next`).
    #[must_use]
    pub const fn link(mut self) -> Self {
        self.link = true;
        self
    }

    /// Declares that the service may ignore these parameters and send all items at once. If the first page then repeats, it is the complete
    /// list. Without this, a repeated page is an error.
    #[must_use]
    pub const fn may_send_all(mut self) -> Self {
        self.may_send_all = true;
        self
    }
}

/// How a page is selected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum PaginationStyle {
    /// By the number of items before the page.
    Offset,
    /// By the number of the page.
    Page,
    /// By a cursor in the previous page.
    Cursor,
    /// By the `Link` header of the previous page.
    Link,
    /// One response has the complete list.
    Single,
}
