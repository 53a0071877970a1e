//! Listings of every operation that pages: all items come, once and in order, and a collection that changes under way comes to an end.
//!
//! What a listing gives is compared with what the client reads of one page that has everything.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::case::{Case, Failure, Listing, Values};
use crate::collection::{Change, Collection, Run, Stock, argument};
use crate::server::{Answer, Server, lock};
use crate::specification::Specification;
use crate::values::{self, Extent};

/// How long pages are, where the document leaves it open.
const PAGE: usize = 3;

/// The longest documented page that is filled.
const LARGEST_PAGE: usize = 250;

/// How many pages are asked for at the same time.
const WIDTHS: [usize; 2] = [1, 4];

/// What is tried with one operation.
struct Trial<'a> {
    server: &'a Server,
    case: &'static Case,
    listing: &'a Listing,
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
    let pagination = case.operation.pagination.unwrap();
    let seed = values::seed(case.operation);
    let mut values = values::arguments(specification, case, Extent::Required, seed);
    if let Some(position) = argument(case, pagination.position)
        && values.get(position).is_some()
    {
        values.set(position, pagination.first.into());
    }
    let mut with_limit = values.clone();
    let limit = pagination.limit.and_then(|limit| argument(case, limit));
    if let Some(limit) = limit {
        with_limit.set(limit, PAGE.into());
    }
    // Where no limit is given, the longest page that is documented is asked for.
    let longest = match pagination.maximum.map(usize::try_from) {
        Some(Ok(most)) if most <= LARGEST_PAGE => most,
        _ => PAGE,
    };
    let Some(stock) = Stock::new(specification, case, (10 * PAGE).max(longest + 1)) else {
        return Some(vec!["no answer can be made that has items".to_owned()]);
    };
    let mut trial = Trial {
        server,
        case,
        listing,
        stock: Arc::new(stock),
        texts: Vec::new(),
        findings: Vec::new(),
    };
    trial.read_stock(&values).await;
    for width in WIDTHS {
        let run = |values, count, page, change| Run {
            values,
            count,
            page,
            width,
            change,
        };
        for count in [0, 1, PAGE, PAGE + 1, 10 * PAGE] {
            let run = run(&with_limit, count, PAGE, Change::None);
            trial.run(run).await;
        }
        if limit.is_some_and(|limit| values.get(limit).is_none()) {
            let run = run(&values, longest + 1, longest, Change::None);
            trial.run(run).await;
        }
        for change in Change::ALL {
            trial.run(run(&with_limit, 4 * PAGE, PAGE, change)).await;
        }
    }
    Some(trial.findings)
}

impl Trial<'_> {
    /// Reads the whole stock as one page.
    async fn read_stock(&mut self, values: &Values) {
        let stock = Arc::clone(&self.stock);
        let mut items = stock.items.clone();
        let client = self
            .server
            .play(move |_| Answer::json(200, &stock.page(std::mem::take(&mut items))));
        match (self.listing.items)(&client, values, 1).await {
            Ok(texts) => self.texts = texts,
            Err(failure) => self.findings.push(format!("one page of all: {failure}")),
        }
        let all = self.stock.items.len();
        let read = self.texts.len();
        let different = self.texts.iter().collect::<BTreeSet<_>>().len();
        if [read, different] != [all; 2] {
            self.findings.push(format!(
                "of {all} items {read} were read, {different} of them different"
            ));
        }
    }

    /// Lists a collection, once by its items and once by its pages.
    async fn run(&mut self, run: Run<'_>) {
        for (name, list) in [("items", self.listing.items), ("pages", self.listing.pages)] {
            let mut collection = Collection::new(self.case, &self.stock, &run);
            let wrong = Arc::clone(&collection.findings);
            let client = self.server.play(move |request| collection.answer(&request));
            let listed = list(&client, run.values, run.width).await;
            let mut findings = std::mem::take(&mut *lock(&wrong));
            findings.extend(self.judge(&run, listed));
            let how = format!(
                "{name} of {} ({:?}), {} pages at a time",
                run.count, run.change, run.width
            );
            let findings = findings.into_iter();
            self.findings
                .extend(findings.map(|finding| format!("{how}: {finding}")));
        }
    }

    /// What is wrong with what a listing gave.
    fn judge(&self, run: &Run<'_>, listed: Result<Vec<String>, Failure>) -> Option<String> {
        let found: Vec<_> = match listed {
            Err(failure) => return Some(failure.to_string()),
            Ok(texts) => texts
                .iter()
                .map(|text| self.texts.iter().position(|known| known == text))
                .collect(),
        };
        let is_known = found.iter().all(Option::is_some);
        let is_in_order = is_known && found.is_sorted_by(|one, next| one < next);
        let from_the_beginning = found.iter().flatten().filter(|number| **number < run.count);
        let has_all = from_the_beginning.count() == run.count;
        let is_good = match run.change {
            Change::None => is_in_order && has_all && found.len() == run.count,
            // What changes behind does not move what is in front of it.
            Change::GrowsBehind => is_in_order && has_all,
            Change::ShrinksBehind => is_in_order,
            // Positions lose or repeat items then; each is still one of the collection.
            Change::GrowsInFront | Change::ShrinksInFront => is_known,
        };
        (!is_good).then(|| format!("there came {found:?}"))
    }
}
