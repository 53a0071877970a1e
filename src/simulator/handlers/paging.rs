//! The page of a list that a call selects, and its properties in the response.

use cisco_secure_access_openapi::{Operation, Pagination, PaginationStyle};
use http::HeaderName;
use http::header::LINK;
use serde_json::{Value, json};

use super::page_sizes::{default_page_size, zero_is_no_limit};
use crate::simulator::http::response::JsonResponse;
use crate::simulator::quirks::{IgnoredLimit, Quirks};
use crate::simulator::validate::{ValidRequest, ValidationError};

/// The longest page where none is documented; the page of a call that does not say how long.
const PAGE: u64 = 200;

/// A part of a listing.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Window {
    pub(crate) offset: usize,
    pub(crate) limit: usize,
    /// The number of the page, from 1.
    page: u64,
}

impl Window {
    /// The part that a call selects; all of it where there are no pages.
    pub(crate) fn of(
        operation: &Operation,
        request: &ValidRequest,
        quirks: &Quirks,
    ) -> Result<Self, ValidationError> {
        let all = Self {
            offset: 0,
            limit: usize::MAX,
            page: 1,
        };
        let Some(pagination) = &operation.pagination else {
            return Ok(all);
        };
        if pagination.style == PaginationStyle::Single && pagination.limit.is_none() {
            return Ok(all);
        }
        let unlimited = zero_is_no_limit(&operation.id);
        let limit = match &pagination.limit {
            Some(name) => {
                let least = u64::from(!unlimited);
                number(request, name, least, pagination.max_page_size)?
            }
            None => None,
        };
        let limit = limit.filter(|limit| *limit > 0);
        let limit = limit.unwrap_or_else(|| default_limit(operation, pagination));
        let position = number(
            request,
            &pagination.offset_param,
            pagination.first_page,
            pagination.max_offset,
        );
        let position = match pagination.style == PaginationStyle::Cursor {
            // A cursor is the number of rows before the page; the first page is that of any other. Those of items are looked up later.
            true => position.unwrap_or_default(),
            false => position?,
        };
        let position = position.unwrap_or(pagination.first_page);
        let (offset, page) = match pagination.style == PaginationStyle::Page {
            true => {
                let before = position - pagination.first_page;
                (before.saturating_mul(limit), before + 1)
            }
            false => (position, position / limit + 1),
        };
        let size = |number: u64| usize::try_from(number).unwrap_or(usize::MAX);
        let window = Self {
            offset: size(offset),
            limit: size(limit),
            page,
        };
        Ok(match quirks.ignored_limit(&operation.id) {
            None => window,
            Some(IgnoredLimit::Size) => Self {
                limit: usize::MAX,
                ..window
            },
            Some(IgnoredLimit::Page) => all,
        })
    }

