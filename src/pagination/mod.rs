//! Listings: the pages of an operation, or the items of all pages, as a stream.
//!
//! - `pager` requests one page after the other; it is the same for all operations.
//! - `progress` decides where the listing ends.
//! - `fetch` is a request in flight.
//! - `page_info` extracts the page properties from a response: rows, total, cursor. `page_body` finds their JSON in the body.
//! - `history` detects repeated pages and cursors.
//! - `link` parses the header `Link`.
//! - `continuation` is the position of a listing.
//! - `items` and `pages` are the streams; `items_at` lists items of undocumented operations.
//! - `find` finds an item of a listing.
//!
//! # End of a listing
//!
//! The service does not always follow its documents, so a listing does not end because a page looks like the last one. It ends where the
//! service marks the end, or with an error. After each page, the first of these rules that applies decides:
//!
//! 1. A documented flag (`more`), cursor (`next`, a header) or `Link` header decides. A `Link` header counts from the first page that has
//!    one, because the documents list it for operations that may not send it. The flag takes precedence over the total, because some
//!    services cap the total. An end before the documented total is an error.
//! 2. The documented total decides. A page without rows before the total is an error. The total of the newest page counts, because
//!    collections change. A total that is less than the number of received rows is wrong and is ignored.
//! 3. A page without rows ends the listing. A short page does not: services cap the page size without reporting it.
//!
//! A list in one response ends with it. The response is truncated if its flag, its `Link` header or its total reports more rows than it
//! has. It may be truncated if it has as many rows as its limit and none of those reports the end. Both are errors.
//!
//! # Responses that are never an end
//!
//! An empty body, and a list property that is missing or has another name, are errors with the location. 204, `null` and `[]` are pages
//! without rows. A missing list with the total 0 is also one.
//!
//! # Repeated pages
//!
//! A service that ignores the offset sends the same page for ever. A page is a repetition of the previous one if all its rows are equal, or
//! if its first row is equal and has an id. Then:
//!
//! 1. The listing is complete if the documents say that the service may ignore the paging parameters (`maySendAll`), the first page is
//!    repeated, and nothing announces more. The responses do not distinguish such a service from one that always sends only the first page:
//!    in both cases, the page may be shorter or longer than requested. So it must be documented.
//! 2. Rows without an id can be equal. If all rows of the page are equal and have none, the total decides whether they are different items.
//! 3. Otherwise, the listing ends in an error, without the repeated rows.
//!
//! If the cursor is the last item of a page, the service may begin the next page with that item. `Items` skips it, and a page with no other
//! item is a page without rows.
//!
//! A list that equals any earlier one, and a repeated cursor, also end the listing in an error, so that no listing requests pages for ever.
//! There is one exception: the cursor of a page that is shorter than the previous pages may be its own cursor, which marks the end.

mod continuation;
mod fetch;
mod find;
mod history;
mod items;
mod items_at;
mod link;
mod listing;
mod page_body;
mod page_info;
mod pager;
mod pages;
mod progress;

use futures_util::Stream;

pub use continuation::ContinuationToken;
pub(crate) use fetch::Fetch;
pub use find::Named;
pub use items::Items;
pub use listing::Listing;
pub use pages::Pages;

/// A stream that buffers items, for callers that are not async.
pub(crate) trait BufferedStream: Stream {
    /// Returns the next item, if it is buffered.
    fn take_ready(&mut self) -> Option<Self::Item>;
}
