//! The listings of documented operations: streams of pages and of items.

use super::{Items, Pages};
use crate::error::Result;
use crate::operation::Pagination;
use crate::request::{Endpoint, IsSet, Request};
use crate::response::{RawResponse, Response};

/// An operation whose response is a list, or a page of a list.
///
/// A list in one response has one page, which is requested once: [`PaginationStyle::Single`](crate::PaginationStyle::Single).
pub trait Listing: Endpoint {
    /// The type of the items.
    type Item;

    /// The pagination: how pages are requested, and the location of the items in them.
    const PAGINATION: Pagination;

    /// Extracts the items of a page.
    #[doc(hidden)]
    fn items_of(page: Self::Response) -> Vec<Self::Item>;
}

impl<E: Listing, S> Request<E, S> {
    /// Returns a stream of the pages, which are requested when the stream is polled.
    pub fn pages(self) -> Pages<E::Response>
    where
        S: IsSet,
    {
        Pages::new(self.parts, E::PAGINATION)
    }

    /// Returns a stream of the items of all pages, which are requested when the stream is polled.
    pub fn items(self) -> Items<E::Item>
    where
        S: IsSet,
    {
        Items::new(self.parts, E::PAGINATION, into_items::<E>)
    }
}

fn into_items<E: Listing>(response: RawResponse, _: &Pagination) -> Result<Response<Vec<E::Item>>> {
    Ok(response.decode::<E::Response>()?.map(E::items_of))
}
