//! Listings: the pages of an operation, or the items of all pages, as a stream.
//!
//! - `pager` requests one page after the other; it is the same for all operations.
//! - `progress` decides where the listing ends.
//! - `fetch` is a page request in flight.
//! - `page_info` reads from the body of a response what that takes: rows, total, cursor.
//! - `history` recognises a page or a cursor that comes again.
//! - `link` reads the header `Link`.
//! - `continuation` is where a listing stands.
//! - `items` and `pages` are the streams; `items_at` lists what no document describes.
//! - `find` finds one item of a listing.
//!
//! # Where a listing ends
//!
//! The documents are not the service, so a listing does not end because a page looks like the last one: it ends where the service says so,
//! or with an error. After each page the first rule that applies decides:
//!
//! 1. A documented flag (`more`), cursor (`next`, a header) or `Link` header decides. A `Link` header counts from the first page that has
//!    one, because the documents list it for operations that may not send it. The flag precedes the total, because some services cap the
//!    total. No further page before the documented total is an error.
//! 2. The documented total decides. A page without rows before the total is an error. The total of the newest page counts, because
//!    collections change. A total that is less than the rows that came is wrong and decides nothing.
//! 3. A page without rows ends the listing. A short page does not: services cap the page size without saying so.
//!
//! A list that comes in one response ends with it. The response is cut where its flag, its `Link` header or its total reports more rows than
//! it has, and may be cut where it has as many as its limit and none of those denies it: that is an error as well.
//!
//! # What is never taken for an end
//!
//! A body that is empty, a list property that is missing or has another name: each is an error with the location. 204, `null` and `[]` are
//! pages without rows; a missing list is one where the total is 0.
//!
//! # Pages that come again
//!
//! A service that ignores the offset sends the same page for ever. A page is the one before it again when all its rows are equal, or when
//! its first row is, and that row has an id. Then:
//!
//! 1. The listing is complete if the documents say that the service may ignore the paging parameters (`maySendAll`), the first page came
//!    again, and nothing announces more. Nothing in the responses distinguishes such a service from one that sends only the first page whatever is
//!    requested: its page may be shorter or longer than requested either way. So it must be known.
//! 2. Rows without an id can be equal. If all rows of the page are equal and have none, the total decides whether they are other items.
//! 3. Otherwise the listing ends in an error, without the rows that came again.
//!
//! Where the cursor is the last item of a page, the service may begin the next page with that item. `Items` leaves it out, and a page that
//! has nothing else is one without rows.
//!
//! A list that equals any earlier one, and a cursor that was used before, end the listing in an error as well, so that no listing requests
//! pages for ever. One exception: the cursor of a page that is shorter than those before it may be its own cursor, which is the end.

mod continuation;
mod fetch;
mod find;
mod history;
mod items;
mod items_at;
mod link;
mod listing;
mod page_info;
mod pager;
mod pages;
mod progress;

use futures_util::Stream;

pub use continuation::ContinuationToken;
pub use find::Named;
pub use items::Items;
pub use listing::Listing;
pub use pages::Pages;

/// A stream that buffers items, for callers that are not async.
pub(crate) trait BufferedStream: Stream {
    /// The next item, if it is buffered.
    fn take_ready(&mut self) -> Option<Self::Item>;
}
