//! Finds one item of a list: by its name, or by a predicate.

use futures_util::TryStreamExt as _;

use super::items::Items;
use crate::error::{Error, ErrorKind, Result};

/// A list item with a name. The generated types of list items implement it.
pub trait Named {
    /// Returns the name of the item; `None` if the response has none.
    fn name(&self) -> Option<&str>;
}

impl<T: Unpin> Items<T> {
    /// Finds the first item that matches; `None` if none does.
    ///
    /// It takes a call for each page up to that item, and does not check whether other items match; [`find_unique`](Self::find_unique)
    /// does.
    ///
    /// # Errors
    /// Errors of a call.
    pub async fn find(mut self, mut predicate: impl FnMut(&T) -> bool) -> Result<Option<T>> {
        while let Some(item) = self.try_next().await? {
            if predicate(&item) {
                return Ok(Some(item));
            }
        }
        Ok(None)
    }

    /// Finds the only item that matches; `None` if none does.
    ///
    /// It takes a call for each page, because another item may also match. It ends at the second match.
    ///
    /// ```
    /// # #[cfg(feature = "sites")]
    /// # async fn run(client: cisco_secure_access::Client) -> cisco_secure_access::Result<()> {
    /// let sites = client.deployments().list_sites().items();
    /// let default = sites.find_unique(|site| site.is_default == Some(true)).await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// Errors of a call, and [`ErrorKind::Ambiguous`] when several items match.
    pub async fn find_unique(self, predicate: impl FnMut(&T) -> bool) -> Result<Option<T>> {
        self.unique("item that matches", predicate).await
    }

    async fn unique(
        mut self,
        what: &str,
        mut predicate: impl FnMut(&T) -> bool,
    ) -> Result<Option<T>> {
        let mut found = None;
        while let Some(item) = self.try_next().await? {
            if predicate(&item) && found.replace(item).is_some() {
                let reason = format!("there is more than one {what}");
                return Err(Error::of(ErrorKind::Ambiguous, self.operation(), reason));
            }
        }
        Ok(found)
    }
}

impl<T: Named + Unpin> Items<T> {
    /// Finds the only item with a name; `None` if there is none. Names are case-sensitive.
    ///
    /// It takes a call for each page, because another item may have the same name. It ends at the second match. If the operation has a
    /// filter for names, set it to get only one page.
    ///
    /// ```
    /// # #[cfg(feature = "network-tunnel-groups")]
    /// # #[tokio::main]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # use cisco_secure_access::simulator::Simulator;
    /// # let simulator = Simulator::builder().start().await?;
    /// # let client = simulator.client()?;
    /// let groups = client.deployments().list_network_tunnel_groups();
    /// let group = groups.clone().items().find_by_name("Branch 002").await?;
    /// assert!(group.is_some());
    /// assert!(groups.items().find_by_name("Atlantis").await?.is_none());
    /// # Ok(())
    /// # }
    /// # #[cfg(not(feature = "network-tunnel-groups"))]
    /// # fn main() {}
    /// ```
    ///
    /// # Errors
    /// Errors of a call, and [`ErrorKind::Ambiguous`] when several items have this name.
    pub async fn find_by_name(self, name: &str) -> Result<Option<T>> {
        let what = format!("item of the name `{name}`");
        self.unique(&what, |item| item.name() == Some(name)).await
    }
}
