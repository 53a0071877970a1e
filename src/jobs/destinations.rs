//! Updates a destination list to the wanted destinations: reads the current list, computes the difference, and removes and adds
//! destinations.
//!
//! ```
//! # use cisco_secure_access::simulator::Simulator;
//! # #[tokio::main]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let simulator = Simulator::builder().start().await?;
//! # let client = simulator.client()?;
//! # let list_id = 1001;
//! use cisco_secure_access::api::policies::types::AddDestination;
//! use cisco_secure_access::jobs::destinations::CurrentList;
//!
//! let wanted = ["example.com", "example.org"].map(AddDestination::new);
//! let current = CurrentList::read(&client, list_id, |_| {}).await?;
//! let plan = current.plan(wanted);
//! println!("{} to add, {} to remove", plan.additions().len(), plan.removals().len());
//! plan.apply(|progress| println!("{} of {}", progress.done, progress.total)).await?;
//! # Ok(())
//! # }
//! ```
//!
//! # Costs
//!
//! Reading takes one request, and one for each 100 destinations; at most four are in flight at the same time. Applying takes one request
//! for each 500 destinations to remove, and one for each 500 to add, one after the other ([`Plan::request_count`]). With the documented
//! rate limits of 2,000 requests per minute and 6,000 per hour, reading a list of 250,000 destinations, the maximum of an organization,
//! takes little more than a minute. Memory contains the destinations and ids of the list, and the destinations to add.
//!
//! # Errors
//!
//! The requests before an error have changed the list. To resume, read and plan again: the new plan contains only the remaining changes.
//! For the same reason, a plan cannot be applied twice.
//!
//! Two destinations are equal if their strings are equal, except for the case of host names. If the service stores a destination in another
//! form than it was sent, the next plan contains it again. To detect that, check whether a plan right after `apply` is empty. The same
//! applies to a URL on a domain that the service blocks completely: adding it can respond with success and do nothing, or with a 400 that
//! names the domain.

use std::collections::HashMap;
use std::collections::hash_map::{self, Entry};
use std::iter::FusedIterator;

use futures_util::TryStreamExt as _;

use super::Progress;
use crate::api::policies::operations::{GET_DESTINATION_LIST, LIST_DESTINATIONS};
use crate::api::policies::types::{AddDestination, DestinationList, DestinationListAccess};
use crate::client::Client;
use crate::error::{Error, ErrorKind, Result};

/// The maximum number of pages in flight.
pub(super) const CONCURRENT_PAGES: usize = 4;
/// The maximum number of destinations that a request adds or removes.
const BATCH_SIZE: usize = 500;
/// The maximum number of destinations that a request adds to a third-party list.
const THIRD_PARTY_BATCH_SIZE: usize = 100;

/// The current content of a destination list.
#[derive(Debug)]
pub struct CurrentList {
    client: Client,
    list_id: i64,
    list: DestinationList,
    /// The ids of its destinations, by normalized destination.
    ids: HashMap<String, i64>,
}

impl CurrentList {
    /// Reads a list. `progress` is called after each page, with numbers of destinations.
    ///
    /// If another client changes the list meanwhile, destinations can be missing. The next read has them.
    ///
    /// # Errors
    /// Errors of a call, and [`ErrorKind::Decode`] when a destination has no name or id.
    pub async fn read(
        client: &Client,
        list_id: i64,
        mut progress: impl FnMut(Progress),
    ) -> Result<Self> {
        let policies = client.policies();
        let unreadable =
            |operation, what: &str| Error::of(ErrorKind::Decode, operation, what.to_owned());
        let list = policies.get_destination_list(list_id).send().await?;
        let list = list
            .into_inner()
            .data
            .ok_or_else(|| unreadable(&GET_DESTINATION_LIST, "the response has no list"))?;
        let mut ids = HashMap::new();
        let mut done = 0;
        let pages = policies.list_destinations(list_id).pages();
        let mut pages = pages.prefetch(CONCURRENT_PAGES);
        while let Some(page) = pages.try_next().await? {
            let page = page.into_inner();
            done += page.data.len();
            for row in page.data {
                let (Some(id), Some(destination)) = (row.id, row.destination) else {
                    let what = "a destination has no name or no numeric id";
                    return Err(unreadable(&LIST_DESTINATIONS, what));
                };
                // A repeated destination is the same one, and may have moved to another page meanwhile.
                ids.entry(comparable(destination)).or_insert(id);
            }
            let total = page.meta.and_then(|meta| meta.total).unwrap_or_default();
            let total = usize::try_from(total).unwrap_or_default().max(done);
            progress(Progress { done, total });
        }
        Ok(Self {
            client: client.clone(),
            list_id,
            list,
            ids,
        })
    }

