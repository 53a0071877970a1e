//! The facts of an operation for its documentation: its request, OAuth scopes, clouds, rate limit and pagination.

use cisco_secure_access_openapi::{Operation, Pagination, PaginationStyle, RateLimit, Security};

use crate::names;

/// What an operation needs and what limits it, in Markdown: a title and a value each. `partial` names the kind of error of a response that
/// reports a failure.
#[must_use]
pub fn facts(operation: &Operation, partial: &str) -> Vec<(&'static str, String)> {
    let mut facts = vec![(
        "Request",
        format!("`{} {}`", operation.method, operation.path),
    )];
    match &operation.security {
        Security::Basic => facts.push(("Access", "key and secret".to_owned())),
        Security::Bearer(scopes) if scopes.is_empty() => {}
        Security::Bearer(scopes) => {
            facts.push(("OAuth scope", format!("`{}`", scopes.join("`, `"))));
        }
    }
    if !operation.clouds.is_empty() {
        let clouds = operation.clouds.iter().map(|cloud| names::pascal(cloud));
        facts.push(("Clouds", clouds.collect::<Vec<_>>().join(", ")));
    }
    if let Some(limit) = &operation.rate_limit {
        facts.push(("Rate limit", rate_limit(limit)));
    }
    if let Some(pagination) = &operation.pagination {
        facts.push(("Pages", pages(pagination)));
    }
    if let Some(property) = &operation.success_property {
        let property = property.trim_start_matches('/');
        facts.push((
            "Failures",
            format!("a response with `{property}: false` is a {partial} error"),
        ));
    }
    if !operation.upstream_errors.is_empty() {
        let statuses = operation.upstream_errors.iter().map(u16::to_string);
        let statuses = statuses.collect::<Vec<_>>().join(" and ");
        facts.push((
            "Errors of other servers",
            format!("{statuses} can come from the server that the service calls"),
        ));
    }
    facts
}

fn rate_limit(RateLimit { per, windows, .. }: &RateLimit) -> String {
    let windows = windows
        .iter()
        .map(|(requests, seconds)| match seconds {
            1 => format!("{requests} a second"),
            60 => format!("{requests} a minute"),
            3600 => format!("{requests} an hour"),
            86400 => format!("{requests} a day"),
            seconds => format!("{requests} in {} minutes", seconds / 60),
        })
        .collect::<Vec<_>>();
    format!("{} for each {per}", windows.join(", "))
}

fn pages(pagination: &Pagination) -> String {
    let pages = match (pagination.style, &pagination.limit) {
        (PaginationStyle::Single, None) => "one".to_owned(),
        (PaginationStyle::Single, Some(limit)) => format!("one, of `{limit}` items"),
        (_, None) => format!("by `{}`", pagination.offset_param),
        (_, Some(limit)) => format!("by `{}` and `{limit}`", pagination.offset_param),
    };
    match (&pagination.limit, pagination.max_page_size) {
        (Some(_), Some(maximum)) => format!("{pages}, at most {maximum}"),
        _ => pages,
    }
}
