//! Streams of items whose type is defined by the program, for undocumented and documented operations.

use serde::de::DeserializeOwned;
use serde_json::Value;

use super::{Items, Listing};
use crate::error::{ErrorKind, Result};
use crate::operation::Pagination;
use crate::request::{IsSet, Request};
use crate::response::{RawResponse, Response, without_value};

impl Request {
    /// Lists the items at a JSON pointer in the response, page by page, as [`serde_json::Value`] or as a type of your own. The empty
    /// pointer is the response itself.
    ///
    /// `pagination` describes the pages. The stream ends, fails, prefetches and resumes as for a documented operation; see [`Items`].
    ///
    /// ```
    /// # #[cfg(all(feature = "sites", feature = "simulator"))]
    /// # #[tokio::main]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # use cisco_secure_access::simulator::Simulator;
    /// # let simulator = Simulator::builder().start().await?;
    /// # let client = simulator.client()?;
    /// use cisco_secure_access::{Method, Pagination};
    /// use futures_util::TryStreamExt;
    /// use serde_json::Value;
    ///
    /// let pages = Pagination::by_page("page").limit("limit").max_page_size(100);
    /// let request = client.request(Method::GET, "/deployments/v2/sites");
    /// let sites: Vec<Value> = request.items_at("", pages).try_collect().await?;
    /// println!("{} sites", sites.len());
    /// # Ok(())
    /// # }
    /// # #[cfg(not(all(feature = "sites", feature = "simulator")))]
    /// # fn main() {}
    /// ```
    ///
    /// The cursor can be in the body of each page, in a header, or in the last item:
    ///
    /// ```no_run
    /// # async fn run(client: cisco_secure_access::Client) -> cisco_secure_access::Result<()> {
    /// use cisco_secure_access::{Method, Pagination};
    /// use futures_util::TryStreamExt;
    /// use serde::Deserialize;
    ///
    /// #[derive(Deserialize)]
    /// #[serde(rename_all = "camelCase")]
    /// struct Profile {
    ///     profile_name: String,
    /// }
    ///
    /// let request = client.request(Method::GET, "/deployments/v2/ztna/profiles").query("limit", "100");
    /// let mut profiles = request.items_at::<Profile>("/items", Pagination::by_cursor("cursor").next("/cursor"));
    /// while let Some(profile) = profiles.try_next().await? {
    ///     println!("{}", profile.profile_name);
    /// }
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// The stream returns them: see [`Error`](crate::Error). It returns an [`ErrorKind::Request`](crate::ErrorKind::Request) if
    /// `pagination` selects pages by a cursor, and does not set the location of the cursor.
    pub fn items_at<T: DeserializeOwned>(
        self,
        pointer: &'static str,
        pagination: Pagination,
    ) -> Items<T> {
        Items::new(self.parts, pagination.items(pointer), into_items)
    }
}

impl<E: Listing, S> Request<E, S> {
    /// Lists the items of all pages as a type of your own, for example one with fewer properties. `serde` decodes the items, without the
    /// leniency of [`items`](Self::items).
    ///
    /// ```
    /// # #[cfg(all(feature = "network-tunnel-groups", feature = "simulator"))]
    /// # #[tokio::main]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # use cisco_secure_access::simulator::Simulator;
    /// # let simulator = Simulator::builder().tunnel_groups(3).start().await?;
    /// # let client = simulator.client()?;
    /// use futures_util::TryStreamExt;
    /// use serde::Deserialize;
    ///
    /// #[derive(Deserialize)]
    /// struct Group {
    ///     name: String,
    /// }
    ///
    /// let groups = client.deployments().list_network_tunnel_groups().items_as::<Group>();
    /// let names: Vec<String> = groups.map_ok(|group| group.name).try_collect().await?;
    /// assert_eq!(names.len(), 3);
    /// # Ok(())
    /// # }
    /// # #[cfg(not(all(feature = "network-tunnel-groups", feature = "simulator")))]
    /// # fn main() {}
    /// ```
    ///
    /// # Errors
    /// The stream returns them: see [`Error`](crate::Error). An item that does not have the type is an
    /// [`ErrorKind::Decode`](crate::ErrorKind::Decode).
    pub fn items_as<T: DeserializeOwned>(self) -> Items<T>
    where
        S: IsSet,
    {
        Items::new(self.parts, E::PAGINATION, into_items)
    }
}

/// Extracts the items of a page.
fn into_items<T: DeserializeOwned>(
    response: RawResponse,
    pagination: &Pagination,
) -> Result<Response<Vec<T>>> {
    let original = response.clone();
    let (mut body, parts) = response.json::<Value>()?.into_parts();
    // A bare list instead of an expected envelope is the list.
    let pointer = match body {
        Value::Array(_) => "",
        _ => pagination.items,
    };
    let rows = match body.pointer_mut(pointer).map(Value::take) {
        Some(Value::Array(rows)) => rows,
        object => object.into_iter().collect(),
    };
    let rows = rows.into_iter().enumerate();
    let items = rows.filter(|(_, row)| !row.is_null()).map(|(index, row)| {
        T::deserialize(row).map_err(|error| {
            let why = without_value(&error.to_string());
            format!("the item at `{pointer}/{index}` does not have the expected type: {why}")
        })
    });
    match items.collect() {
        Ok(items) => Ok(Response::from_parts(items, parts)),
        Err(what) => Err(original.into_error(ErrorKind::Decode, what)),
    }
}
