//! The listings of documented operations: the pages of a request, and the items of all pages.

use super::{Items, Pages};
use crate::error::Result;
use crate::operation::Pagination;
use crate::request::{Endpoint, IsSet, Request};
use crate::response::{RawResponse, Response};

/// An operation whose response is a list, or a page of one.
///
/// A list that comes in one response has one page, and is requested once: [`PaginationStyle::Single`](crate::PaginationStyle::Single).
pub trait Listing: Endpoint {
    /// What the list holds.
    type Item;

    /// How the pages are requested, and where they have the items.
    const PAGINATION: Pagination;

    /// The items of a page.
    #[doc(hidden)]
    fn items_of(page: Self::Response) -> Vec<Self::Item>;
}

impl<E: Listing, S> Request<E, S> {
    /// The pages, requested as they are polled for.
    pub fn pages(self) -> Pages<E::Response>
    where
        S: IsSet,
    {
        Pages::new(self.parts, E::PAGINATION)
    }

    /// The items of all pages, requested as they are polled for.
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
