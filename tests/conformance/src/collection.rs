//! A collection of the service: returned page by page in the documented envelope, changing while it is listed, and with faults.

use std::collections::BTreeSet;
use std::ops::Range;
use std::sync::{Arc, Mutex};

use cisco_secure_access::{Pagination, PaginationStyle};
use serde_json::{Value, json};

use crate::case::{Case, ParameterLocation, Values};
use crate::faults::Fault;
use crate::server::{Request, Response, lock};
use crate::specification::Specification;
use crate::values::{self, Direction, Extent, Maker, put};
use crate::wire;

/// The maximum number of generated responses for each item, until all items are different.
const ROUNDS: usize = 10;

/// The maximum number of requests of a listing without a new item.
const IDLE_REQUESTS: usize = 30;

/// The page size if the service returns shorter pages than requested.
const SHORT_PAGE: usize = 2;

/// Items that are all different, and the response around them.
pub(crate) struct Stock {
    pub(crate) items: Vec<Value>,
    envelope: Value,
    pagination: Pagination,
}

/// The change of a collection after each response.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Change {
    None,
    GrowsBehind,
    GrowsInFront,
    ShrinksBehind,
    ShrinksInFront,
}

/// One listing, and its collection.
#[derive(Clone, Copy)]
pub(crate) struct Run<'a> {
    /// The parameters of the request.
    pub(crate) values: &'a Values,
    /// The number of items at the start.
    pub(crate) count: usize,
    /// The default page size.
    pub(crate) page: usize,
    /// The number of concurrent page requests.
    pub(crate) concurrency: usize,
    pub(crate) change: Change,
    pub(crate) fault: Option<Fault>,
}

/// The collection, as numbers of items in the stock.
pub(crate) struct Collection {
    case: &'static Case,
    pagination: Pagination,
    stock: Arc<Stock>,
    /// The parameters of the request.
    values: Values,
    items: Vec<usize>,
    /// The items that are not yet in the collection.
    spare: Range<usize>,
    /// The default page size.
    page: usize,
    change: Change,
    fault: Option<Fault>,
    record: Arc<Mutex<Record>>,
}

/// The record of a collection.
#[derive(Default)]
pub(crate) struct Record {
    pub(crate) requests: usize,
    /// The errors in the requests.
    pub(crate) findings: BTreeSet<String>,
}

/// The number of the argument with this name in the query.
pub(crate) fn argument(case: &Case, name: &str) -> Option<usize> {
    let is_it = |location| matches!(location, ParameterLocation::Query(known, _) if known == name);
    case.arguments
        .iter()
        .position(|argument| is_it(argument.location))
}

impl Change {
    /// All changes.
    pub(crate) const ALL: [Self; 4] = [
        Self::GrowsBehind,
        Self::GrowsInFront,
        Self::ShrinksBehind,
        Self::ShrinksInFront,
    ];
}

impl Stock {
    /// Creates this number of items; `None` if no responses can be generated that have them.
    pub(crate) fn new(specification: &Specification, case: &Case, count: usize) -> Option<Self> {
        let pagination = case.operation.pagination?;
        let (_, schema) = specification.success(case);
        let seed = values::seed(case.operation);
        let mut maker = Maker::new(specification, Extent::Full, Direction::Response, seed);
        let mut envelope = Value::Null;
        let mut items: Vec<Value> = Vec::new();
        for _ in 0..ROUNDS * count {
            if items.len() >= count {
                break;
            }
            envelope = maker.value_with(schema?, pagination.items)?;
            let list = envelope.pointer_mut(pagination.items)?.take();
            for item in list.as_array()? {
                if !items.contains(item) {
                    items.push(item.clone());
                }
            }
        }
        if items.len() < count {
            return None;
        }
        items.truncate(count);
        put(&mut envelope, "/meta/failed", None);
        Some(Self {
            items,
            envelope,
            pagination,
        })
    }

    /// A page with these rows out of a total, and the cursor of the next page if there is one.
    pub(crate) fn page(&self, rows: Vec<Value>, total: usize, next: Option<Value>) -> Value {
        let mut page = self.envelope.clone();
        if let Some(list) = page.pointer_mut(self.pagination.items) {
            *list = rows.into();
        }
        if let Some(pointer) = self.pagination.total {
            put(&mut page, pointer, Some(total.into()));
        }
        if let Some(pointer) = self.pagination.more {
            put(&mut page, pointer, Some(next.is_some().into()));
        }
        if let Some(pointer) = self.pagination.next {
            put(&mut page, pointer, next);
        }
        page
    }
}

impl Collection {
    /// The first items of the stock.
    pub(crate) fn new(case: &'static Case, stock: &Arc<Stock>, run: &Run<'_>) -> Self {
        let items = match run.fault {
            Some(Fault::EqualRows) => vec![0; run.count],
            _ => (0..run.count).collect(),
        };
        Self {
            case,
            pagination: stock.pagination,
            stock: Arc::clone(stock),
            values: run.values.clone(),
            items,
            spare: run.count..stock.items.len(),
            page: run.page,
            change: run.change,
            fault: run.fault,
            record: Arc::default(),
        }
    }