    /// The part after the row of the cursor, if rows have cursors.
    pub(crate) fn behind<'a>(
        self,
        operation: &Operation,
        request: &ValidRequest,
        rows: impl Iterator<Item = Value> + 'a,
    ) -> Self {
        let cursor = operation.pagination.as_ref().and_then(|pagination| {
            let pointer = pagination.next_from_item.as_deref()?;
            Some((pointer, request.query.get(&pagination.offset_param)?))
        });
        let Some((pointer, cursor)) = cursor else {
            return self;
        };
        let mut rows = rows;
        let offset = rows.position(|row| row.pointer(pointer) == Some(cursor));
        Self {
            offset: offset.map_or(0, |offset| offset + 1),
            ..self
        }
    }

    /// The rows of this part.
    pub(crate) fn cut<T>(self, rows: &[T]) -> &[T] {
        let start = self.offset.min(rows.len());
        let end = self.offset.saturating_add(self.limit).min(rows.len());
        &rows[start..end]
    }

    /// Puts the numbers of a page of this length into a response, where the response has them.
    pub(crate) fn fill(
        self,
        operation: &Operation,
        response: &mut Value,
        total: usize,
        length: usize,
    ) {
        let end = self.offset.saturating_add(length);
        self.fill_by_name(response, total, end);
        let Some(pagination) = &operation.pagination else {
            return;
        };
        let facts = [
            (&pagination.total, Some(json!(total))),
            (&pagination.more, Some(json!(end < total))),
            (
                &pagination.next,
                (end < total).then(|| json!(url(operation, pagination, end))),
            ),
        ];
        for (pointer, fact) in facts {
            if let Some((holder, name)) = pointer.as_deref().and_then(|at| at.rsplit_once('/'))
                && let Some(Value::Object(holder)) = response.pointer_mut(holder)
            {
                match fact {
                    Some(fact) => holder.insert(name.to_owned(), fact),
                    None => holder.remove(name),
                };
            }
        }
    }

    /// Sets the properties whose names say what they are, at the top and in `meta`.
    fn fill_by_name(self, response: &mut Value, total: usize, end: usize) {
        let pages = total.div_ceil(self.limit.max(1));
        let limit = match self.limit {
            usize::MAX => total,
            limit => limit,
        };
        let facts = [
            ("total", json!(total)),
            ("totalResults", json!(total)),
            ("totalresults", json!(total)),
            ("itemsCount", json!(total)),
            ("count", json!(total)),
            ("totalPages", json!(pages)),
            ("currentPage", json!(self.page)),
            ("page", json!(self.page)),
            ("offset", json!(self.offset)),
            ("limit", json!(limit)),
            ("moreDataAvailable", json!(end < total)),
        ];
        for holder in ["", "/meta"] {
            let Some(Value::Object(holder)) = response.pointer_mut(holder) else {
                continue;
            };
            for (name, fact) in &facts {
                if let Some(known) = holder.get_mut(*name)
                    && known.is_boolean() == fact.is_boolean()
                {
                    *known = fact.clone();
                }
            }
        }
    }

    /// A response with the headers that point to the next page, if there is one.
    pub(crate) fn with_headers(
        self,
        operation: &Operation,
        mut response: JsonResponse,
        total: usize,
        length: usize,
    ) -> JsonResponse {
        let end = self.offset.saturating_add(length);
        let Some(pagination) = operation.pagination.as_ref().filter(|_| end < total) else {
            return response;
        };
        if let Some(name) = &pagination.next_header
            && let Ok(name) = HeaderName::from_bytes(name.as_bytes())
        {
            response = response.with_header(name, &end.to_string());
        }
        if pagination.link {
            let link = format!("<{}>; rel=\"next\"", url(operation, pagination, end));
            response = response.with_header(LINK, &link);
        }
        response
    }
}

/// The URL of the page after this number of rows.
fn url(operation: &Operation, pagination: &Pagination, end: usize) -> String {
    format!(
        "https://api.sse.cisco.com{}?{}={end}",
        operation.path, pagination.offset_param
    )
}

/// A number of the query that is not below `least`.
fn number(
    request: &ValidRequest,
    name: &str,
    least: u64,
    most: Option<u64>,
) -> Result<Option<u64>, ValidationError> {
    let Some(value) = request.query.get(name) else {
        return Ok(None);
    };
    // Some documents call it a string.
    let number = value.as_u64().or_else(|| value.as_str()?.parse().ok());
    let is_in_range = |number: &u64| *number >= least && most.is_none_or(|most| *number <= most);
    match number.filter(is_in_range) {
        Some(number) => Ok(Some(number)),
        None => {
            let most = most.map(|most| format!(" to {most}")).unwrap_or_default();
            let expected = format!("expected an integer from {least}{most}, not {value}");
            Err(ValidationError::new(
                format!("query parameter `{name}`"),
                expected,
            ))
        }
    }
}

fn default_limit(operation: &Operation, pagination: &Pagination) -> u64 {
    let parameters = operation.parameters.iter();
    let limit = pagination.limit.as_deref().unwrap_or_default();
    let documented = parameters
        .filter(|parameter| parameter.name == limit)
        .find_map(|parameter| parameter.schema["default"].as_u64());
    documented
        .or_else(|| default_page_size(&operation.id))
        .or(pagination.max_page_size)
        .unwrap_or(PAGE)
        .max(1)
}
