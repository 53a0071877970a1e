//! Listings of every operation that pages: all items come, once and in order, and a collection that changes under way comes to an end.
//!
//! The service that is played keeps a collection of items that can be told apart, and hands it out in the documented envelope. What a
//! listing gives is compared with what the client reads of one page that has everything.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};

use cisco_secure_access::{Pagination, PaginationStyle};
use serde_json::Value;

use crate::case::{Case, Listing, Place, Values};
use crate::server::{Answer, Request, Server, lock};
use crate::specification::{Paging, Specification};
use crate::values::{self, Extent, Maker, Way};
use crate::wire;

/// How long pages are, where the document leaves it open.
const PAGE: usize = 3;

/// The longest documented page that is filled.
const LARGEST_PAGE: usize = 250;

/// How many pages are asked for at the same time.
const WIDTHS: [usize; 2] = [1, 4];

/// No listing here needs more requests.
const MOST_REQUESTS: usize = 60;

/// What happens to a collection after each answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Change {
    None,
    GrowsBehind,
    GrowsInFront,
    ShrinksBehind,
    ShrinksInFront,
}

/// The collection of the service, as numbers of items out of a stock.
struct Collection {
    case: &'static Case,
    pagination: Pagination,
    /// What the listing was asked with.
    values: Values,
    stock: Arc<Stock>,
    items: Vec<usize>,
    /// The numbers that are not in the collection yet.
    spare: std::ops::Range<usize>,
    change: Change,
    /// How long a page is when the request does not say it.
    page: usize,
    requests: usize,
    /// What was wrong with the requests.
    findings: Arc<Mutex<BTreeSet<String>>>,
}

/// Items that can be told apart, and the answer around them.
struct Stock {
    envelope: Value,
    list: String,
    total: Option<String>,
    items: Vec<Value>,
}

/// What is tried with one operation.
struct Trial<'a> {
    server: &'a Server,
    case: &'static Case,
    listing: &'a Listing,
    pagination: Pagination,
    stock: Arc<Stock>,
    /// The items of the stock as the client reads them.
    texts: Vec<String>,
    findings: Vec<String>,
}

/// Lists collections of all lengths, and collections that change; `None` where the operation does not page.
pub async fn paging(
    server: &Server,
    specification: &Specification,
    case: &'static Case,
) -> Option<Vec<String>> {
    let listing = case.listing.as_ref()?;
    let pagination = case.operation.pagination?;
    let paging = specification.paging(case)?;
    let seed = values::seed(case.operation);
    let mut values = values::arguments(specification, case, Extent::Required, seed);
    if let Some(position) = argument(case, pagination.position)
        && values.get(position).is_some()
    {
        values.set(position, pagination.first.into());
    }
    let limit = pagination.limit.and_then(|limit| argument(case, limit));
    let mut with_limit = values.clone();
    if let Some(limit) = limit {
        with_limit.set(limit, PAGE.into());
    }
    let full_page = pagination
        .maximum
        .and_then(|most| usize::try_from(most).ok());
    let full_page = full_page
        .filter(|most| *most <= LARGEST_PAGE)
        .unwrap_or(PAGE);
    let stock = Stock::new(specification, case, &paging, (10 * PAGE).max(full_page + 1))?;
    let mut trial = Trial {
        server,
        case,
        listing,
        pagination,
        stock: Arc::new(stock),
        texts: Vec::new(),
        findings: Vec::new(),
    };
    trial.read_stock(&values).await;
    for width in WIDTHS {
        for count in [0, 1, PAGE, PAGE + 1, 10 * PAGE] {
            trial.list(&with_limit, count, PAGE, width).await;
        }
        let is_limit_optional = limit.is_some_and(|limit| values.get(limit).is_none());
        if is_limit_optional {
            trial.list(&values, full_page + 1, full_page, width).await;
        }
        for change in [
            Change::GrowsBehind,
            Change::GrowsInFront,
            Change::ShrinksBehind,
            Change::ShrinksInFront,
        ] {
            trial.change(&with_limit, change, width).await;
        }
    }
    Some(trial.findings)
}

