//! Makes a destination list hold what it should: reads what is on it, compares, removes and adds the difference.
//!
//! ```
//! # use cisco_secure_access::simulator::Simulator;
//! # #[tokio::main]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let simulator = Simulator::builder().start().await?;
//! # let client = simulator.client()?;
//! # let list_id = 1001;
//! use cisco_secure_access::api::policies::types::AddDestination;
//! use cisco_secure_access::jobs::destinations::Contents;
//!
//! let wanted = ["example.com", "example.org"].map(AddDestination::new);
//! let contents = Contents::read(&client, list_id, |_| {}).await?;
//! let plan = contents.plan(wanted);
//! println!("{} to add, {} to remove", plan.additions().len(), plan.removals().len());
//! plan.apply(|progress| println!("{} of {}", progress.done, progress.total)).await?;
//! # Ok(())
//! # }
//! ```
//!
//! # Costs
//!
//! Reading takes a call, and one for each 100 destinations; four are asked for at the same time, and so for the shortest list. Applying
//! takes a call for each 500 destinations to remove, and one for each 500 to add, one after the other ([`Plan::calls`]). The documented rate limits, 2,000 calls a
//! minute and 6,000 an hour, let a list of 250,000, the most that an organization may have, be read in little more than a minute. In memory
//! are the texts and ids of what is on the list, and what is to be added.
//!
//! # When something fails
//!
//! What was done before an error stays done. To go on, read and plan again: the new plan has only what is left. That is also why a plan
//! cannot be applied twice.
//!
//! Destinations are the same if their texts are, but for upper and lower case in the names of hosts. What the service writes in another way
//! than it was told looks different each time: a plan that is not empty right after it was applied shows it. So does a URL on a domain that
//! the service takes only as a whole: adding it can be answered with success and do nothing, or with a 400 that names the domain.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use futures_util::TryStreamExt as _;

use super::Progress;
use crate::api::policies::operations::{GET_DESTINATION_LIST, LIST_DESTINATIONS};
use crate::api::policies::types::{AddDestination, DestinationList, DestinationListAccess};
use crate::client::Client;
use crate::error::{Error, ErrorKind, Result};

/// How many pages are asked for at the same time.
const PAGES_AT_A_TIME: usize = 4;
/// The most destinations that a request may add or remove.
const CHUNK: usize = 500;
/// The most that a request may add to a list of a third party.
const THIRD_PARTY_CHUNK: usize = 100;

/// What is on a destination list.
#[derive(Debug)]
pub struct Contents {
    client: Client,
    list_id: i64,
    list: DestinationList,
    /// What is on it, as it is compared.
    ids: HashMap<String, i64>,
}

impl Contents {
    /// Reads a list; `progress` is told after each page, in destinations.
    ///
    /// A list that somebody else changes meanwhile may be read with gaps; the next reading closes them.
    ///
    /// # Errors
    /// What a call can fail with, and [`ErrorKind::Decode`] when a destination comes without its text or id.
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
            .ok_or_else(|| unreadable(&GET_DESTINATION_LIST, "the answer has no list"))?;
        let mut ids = HashMap::new();
        let mut done = 0;
        let pages = policies.list_destinations(list_id).pages();
        let mut pages = pages.prefetch(PAGES_AT_A_TIME);
        while let Some(page) = pages.try_next().await? {
            let page = page.into_inner();
            done += page.data.len();
            for row in page.data {
                let id = row.id.and_then(|id| id.parse().ok());
                let (Some(id), Some(destination)) = (id, row.destination) else {
                    let what = "a destination has no text or no numeric id";
                    return Err(unreadable(&LIST_DESTINATIONS, what));
                };
                // One that comes again may have moved to another page meanwhile, and is the same.
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

    /// The list: its name and what else it has.
    #[must_use]
    pub fn list(&self) -> &DestinationList {
        &self.list
    }

    /// How many different destinations are on it.
    #[must_use]
    pub fn len(&self) -> usize {
        self.ids.len()
    }

    /// Whether nothing is on it.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.ids.is_empty()
    }

    /// What to do so that the list holds exactly what is wanted. Nothing is called.
    ///
    /// What is wanted twice is added once; the comment of a destination that is there already is left as it is.
    pub fn plan(self, wanted: impl IntoIterator<Item = AddDestination>) -> Plan {
        // Of what is on the list, what nobody wants so far; nothing for what is wanted.
        let mut unwanted: HashMap<_, _> = self
            .ids
            .into_iter()
            .map(|(destination, id)| (destination, Some(id)))
            .collect();
        let mut additions = Vec::new();
        for wanted in wanted {
            // One without its destination is rejected when it is sent.
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
            chunk: match self.list.access {
                Some(DestinationListAccess::ThirdpartyBlock) => THIRD_PARTY_CHUNK,
                _ => CHUNK,
            },
            additions,
            removals,
        }
    }
}

/// A destination that a plan removes.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Removal {
    /// The id of the destination.
    pub id: i64,
    /// The domain, URL or IP address, with its host in lower case.
    pub destination: String,
}

/// What is to be done to a destination list.
#[derive(Clone, Debug)]
#[must_use = "a plan does nothing until it is applied"]
pub struct Plan {
    client: Client,
    list_id: i64,
    /// How many destinations go into a request that adds.
    chunk: usize,
    additions: Vec<AddDestination>,
    removals: Vec<Removal>,
}

impl Plan {
    /// What is to be added, in the order in which it is wanted.
    #[must_use]
    pub fn additions(&self) -> &[AddDestination] {
        &self.additions
    }

    /// What is to be removed.
    #[must_use]
    pub fn removals(&self) -> &[Removal] {
        &self.removals
    }

    /// Whether there is nothing to do.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.additions.is_empty() && self.removals.is_empty()
    }

    /// How many calls it takes, if none fails.
    #[must_use]
    pub fn calls(&self) -> usize {
        self.removals.len().div_ceil(CHUNK) + self.additions.len().div_ceil(self.chunk)
    }

    /// Only adds: what is on the list and not wanted stays.
    pub fn without_removals(mut self) -> Self {
        self.removals.clear();
        self
    }

    /// Does it; `progress` is told after each request, in destinations that were removed or added.
    ///
    /// It removes first, because there is room for 250,000 destinations in all lists of an organization together. No destination that is
    /// wanted is missing meanwhile that was not missing before.
    ///
    /// # Errors
    /// What a call can fail with. The requests before stay done: read and plan again to go on.
    pub async fn apply(self, mut progress: impl FnMut(Progress)) -> Result<()> {
        let policies = self.client.policies();
        let total = self.removals.len() + self.additions.len();
        let mut done = 0;
        let mut advance = |count| {
            done += count;
            progress(Progress { done, total });
        };
        for chunk in self.removals.chunks(CHUNK) {
            let ids: Vec<_> = chunk.iter().map(|removal| removal.id).collect();
            let request = policies.remove_destinations(self.list_id, &ids);
            request.send().await?;
            advance(chunk.len());
        }
        for chunk in self.additions.chunks(self.chunk) {
            let request = policies.add_destinations(self.list_id, chunk);
            request.send().await?;
            advance(chunk.len());
        }
        Ok(())
    }
}

/// A destination as it is compared: names of hosts are the same in upper and lower case (RFC 4343), what follows them is not.
fn comparable(mut destination: String) -> String {
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
    fn hosts_are_compared_without_case_and_paths_with_it() {
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
