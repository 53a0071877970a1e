//! Listings of every list operation: all items are returned, once and in order; the listing of a changing collection ends; a fault of the
//! service is an error, and never a shorter list.
//!
//! The result of a listing is compared with a single page that contains all items.

use std::collections::BTreeSet;
use std::sync::Arc;

use cisco_secure_access::{ErrorKind, PaginationStyle};

use crate::case::{Case, Failure, Listed, Listing, Values};
use crate::collection::{Change, Collection, Run, Stock, argument};
use crate::faults::{Fault, Outcome};
use crate::server::{Response, Server, lock};
use crate::simulated;
use crate::specification::Specification;
use crate::values::{self, Extent};

/// The page size if it is not documented.
const PAGE: usize = 3;

/// The maximum page size that is filled.
const LARGEST_PAGE: usize = 250;

/// The number of concurrent page requests.
const CONCURRENCY: [usize; 2] = [1, 4];

/// The results of the listings of an operation.
#[derive(Debug, Default)]
pub struct Paging {
    /// The failures.
    pub findings: Vec<String>,
    /// The outcome of each fault that can occur.
    pub outcomes: Vec<(Fault, Option<Outcome>)>,
}

/// The listings of one operation.
struct Trial<'a> {
    server: &'a Server,
    case: &'static Case,
    listing: &'a Listing,
    stock: Arc<Stock>,
    /// The items of the stock, decoded by the client.
    texts: Vec<String>,
    paging: Paging,
}

/// Lists collections of all lengths, changing collections, and collections with faults; `None` if the operation does not list.
pub async fn paging(
    server: &Server,
    specification: &Specification,
    case: &'static Case,
) -> Option<Paging> {
    let listing = case.listing.as_ref()?;
    let pagination = case.operation.pagination.unwrap();
    let seed = values::seed(case.operation);
    let mut values = values::arguments(specification, case, Extent::Required, seed);
    if let Some(position) = argument(case, pagination.offset_param)
        && values.get(position).is_some()
        && pagination.style != PaginationStyle::Cursor
    {
        values.set(position, pagination.first_page.into());
    }
    let limit = pagination.limit.and_then(|limit| argument(case, limit));
    let limited = |length: usize| {
        let mut values = values.clone();
        if let Some(limit) = limit {
            values.set(limit, length.into());
        }
        values
    };
    // One response has the complete list.
    let page = match pagination.style {
        PaginationStyle::Single => 10 * PAGE + 1,
        _ => PAGE,
    };
    let with_limit = limited(page);
    // Without a limit, the maximum page size is requested.
    let longest = match pagination.max_page_size.map(usize::try_from) {
        Some(Ok(longest)) if longest <= LARGEST_PAGE => longest,
        _ => PAGE,
    };
    let Some(stock) = Stock::new(specification, case, (10 * PAGE).max(longest + 1)) else {
        return Some(Paging {
            findings: vec!["no responses can be made that have different items".to_owned()],
            ..Paging::default()
        });
    };
    let mut trial = Trial {
        server,
        case,
        listing,
        stock: Arc::new(stock),
        texts: Vec::new(),
        paging: Paging::default(),
    };
    let all = match pagination.style {
        PaginationStyle::Single => &with_limit,
        _ => &values,
    };
    trial.read_stock(all).await;
    let failure = simulated::list(server.http(), specification, case, listing).await;
    trial.paging.findings.extend(failure);
    for concurrency in CONCURRENCY {
        let run = Run {
            values: &with_limit,
            count: 4 * PAGE,
            page,
            concurrency,
            change: Change::None,
            fault: None,
        };
        for count in [0, 1, PAGE, PAGE + 1, 10 * PAGE] {
            trial.list(Run { count, ..run }).await;
        }
        if limit.is_some_and(|limit| values.get(limit).is_none()) {
            let run = Run {
                values: &values,
                count: longest + 1,
                page: longest,
                ..run
            };
            trial.list(run).await;
        }
        for change in Change::ALL {
            trial.list(Run { change, ..run }).await;
        }
    }
    let (single, cut) = (limited(1), limited(PAGE));
    for fault in Fault::ALL {
        if fault.is_possible(&pagination) {
            let run = Run {
                values: &with_limit,
                count: 4 * PAGE,
                page,
                concurrency: 1,
                change: Change::None,
                fault: Some(fault),
            };
            let run = match fault {
                Fault::EqualRows => Run {
                    values: &single,
                    count: 2,
                    page: 1,
                    ..run
                },
                Fault::CutResponse => Run {
                    values: &cut,
                    page: PAGE,
                    ..run
                },
                _ => run,
            };
            trial.list_with_fault(fault, run).await;
        }
    }
    Some(trial.paging)
}

