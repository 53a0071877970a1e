//! Finds one item of a list: by its name, or by a predicate.

use futures_util::TryStreamExt as _;

use super::items::Items;
use crate::error::{Error, ErrorKind, Result};

/// A listed item that has a name. The generated types of listed items implement it.
pub trait Named {
    /// The name of the item; `None` if the response has none.
    fn name(&self) -> Option<&str>;
}

impl<T: Unpin> Items<T> {
    /// The first item that matches; `None` if none does.
    ///
    /// It costs a call for each page up to that item, and does not check whether others match too; [`find_unique`](Self::find_unique) does.
    ///
    /// # Errors
    /// Those of a call.
    pub async fn find(mut self, mut predicate: impl FnMut(&T) -> bool) -> Result<Option<T>> {
        while let Some(item) = self.try_next().await? {
            if predicate(&item) {
                return Ok(Some(item));
            }
        }
        Ok(None)
    }

    /// The only item that matches; `None` if none does.
    ///
    /// It costs a call for each page, because another item may match too; it ends with the second that does.
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
    /// Those of a call, and [`ErrorKind::Ambiguous`] when several items match.
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
    /// The only item of a name; `None` if there is none. Upper and lower case differ.
    ///
    /// It costs a call for each page, because another item may have the same name; it ends with the second that has. If the operation has a
    /// filter for names, set it: then there is one page.
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
    /// Those of a call, and [`ErrorKind::Ambiguous`] when there are several items of this name.
    pub async fn find_by_name(self, name: &str) -> Result<Option<T>> {
        let what = format!("item of the name `{name}`");
        self.unique(&what, |item| item.name() == Some(name)).await
    }
}
