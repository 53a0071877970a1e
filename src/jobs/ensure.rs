//! Finds something by its name, or else creates it.

use crate::error::Result;
use crate::pagination::Items;
use crate::pagination::Named;
use crate::response::Response;

/// What [`ensure`] has found or created: an item of the list, or the result of the creation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ensured<T, C> {
    /// It was there, as the list has it.
    Found(T),
    /// It was not there: the result of its creation.
    Created(C),
}

impl<T, C> Ensured<T, C> {
    /// Whether it was created.
    #[must_use]
    pub fn is_created(&self) -> bool {
        matches!(self, Self::Created(_))
    }
}

impl<T> Ensured<T, Response<T>> {
    /// What was found or created, where both have the same type.
    #[must_use]
    pub fn into_inner(self) -> T {
        match self {
            Self::Found(item) => item,
            Self::Created(response) => response.into_inner(),
        }
    }
}

/// Finds the only item of a name, or else creates it.
///
/// `list` lists the items; if its operation has a filter for names, set it: then there is one page. `create` is the request that creates the
/// item, and is sent only if there is no item of the name. If the service responds to it with a conflict (409), another caller may have
/// created the item meanwhile: it is looked for once more.
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
/// Where the list has another type than the creation, `match` on the [`Ensured`].
///
/// It compares names only: what was found can differ from what would be created. The name that the request creates has to be `name`.
///
/// # Errors
/// Those of a call; the conflict, if there is no item of the name after it; and
/// [`ErrorKind::Ambiguous`](crate::ErrorKind::Ambiguous) when there are several items of this name.
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