impl Trial<'_> {
    /// Decodes the complete stock as one page.
    async fn read_stock(&mut self, values: &Values) {
        let stock = Arc::clone(&self.stock);
        let mut items = stock.items.clone();
        let all = items.len();
        let client = self.server.play(move |_| {
            let rows = std::mem::take(&mut items);
            Response::json(200, &stock.page(rows, all, None))
        });
        let listed = (self.listing.items)(&client, values, 1).await;
        if let Some(failure) = listed.failure {
            self.find(format!("one page of all: {failure}"));
        }
        let read = listed.items.len();
        let different = listed.items.iter().collect::<BTreeSet<_>>().len();
        if [read, different] != [all; 2] {
            self.find(format!(
                "of {all} items {read} were read, {different} of them different"
            ));
        }
        self.texts = listed.items;
    }

    fn find(&mut self, finding: String) {
        self.paging.findings.push(finding);
    }

    /// Lists a collection, once by items and once by pages.
    async fn list(&mut self, run: Run<'_>) {
        for (name, list) in [("items", self.listing.items), ("pages", self.listing.pages)] {
            let mut collection = Collection::new(self.case, &self.stock, &run);
            let record = collection.record();
            let client = self
                .server
                .play(move |request| collection.respond(&request));
            let listed = list(&client, run.values, run.concurrency).await;
            let requests = lock(&record).requests;
            let findings = std::mem::take(&mut lock(&record).findings);
            let many = (self.is_single() && requests > 1).then(|| format!("{requests} requests"));
            let how = format!(
                "{name} of {} ({:?}), {} pages at a time",
                run.count, run.change, run.concurrency
            );
            let findings = findings.into_iter().chain(many);
            for finding in findings.chain(self.judge(&run, listed)) {
                self.find(format!("{how}: {finding}"));
            }
        }
    }

    /// Whether one response has the list.
    fn is_single(&self) -> bool {
        let pagination = self.case.operation.pagination;
        pagination.is_some_and(|pagination| pagination.style == PaginationStyle::Single)
    }

    /// The differences of the result of a listing.
    fn judge(&self, run: &Run<'_>, listed: Listed) -> Option<String> {
        let moves = matches!(run.change, Change::GrowsInFront | Change::ShrinksInFront);
        match &listed.failure {
            // Items that move by one page look like a repeated page.
            Some(Failure::Call(error)) if moves && error.kind() == ErrorKind::Incomplete => {}
            Some(failure) => return Some(failure.to_string()),
            None => {}
        }
        let found = self.numbers(&listed.items);
        let is_known = found.iter().all(Option::is_some);
        let is_in_order = is_known && found.is_sorted_by(|one, next| one < next);
        let from_the_beginning = found.iter().flatten().filter(|number| **number < run.count);
        let has_all = from_the_beginning.count() == run.count;
        let is_good = match run.change {
            Change::None => is_in_order && has_all && found.len() == run.count,
            // Changes after a position do not move the items before it.
            Change::GrowsBehind => is_in_order && has_all,
            Change::ShrinksBehind => is_in_order,
            // Positions then lose or repeat items, but each item belongs to the collection.
            Change::GrowsInFront | Change::ShrinksInFront => is_known,
        };
        (!is_good).then(|| format!("there came {found:?}"))
    }

    /// The numbers of items in the stock.
    fn numbers(&self, items: &[String]) -> Vec<Option<usize>> {
        let number = |item| self.texts.iter().position(|known| known == item);
        items.iter().map(number).collect()
    }

    /// Lists a collection with a fault, by items and by pages, with one and with several concurrent page requests.
    async fn list_with_fault(&mut self, fault: Fault, run: Run<'_>) {
        let mut outcomes = BTreeSet::new();
        for concurrency in CONCURRENCY {
            for (name, list) in [("items", self.listing.items), ("pages", self.listing.pages)] {
                let run = Run { concurrency, ..run };
                let mut collection = Collection::new(self.case, &self.stock, &run);
                let record = collection.record();
                let client = self
                    .server
                    .play(move |request| collection.respond(&request));
                let listed = list(&client, run.values, concurrency).await;
                let requests = lock(&record).requests;
                match self.outcome(fault, &run, listed, requests) {
                    Ok(outcome) => drop(outcomes.insert(outcome == Outcome::Everything)),
                    Err(finding) => self.find(format!(
                        "{}: {name}, {concurrency} pages at a time: {finding}",
                        fault.name()
                    )),
                }
            }
        }
        let outcome = match (outcomes.pop_first(), outcomes.pop_first()) {
            (Some(true), None) => Some(Outcome::Everything),
            (Some(false), None) => Some(Outcome::Error),
            _ => None,
        };
        self.paging.outcomes.push((fault, outcome));
    }

    /// The outcome of a fault, or the reason why it is wrong.
    fn outcome(
        &self,
        fault: Fault,
        run: &Run<'_>,
        listed: Listed,
        requests: usize,
    ) -> Result<Outcome, String> {
        let expected: Vec<_> = match fault {
            Fault::EqualRows => vec![Some(0); run.count],
            Fault::NullRows => (0..run.count)
                .filter(|number| !Fault::is_null(*number))
                .map(Some)
                .collect(),
            _ => (0..run.count).map(Some).collect(),
        };
        let found = self.numbers(&listed.items);
        // Each request returns an item, or ends the listing.
        let most = match self.is_single() {
            true => 1,
            false => (found.len() + 2) * run.concurrency,
        };
        if requests > most {
            return Err(format!("{requests} requests for {} items", found.len()));
        }
        let kind = match listed.failure {
            None => None,
            Some(Failure::Call(error)) => Some(error.kind()),
            Some(Failure::Wrong(wrong)) => return Err(Failure::Wrong(wrong).to_string()),
        };
        let outcome = match kind {
            None if found == expected => Outcome::Everything,
            Some(ErrorKind::Incomplete | ErrorKind::Decode | ErrorKind::Partial)
                if expected.starts_with(&found) =>
            {
                Outcome::Error
            }
            other => return Err(format!("there came {found:?}, and then {other:?}")),
        };
        match fault.outcomes().contains(&outcome) {
            true => Ok(outcome),
            false => Err(format!("the outcome is {outcome:?}")),
        }
    }
}
