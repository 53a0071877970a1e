//! Random services, correct and faulty: a listing is complete or ends in an error, with few requests.

use std::sync::{Arc, Mutex};

use cisco_secure_access::{ErrorKind, Method, Pagination, PaginationStyle};
use futures_util::StreamExt as _;
use serde_json::{Value, json};

use super::{Listing, Query, Reply, rows};

/// The number of services.
const SEEDS: u64 = 1000;

/// Random numbers that depend only on a seed (SplitMix64).
#[derive(Clone)]
struct Rng(u64);

impl Rng {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    fn below(&mut self, limit: usize) -> usize {
        usize::try_from(self.next() % limit as u64).unwrap()
    }

    fn pick<T: Copy>(&mut self, values: &[T]) -> T {
        values[self.below(values.len())]
    }
}

/// The total or flag that the service reports.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Report {
    Absent,
    Right,
    TooMuch,
    TooLittle,
}

/// A single fault of the service.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Fault {
    None,
    EmptyBody,
    EmptyPage,
    MissingList,
    Partial,
    SamePage,
    Unavailable,
}

/// A service and a collection.
#[derive(Clone, Debug)]
struct Model {
    style: PaginationStyle,
    count: usize,
    /// The maximum page size; 0 for a different size each time.
    cap: usize,
    limit: Option<u64>,
    total: Report,
    more: Report,
    fault: (Fault, usize),
    /// The change of the collection at its end, with each page.
    change: isize,
    prefetch: usize,
}

impl Model {
    fn new(rng: &mut Rng) -> Self {
        use PaginationStyle::{Cursor, Offset, Page};
        let style = rng.pick(&[Offset, Page, Cursor]);
        let reports = [
            Report::Absent,
            Report::Right,
            Report::TooMuch,
            Report::TooLittle,
        ];
        let faults = [
            Fault::None,
            Fault::None,
            Fault::EmptyBody,
            Fault::EmptyPage,
            Fault::MissingList,
            Fault::Partial,
            Fault::SamePage,
            Fault::Unavailable,
        ];
        Self {
            style,
            count: rng.below(40),
            // Numbered pages have a fixed size.
            cap: rng.below(9) + usize::from(style == Page),
            limit: rng.pick(&[None, Some(1), Some(5), Some(9)]),
            total: rng.pick(&reports),
            more: rng.pick(&[
                Report::Absent,
                Report::Absent,
                Report::Right,
                Report::TooLittle,
            ]),
            fault: (rng.pick(&faults), rng.below(5)),
            change: rng.pick(&[0, 0, 0, 1, -1]),
            prefetch: rng.pick(&[1, 2, 5]),
        }
    }

    fn pagination(&self) -> Pagination {
        let pagination = match self.style {
            PaginationStyle::Offset => Pagination::by_offset("offset"),
            PaginationStyle::Page => Pagination::by_page("page"),
            _ => Pagination::by_cursor("cursor").next("/cursor"),
        };
        let pagination = pagination.limit("limit").total("/total").more("/more");
        match self.limit {
            Some(limit) => pagination.max_page_size(limit),
            None => pagination,
        }
    }

    /// The number of items that the service reports: a listing may end there.
    fn reported(&self, count: usize) -> usize {
        let is_silent = self.total == Report::Absent && self.more == Report::Absent;
        let has_number = self.style != PaginationStyle::Cursor;
        match self.fault.0 {
            // Without any other marker, a page without items is the end.
            Fault::EmptyPage if is_silent && has_number => 0,
            _ if self.total == Report::TooLittle || self.more == Report::TooLittle => count / 2,
            _ => count,
        }
    }
}

/// The service, and its record.
struct Service {
    seed: usize,
    model: Model,
    rng: Rng,
    count: usize,
    calls: usize,
    previous: Vec<Value>,
    /// The largest number of items so far.
    largest: usize,
    smallest: usize,
}

impl Service {
    fn new(seed: u64) -> Self {
        let mut rng = Rng(seed);
        let model = Model::new(&mut rng);
        Self {
            seed: usize::try_from(seed).unwrap(),
            rng,
            count: model.count,
            calls: 0,
            previous: Vec::new(),
            largest: model.count,
            smallest: model.count,
            model,
        }
    }

