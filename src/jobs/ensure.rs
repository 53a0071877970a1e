//! Finds an item by its name, or creates it.

use crate::error::Result;
use crate::pagination::Items;
use crate::pagination::Named;
use crate::response::Response;

/// The result of [`ensure`]: an item of the list, or the result of the creation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ensured<T, C> {
    /// The existing item of the list.
    Found(T),
    /// The result of the creation.
    Created(C),
}

impl<T, C> Ensured<T, C> {
    /// Whether the item was created.
    #[must_use]
    pub fn is_created(&self) -> bool {
        matches!(self, Self::Created(_))
    }
}

impl<T> Ensured<T, Response<T>> {
    /// Returns the item, if both variants have the same type.
    #[must_use]
    pub fn into_inner(self) -> T {
        match self {
            Self::Found(item) => item,
            Self::Created(response) => response.into_inner(),
        }
    }
}

/// Finds the only item with a name, or creates it.
///
/// `list` lists the items. If its operation has a filter for names, set it to get only one page. `create` is the request that creates the
/// item; it is sent only if there is no item with the name. If the service responds to it with a conflict (409), another caller may have
/// created the item meanwhile, so `ensure` lists the items again.
///
/// ```
/// # #[cfg(feature = "sites")]
/// # #[tokio::main]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # use cisco_secure_access::simulator::Simulator;
/// # let simulator = Simulator::builder().start().await?;
/// # let client = simulator.client()?;
/// use cisco_secure_access::api::deployments::types::SiteRequest;
/// use cisco_secure_access::jobs::ensure;
///
/// let deployments = client.deployments();
/// let body = SiteRequest::new("Pier");
/// let site = ensure("Pier", || deployments.list_sites().items(), deployments.create_site(&body)).await?;
/// assert!(site.is_created());
/// let again = ensure("Pier", || deployments.list_sites().items(), deployments.create_site(&body)).await?;
/// assert!(!again.is_created());
/// assert_eq!(again.into_inner().site_id, site.into_inner().site_id);
/// # Ok(())
/// # }
/// # #[cfg(not(feature = "sites"))]
/// # fn main() {}
/// ```
///
/// If the list and the creation have different types, `match` on the [`Ensured`].
///
/// Only names are compared: an existing item can differ from the one that would be created. The request must create an item with this
/// `name`.
///
/// # Errors
/// Errors of a call; the conflict, if there is still no item with the name; and [`ErrorKind::Ambiguous`](crate::ErrorKind::Ambiguous) when
/// several items have this name.
pub async fn ensure<T, C>(
    name: &str,
    list: impl Fn() -> Items<T>,
    create: impl IntoFuture<Output = Result<C>>,
) -> Result<Ensured<T, C>>
where
    T: Named + Unpin,
{
    if let Some(item) = list().find_by_name(name).await? {
        return Ok(Ensured::Found(item));
    }
    match create.await {
        Err(error) if error.is_conflict() => {
            let item = list().find_by_name(name).await?;
            item.map(Ensured::Found).ok_or(error)
        }
        result => result.map(Ensured::Created),
    }
}