/// The number of the argument that stands in the query under this name.
fn argument(case: &Case, name: &str) -> Option<usize> {
    let is_it = |place| matches!(place, Place::Query(known, _) if known == name);
    case.arguments
        .iter()
        .position(|argument| is_it(argument.place))
}

impl Trial<'_> {
    /// Reads the whole stock as one page.
    async fn read_stock(&mut self, values: &Values) {
        let stock = Arc::clone(&self.stock);
        let mut items = stock.items.clone();
        self.server
            .play(move |_| Answer::json(200, &stock.page(std::mem::take(&mut items))));
        match (self.listing.items)(self.server.client(), values, 1).await {
            Ok(texts) => self.texts = texts,
            Err(failure) => self.findings.push(format!("one page of all: {failure}")),
        }
        let different: BTreeSet<_> = self.texts.iter().collect();
        let counts = [self.texts.len(), different.len()];
        if counts != [self.stock.items.len(); 2] {
            self.findings.push(format!(
                "of {} items {} were read, {} of them different",
                self.stock.items.len(),
                self.texts.len(),
                different.len()
            ));
        }
    }

    /// Lists a collection that stays as it is.
    async fn list(&mut self, values: &Values, count: usize, page: usize, width: usize) {
        for (result, how) in self.run(values, count, page, width, Change::None).await {
            let expected = self.texts.get(..count);
            match result {
                Ok(found) if Some(found.as_slice()) == expected => {}
                Ok(found) => self.findings.push(format!(
                    "{how}: of {count} items there came {}: {:?}",
                    found.len(),
                    self.numbers(&found)
                )),
                Err(failure) => self
                    .findings
                    .push(format!("{how}: {count} items: {failure}")),
            }
        }
    }

    /// Lists a collection that changes under way.
    async fn change(&mut self, values: &Values, change: Change, width: usize) {
        let count = 4 * PAGE;
        for (result, how) in self.run(values, count, PAGE, width, change).await {
            let found = match result {
                Ok(found) => self.numbers(&found),
                Err(failure) => {
                    self.findings.push(format!("{how}: {change:?}: {failure}"));
                    continue;
                }
            };
            let is_known = found.iter().all(Option::is_some);
            // What changes behind does not move what is in front of it.
            let is_start = || found.iter().copied().eq((0..found.len()).map(Some));
            let is_good = match change {
                Change::None => found.len() == count && is_start(),
                Change::GrowsBehind => found.len() >= count && is_start(),
                Change::ShrinksBehind => is_start(),
                Change::GrowsInFront | Change::ShrinksInFront => is_known,
            };
            if !is_good {
                self.findings.push(format!("{how}: {change:?}: {found:?}"));
            }
        }
    }

    /// Lists a collection by its items and by its pages.
    async fn run(
        &mut self,
        values: &Values,
        count: usize,
        page: usize,
        width: usize,
        change: Change,
    ) -> Vec<(Result<Vec<String>, crate::case::Failure>, String)> {
        let ways = [("items", self.listing.items), ("pages", self.listing.pages)];
        let mut results = Vec::new();
        for (name, list) in ways {
            let findings = Arc::default();
            let mut collection = Collection {
                case: self.case,
                pagination: self.pagination,
                values: values.clone(),
                stock: Arc::clone(&self.stock),
                items: (0..count).collect(),
                spare: count..self.stock.items.len(),
                change,
                page,
                requests: 0,
                findings: Arc::clone(&findings),
            };
            self.server.play(move |request| collection.answer(&request));
            let how = format!("{name}, {width} at a time");
            results.push((list(self.server.client(), values, width).await, how.clone()));
            let findings = std::mem::take(&mut *lock(&findings));
            let findings = findings
                .into_iter()
                .map(|finding| format!("{how}: {finding}"));
            self.findings.extend(findings);
        }
        results
    }

    /// The numbers of items in the stock.
    fn numbers(&self, found: &[String]) -> Vec<Option<usize>> {
        found
            .iter()
            .map(|text| self.texts.iter().position(|known| known == text))
            .collect()
    }
}