    fn page(&mut self, query: &Query) -> Reply {
        // Prefetched requests of an earlier, dropped listing may arrive late.
        if query.number("seed", 0) != self.seed {
            return Reply::empty(410);
        }
        let call = self.calls;
        self.calls += 1;
        let limit = query.number("limit", usize::MAX);
        let cap = match self.model.cap {
            0 => 1 + self.rng.below(8),
            cap => cap,
        };
        let length = limit.min(cap);
        let start = match self.model.style {
            PaginationStyle::Offset => query.number("offset", 0),
            PaginationStyle::Page => (query.number("page", 1) - 1) * length,
            _ => query.text("cursor").map_or(0, |cursor| {
                cursor.split('-').next().unwrap().parse().unwrap()
            }),
        };
        let mut list = rows(start, length, self.count);
        let (fault, when) = self.model.fault;
        let fault = if call == when { fault } else { Fault::None };
        match fault {
            Fault::EmptyBody => return Reply::empty(200),
            Fault::Unavailable => return (503, json!({"message": "later"})).into(),
            Fault::EmptyPage => list.clear(),
            Fault::SamePage if call > 0 => list.clone_from(&self.previous),
            _ => {}
        }
        self.previous.clone_from(&list);
        let end = start + list.len();
        let has_more = end < self.count;
        let mut body = json!({"data": list});
        if fault == Fault::MissingList {
            body = json!({"rows": list});
        }
        if let Some(total) = match self.model.total {
            Report::Absent => None,
            Report::Right => Some(self.count),
            Report::TooMuch => Some(self.count + 3),
            Report::TooLittle => Some(self.count / 2),
        } {
            body["total"] = total.into();
        }
        match self.model.more {
            Report::Right => body["more"] = has_more.into(),
            Report::TooLittle => body["more"] = (has_more && end < self.count / 2).into(),
            Report::Absent | Report::TooMuch => {}
        }
        if has_more {
            // A different one each time, such as an encrypted cursor.
            body["cursor"] = format!("{end}-{call}").into();
        }
        self.count = self.count.saturating_add_signed(self.model.change).min(45);
        self.largest = self.largest.max(self.count);
        self.smallest = self.smallest.min(self.count);
        match fault {
            Fault::Partial => (207, body).into(),
            _ => body.into(),
        }
    }
}

#[tokio::test]
async fn a_listing_is_complete_or_an_error_in_few_requests() {
    let service = Arc::new(Mutex::new(Service::new(0)));
    let server = Arc::clone(&service);
    let listing = Listing::start(move |query| server.lock().unwrap().page(query)).await;
    let mut complete = 0;
    for seed in 0..SEEDS {
        *service.lock().unwrap() = Service::new(seed);
        let model = service.lock().unwrap().model.clone();
        let request = listing
            .client
            .request(Method::GET, "/deployments/v2/things");
        let mut items = request
            .query("seed", seed.to_string())
            .items_at::<Value>("/data", model.pagination())
            .prefetch(model.prefetch);
        let (mut found, mut errors, mut is_final) = (Vec::new(), Vec::new(), false);
        while let Some(item) = items.next().await {
            assert!(!is_final, "seed {seed}: {model:?} goes on after {errors:?}");
            match item {
                Ok(row) => found.push(usize::try_from(row["id"].as_u64().unwrap()).unwrap()),
                Err(error) => {
                    is_final = !error.is_retryable();
                    errors.push(error);
                }
            }
        }
        let service = service.lock().unwrap();
        let what = || format!("seed {seed}: {model:?} gave {found:?} and {errors:?}");
        // Each page has an item, or ends the listing, or fails once.
        let pages = service.largest + 3;
        assert!(
            service.calls <= pages * model.prefetch,
            "{}: {}",
            what(),
            service.calls
        );
        assert!(found.iter().copied().eq(0..found.len()), "{}", what());
        let known = [
            ErrorKind::Incomplete,
            ErrorKind::Decode,
            ErrorKind::Partial,
            ErrorKind::Service,
        ];
        assert!(
            errors.iter().all(|error| known.contains(&error.kind())),
            "{}",
            what()
        );
        if !is_final {
            assert!(
                found.len() >= model.reported(service.smallest),
                "{}",
                what()
            );
            complete += u64::from(found.len() >= service.smallest);
        }
        if model.fault.0 == Fault::Partial && service.calls > model.fault.1 && model.prefetch == 1 {
            assert!(is_final, "{}", what());
        }
    }
    assert!(complete > SEEDS / 4, "{complete}");
}