    /// Returns the record of the collection.
    pub(crate) fn record(&self) -> Arc<Mutex<Record>> {
        Arc::clone(&self.record)
    }

    /// The response to a request for a page.
    pub(crate) fn respond(&mut self, request: &Request) -> Response {
        let requests = {
            let mut record = lock(&self.record);
            record.requests += 1;
            record.requests
        };
        if requests > self.stock.items.len() + IDLE_REQUESTS {
            return Response::empty(508);
        }
        let value = |name: &str| {
            let (_, value) = request.query.iter().find(|(known, _)| known == name)?;
            Some(value.as_str())
        };
        let position = value(self.pagination.offset_param);
        let limit = self.pagination.limit.and_then(value);
        let limit = limit.and_then(|limit| limit.parse().ok());
        self.check(request, position, limit);
        let page = limit.unwrap_or(self.page);
        let page = match self.fault {
            Some(Fault::ShortPages) => page.min(SHORT_PAGE),
            _ => page,
        };
        let start = position.map_or(0, |position| self.start(position, page));
        let pagination = &self.pagination;
        let fault = self
            .fault
            .filter(|fault| fault.happens_to(start / page, pagination));
        let start = match fault {
            Some(Fault::IgnoredOffset) => 0,
            _ => start,
        };
        let mut rows: Vec<_> = self.items.iter().skip(start).take(page).copied().collect();
        if fault == Some(Fault::EmptyPage) {
            rows.clear();
        }
        let end = start + rows.len();
        let next = match fault {
            Some(Fault::StuckCursor) => position.map(Value::from),
            _ => (end < self.items.len()).then(|| self.cursor(end)),
        };
        let rows = rows.iter().map(|number| self.row(*number)).collect();
        let mut body = self.stock.page(rows, self.items.len(), next.clone());
        if let Some(fault) = fault {
            fault.spoil(&self.pagination, &mut body);
        }
        let mut response = match fault {
            Some(Fault::EmptyBody) => Response::empty(200),
            Some(Fault::Partial) => Response::json(207, &body),
            _ => Response::json(200, &body),
        };
        if let (Some(name), Some(Value::String(next))) = (self.pagination.next_header, &next) {
            response.headers.push((name, next.clone()));
        }
        if self.pagination.link
            && let Some(next) = next
        {
            let param = self.pagination.offset_param;
            let next = next.as_str().unwrap_or_default().to_owned();
            let link = format!(
                "<{}?{param}={next}>; rel=\"next\"",
                self.case.operation.path
            );
            response.headers.push(("link", link));
        }
        self.change();
        response
    }

    /// The number of items before the page at a position.
    fn start(&self, position: &str, page: usize) -> usize {
        let number = || position.parse::<usize>().unwrap_or_default();
        let first = usize::try_from(self.pagination.first_page).unwrap();
        match (self.pagination.style, self.pagination.next_from_item) {
            (PaginationStyle::Page, _) => number().saturating_sub(first) * page,
            (PaginationStyle::Cursor, Some(pointer)) => {
                let is_it = |number: &usize| {
                    let cursor = self.stock.items[*number].pointer(pointer);
                    cursor.is_some_and(|cursor| cursor.as_str() == Some(position))
                };
                self.items.iter().position(is_it).map_or(0, |at| at + 1)
            }
            _ => number().saturating_sub(first),
        }
    }

    /// The pointer to the page after this number of items.
    fn cursor(&self, end: usize) -> Value {
        end.to_string().into()
    }

    /// A row of a page.
    fn row(&self, number: usize) -> Value {
        match self.fault {
            Some(Fault::NullRows) if Fault::is_null(number) => Value::Null,
            _ => self.stock.items[number].clone(),
        }
    }

    /// Checks that a request is the expected one, with a position, and with a limit that the document allows.
    fn check(&self, request: &Request, position: Option<&str>, limit: Option<usize>) {
        let mut values = self.values.clone();
        let position = position.map(|position| match self.pagination.style {
            PaginationStyle::Cursor => position.into(),
            _ => json!(position.parse::<usize>().unwrap_or_default()),
        });
        let position = (Some(self.pagination.offset_param), position);
        for (name, value) in [position, (self.pagination.limit, limit.map(Value::from))] {
            let index = name.and_then(|name| argument(self.case, name));
            if let (Some(index), Some(value)) = (index, value) {
                values.set(index, value);
            }
        }
        let mut record = lock(&self.record);
        let differences = wire::differences(self.case, &values, request);
        record.findings.extend(differences);
        if let (Some(limit), Some(max_page_size)) = (limit, self.pagination.max_page_size)
            && limit as u64 > max_page_size
        {
            let finding = format!("the limit {limit} is more than {max_page_size}");
            record.findings.insert(finding);
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