impl Stock {
    fn new(
        specification: &Specification,
        case: &Case,
        paging: &Paging<'_>,
        count: usize,
    ) -> Option<Self> {
        let (_, schema) = specification.success(case);
        let seed = values::seed(case.operation);
        let mut maker = Maker::new(specification, Extent::Full, Way::Read, seed);
        let mut envelope = Value::Null;
        let mut items: Vec<Value> = Vec::new();
        while items.len() < count {
            envelope = maker.value_with(schema?, paging.items)?;
            let list = envelope.pointer_mut(paging.items)?.take();
            let Value::Array(list) = list else {
                return None;
            };
            items.extend(list);
        }
        items.truncate(count);
        Some(Self {
            envelope,
            list: paging.items.to_owned(),
            total: paging.total.map(str::to_owned),
            items,
        })
    }

    /// An answer with these of all items.
    fn page(&self, items: Vec<Value>) -> Value {
        let mut page = self.envelope.clone();
        if let Some(list) = page.pointer_mut(&self.list) {
            *list = items.into();
        }
        page
    }
}

impl Collection {
    fn answer(&mut self, request: &Request) -> Answer {
        self.requests += 1;
        if self.requests > MOST_REQUESTS {
            return Answer::empty(508);
        }
        let number = |name: &str| {
            let (_, value) = request.query.iter().find(|(known, _)| known == name)?;
            value.parse::<usize>().ok()
        };
        let position = number(self.pagination.position);
        let limit = self.pagination.limit.and_then(number);
        self.check(request, position, limit);
        let page = limit.unwrap_or(self.page);
        let first = usize::try_from(self.pagination.first).unwrap_or_default();
        let steps = position.unwrap_or(first).saturating_sub(first);
        let start = match self.pagination.style {
            PaginationStyle::Page => steps * page,
            _ => steps,
        };
        let items = self.items.iter().skip(start).take(page);
        let items = items.filter_map(|number| self.stock.items.get(*number).cloned());
        let mut answer = self.stock.page(items.collect());
        if let Some(total) = &self.stock.total
            && let Some(total) = answer.pointer_mut(total)
        {
            *total = self.items.len().into();
        }
        self.change();
        Answer::json(200, &answer)
    }

    /// Checks that a request is the one that was asked for, with a position, and a limit that the document allows for.
    fn check(&self, request: &Request, position: Option<usize>, limit: Option<usize>) {
        let mut values = self.values.clone();
        let position = (self.pagination.position, position);
        for (name, value) in [
            Some(position),
            self.pagination.limit.map(|name| (name, limit)),
        ]
        .into_iter()
        .flatten()
        {
            if let (Some(index), Some(value)) = (argument(self.case, name), value) {
                values.set(index, value.into());
            }
        }
        let mut findings = wire::differences(self.case, &values, request);
        if let (Some(limit), Some(maximum)) = (limit, self.pagination.maximum)
            && limit as u64 > maximum
        {
            findings.push(format!("the limit {limit} is more than {maximum}"));
        }
        lock(&self.findings).extend(findings);
    }

    fn change(&mut self) {
        match self.change {
            Change::None => {}
            Change::GrowsBehind => self.items.extend(self.spare.next()),
            Change::GrowsInFront => {
                if let Some(number) = self.spare.next() {
                    self.items.insert(0, number);
                }
            }
            Change::ShrinksBehind => {
                self.items.pop();
            }
            Change::ShrinksInFront => {
                if !self.items.is_empty() {
                    self.items.remove(0);
                }
            }
        }
    }
}
