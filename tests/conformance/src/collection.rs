//! A collection as the service keeps it: handed out page by page in the documented envelope, and changing under way if it is told to.

use std::collections::BTreeSet;
use std::ops::Range;
use std::sync::{Arc, Mutex};

use cisco_secure_access::{Pagination, PaginationStyle};
use serde_json::Value;

use crate::case::{Case, Place, Values};
use crate::server::{Answer, Request, lock};
use crate::specification::Specification;
use crate::values::{self, Extent, Maker, Way};
use crate::wire;

/// No listing here needs more requests.
const MOST_REQUESTS: usize = 60;

/// Items that can be told apart, and the answer around them.
pub(crate) struct Stock {
    pub(crate) items: Vec<Value>,
    envelope: Value,
    /// JSON pointer of the list in the envelope.
    list: String,
    /// JSON pointer of the number of all items.
    total: Option<String>,
}

/// What happens to a collection after each answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Change {
    None,
    GrowsBehind,
    GrowsInFront,
    ShrinksBehind,
    ShrinksInFront,
}

/// One listing, and the collection that it finds.
pub(crate) struct Run<'a> {
    /// What it is asked with.
    pub(crate) values: &'a Values,
    /// How many items there are at the beginning.
    pub(crate) count: usize,
    /// How long a page is where the request does not say it.
    pub(crate) page: usize,
    /// How many pages are asked for at the same time.
    pub(crate) width: usize,
    pub(crate) change: Change,
}

/// The collection, as numbers of items in the stock.
pub(crate) struct Collection {
    case: &'static Case,
    pagination: Pagination,
    stock: Arc<Stock>,
    /// What the listing was asked with.
    values: Values,
    items: Vec<usize>,
    /// What is not in the collection yet.
    spare: Range<usize>,
    /// How long a page is where the request does not say it.
    page: usize,
    change: Change,
    requests: usize,
    /// What was wrong with the requests.
    pub(crate) findings: Arc<Mutex<BTreeSet<String>>>,
}

/// The number of the argument that stands in the query under this name.
pub(crate) fn argument(case: &Case, name: &str) -> Option<usize> {
    let is_it = |place| matches!(place, Place::Query(known, _) if known == name);
    case.arguments
        .iter()
        .position(|argument| is_it(argument.place))
}

impl Change {
    /// All that is one.
    pub(crate) const ALL: [Self; 4] = [
        Self::GrowsBehind,
        Self::GrowsInFront,
        Self::ShrinksBehind,
        Self::ShrinksInFront,
    ];
}

impl Stock {
    /// So many items; `None` where no answer can be made that has some.
    pub(crate) fn new(specification: &Specification, case: &Case, count: usize) -> Option<Self> {
        let paging = specification.paging(case)?;
        let (_, schema) = specification.success(case);
        let seed = values::seed(case.operation);
        let mut maker = Maker::new(specification, Extent::Full, Way::Read, seed);
        let mut envelope = Value::Null;
        let mut items: Vec<Value> = Vec::new();
        while items.len() < count {
            envelope = maker.value_with(schema?, paging.items)?;
            let list = envelope.pointer_mut(paging.items)?.take();
            items.extend(list.as_array()?.iter().cloned());
        }
        items.truncate(count);
        Some(Self {
            items,
            envelope,
            list: paging.items.to_owned(),
            total: paging.total.map(str::to_owned),
        })
    }

    /// An answer with these of all items.
    pub(crate) fn page(&self, items: Vec<Value>) -> Value {
        let mut page = self.envelope.clone();
        if let Some(list) = page.pointer_mut(&self.list) {
            *list = items.into();
        }
        page
    }
}

impl Collection {
    /// The first items of the stock.
    pub(crate) fn new(case: &'static Case, stock: &Arc<Stock>, run: &Run<'_>) -> Self {
        Self {
            case,
            pagination: case.operation.pagination.unwrap(),
            stock: Arc::clone(stock),
            values: run.values.clone(),
            items: (0..run.count).collect(),
            spare: run.count..stock.items.len(),
            page: run.page,
            change: run.change,
            requests: 0,
            findings: Arc::default(),
        }
    }

    /// Answers a request for a page.
    pub(crate) fn answer(&mut self, request: &Request) -> Answer {
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
        let first = usize::try_from(self.pagination.first).unwrap();
        let steps = position.unwrap_or(first).saturating_sub(first);
        let start = match self.pagination.style {
            PaginationStyle::Page => steps * page,
            _ => steps,
        };
        let items = self.items.iter().skip(start).take(page);
        let items = items.map(|number| self.stock.items[*number].clone());
        let mut answer = self.stock.page(items.collect());
        let total = self.stock.total.as_ref();
        if let Some(total) = total.and_then(|total| answer.pointer_mut(total)) {
            *total = self.items.len().into();
        }
        self.change();
        Answer::json(200, &answer)
    }

    /// Checks that a request is the one that was asked for, with a position, and with a limit that the document allows for.
    fn check(&self, request: &Request, position: Option<usize>, limit: Option<usize>) {
        let mut values = self.values.clone();
        let position = (Some(self.pagination.position), position);
        for (name, number) in [position, (self.pagination.limit, limit)] {
            let index = name.and_then(|name| argument(self.case, name));
            if let (Some(index), Some(number)) = (index, number) {
                values.set(index, number.into());
            }
        }
        let mut findings = lock(&self.findings);
        findings.extend(wire::differences(self.case, &values, request));
        if let (Some(limit), Some(maximum)) = (limit, self.pagination.maximum)
            && limit as u64 > maximum
        {
            findings.insert(format!("the limit {limit} is more than {maximum}"));
        }
    }

    fn change(&mut self) {
        match self.change {
            Change::None => {}
            Change::GrowsBehind => self.items.extend(self.spare.next()),
            Change::GrowsInFront => {
                let fresh = self.spare.next();
                self.items.splice(..0, fresh);
            }
            Change::ShrinksBehind => {
                self.items.pop();
            }
            Change::ShrinksInFront => {
                self.items.drain(..self.items.len().min(1));
            }
        }
    }
}