    /// Returns the list, with its name and other properties.
    #[must_use]
    pub fn list(&self) -> &DestinationList {
        &self.list
    }

    /// Returns the number of different destinations on the list.
    #[must_use]
    pub fn len(&self) -> usize {
        self.ids.len()
    }

    /// Whether the list is empty.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.ids.is_empty()
    }

    /// Whether a destination is on the list. The case of host names is ignored, as in a plan.
    #[must_use]
    pub fn contains(&self, destination: &str) -> bool {
        self.ids.contains_key(&comparable(destination.to_owned()))
    }

    /// Returns the id of a destination, which `remove_destinations` takes; `None` if it is not on the list. The case of host names is
    /// ignored, as in a plan.
    #[must_use]
    pub fn get(&self, destination: &str) -> Option<i64> {
        self.ids.get(&comparable(destination.to_owned())).copied()
    }

    /// Returns an iterator over the destinations and their ids, in no particular order.
    ///
    /// A destination is a domain, URL or IP address, with its host in lower case.
    /// [`remove_destinations`](crate::api::policies::Policies::remove_destinations) takes its id.
    ///
    /// ```
    /// # use cisco_secure_access::simulator::Simulator;
    /// # #[tokio::main]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let simulator = Simulator::builder().start().await?;
    /// # let client = simulator.client()?;
    /// # let list_id = 1001;
    /// use cisco_secure_access::jobs::destinations::CurrentList;
    ///
    /// let current = CurrentList::read(&client, list_id, |_| {}).await?;
    /// for (destination, id) in &current {
    ///     println!("{id} {destination}");
    /// }
    /// let of_example: Vec<_> = current.iter().filter(|(name, _)| name.ends_with(".example.com")).collect();
    /// # Ok(())
    /// # }
    /// ```
    pub fn iter(&self) -> Iter<'_> {
        Iter(self.ids.iter())
    }

    /// Computes the changes after which the list has exactly the wanted destinations. It sends nothing.
    ///
    /// A destination that occurs twice is added once. The comment of a destination that is already on the list does not change.
    pub fn plan(self, wanted: impl IntoIterator<Item = AddDestination>) -> Plan {
        // The destinations on the list: those that are not wanted so far have a value, the others have none.
        let mut unwanted: HashMap<_, _> = self
            .ids
            .into_iter()
            .map(|(destination, id)| (destination, Some(id)))
            .collect();
        let mut additions = Vec::new();
        for wanted in wanted {
            // An element without a destination is rejected when it is sent.
            let destination = wanted.destination.clone().unwrap_or_default();
            match unwanted.entry(comparable(destination)) {
                Entry::Occupied(mut known) => {
                    known.insert(None);
                }
                Entry::Vacant(new) => {
                    new.insert(None);
                    additions.push(wanted);
                }
            }
        }
        let mut removals: Vec<_> = unwanted
            .into_iter()
            .filter_map(|(destination, id)| {
                Some(Removal {
                    id: id?,
                    destination,
                })
            })
            .collect();
        removals.sort_unstable_by_key(|removal| removal.id);
        Plan {
            client: self.client,
            list_id: self.list_id,
            batch_size: match self.list.access {
                Some(DestinationListAccess::ThirdPartyBlock) => THIRD_PARTY_BATCH_SIZE,
                _ => BATCH_SIZE,
            },
            additions,
            removals,
        }
    }
}

impl<'a> IntoIterator for &'a CurrentList {
    type Item = (&'a str, i64);
    type IntoIter = Iter<'a>;

    fn into_iter(self) -> Iter<'a> {
        self.iter()
    }
}

/// An iterator over the destinations of a [`CurrentList`] and their ids.
#[derive(Clone, Debug)]
#[must_use = "iterators do nothing unless consumed"]
pub struct Iter<'a>(hash_map::Iter<'a, String, i64>);

impl<'a> Iterator for Iter<'a> {
    type Item = (&'a str, i64);

    fn next(&mut self) -> Option<Self::Item> {
        self.0
            .next()
            .map(|(destination, id)| (destination.as_str(), *id))
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.0.size_hint()
    }
}

impl ExactSizeIterator for Iter<'_> {}

impl FusedIterator for Iter<'_> {}

/// A destination that a plan removes.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Removal {
    /// The id of the destination.
    pub id: i64,
    /// The domain, URL or IP address, with its host in lower case.
    pub destination: String,
}

/// The changes of a destination list.
#[derive(Clone, Debug)]
#[must_use = "a plan does nothing until it is applied"]
pub struct Plan {
    client: Client,
    list_id: i64,
    /// The maximum number of destinations that a request adds.
    batch_size: usize,
    additions: Vec<AddDestination>,
    removals: Vec<Removal>,
}

impl Plan {
    /// Returns the destinations to add, in the order of the wanted destinations.
    #[must_use]
    pub fn additions(&self) -> &[AddDestination] {
        &self.additions
    }

    /// Returns the destinations to remove.
    #[must_use]
    pub fn removals(&self) -> &[Removal] {
        &self.removals
    }

    /// Whether the plan is empty.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.additions.is_empty() && self.removals.is_empty()
    }

    /// Returns the number of requests, if none fails.
    #[must_use]
    pub fn request_count(&self) -> usize {
        self.removals.len().div_ceil(BATCH_SIZE) + self.additions.len().div_ceil(self.batch_size)
    }

    /// Removes the removals from the plan: destinations that are on the list and not wanted stay.
    pub fn without_removals(mut self) -> Self {
        self.removals.clear();
        self
    }

    /// Applies the changes. `progress` is called after each request, with the numbers of removed and added destinations.
    ///
    /// Removals come first, because all lists of an organization together can have at most 250,000 destinations. Wanted destinations that
    /// are already on the list are never removed.
    ///
    /// # Errors
    /// Errors of a call. The requests before the error have changed the list: read and plan again to resume.
    pub async fn apply(self, mut progress: impl FnMut(Progress)) -> Result<()> {
        let policies = self.client.policies();
        let total = self.removals.len() + self.additions.len();
        let mut done = 0;
        let mut advance = |count| {
            done += count;
            progress(Progress { done, total });
        };
        for batch in self.removals.chunks(BATCH_SIZE) {
            let ids: Vec<_> = batch.iter().map(|removal| removal.id).collect();
            let request = policies.remove_destinations(self.list_id, &ids);
            request.send().await?;
            advance(batch.len());
        }
        for batch in self.additions.chunks(self.batch_size) {
            let request = policies.add_destinations(self.list_id, batch);
            request.send().await?;
            advance(batch.len());
        }
        Ok(())
    }
}

/// Normalizes a destination: host names are case-insensitive (RFC 4343), the rest of a URL is not.
pub(super) fn comparable(mut destination: String) -> String {
    let is_scheme = |end: &usize| {
        destination[..*end]
            .bytes()
            .all(|byte| byte.is_ascii_alphabetic())
    };
    let scheme = destination.find("://").filter(is_scheme);
    let host = scheme.map_or(0, |end| end + 3);
    let end = destination[host..].find(['/', '?', '#']);
    let end = end.map_or(destination.len(), |end| host + end);
    destination[..end].make_ascii_lowercase();
    destination
}

#[cfg(test)]
mod tests {
    use super::comparable;

    #[test]
    fn hosts_are_case_insensitive_and_paths_are_case_sensitive() {
        for (destination, expected) in [
            ("Example.COM", "example.com"),
            ("Example.com/Path", "example.com/Path"),
            ("HTTPS://Example.com/A://B", "https://example.com/A://B"),
            ("Example.com?Q=A://B", "example.com?Q=A://B"),
            ("2001:DB8::1", "2001:db8::1"),
            ("", ""),
        ] {
            assert_eq!(comparable(destination.to_owned()), expected);
        }
    }
}
