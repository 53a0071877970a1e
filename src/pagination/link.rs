//! The header `Link` (RFC 8288).

use http::HeaderMap;
use http::header::LINK;

/// Returns the query of the link to the next page, empty if the link has none; `None` if no link has the relation `next`.
pub(super) fn next_query(headers: &HeaderMap) -> Option<String> {
    headers
        .get_all(LINK)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .find_map(next_target)
        .map(|target| query(target).to_owned())
}

/// Returns the query of a URL, absolute or relative.
pub(super) fn query(url: &str) -> &str {
    let url = url.split('#').next().unwrap_or(url);
    url.split_once('?').map_or("", |(_, query)| query)
}

/// Returns the target of the link with the relation `next` in one header value: `<target>; rel="next", <target>; rel=last`.
fn next_target(mut value: &str) -> Option<&str> {
    loop {
        let (_, rest) = value.split_once('<')?;
        let (target, rest) = rest.split_once('>')?;
        let end = end_of_link(rest);
        let (parameters, rest) = rest.split_at(end);
        if is_next(parameters) {
            return Some(target);
        }
        value = rest;
    }
}

/// Returns the end of the parameters of a link: a comma outside of quotes.
fn end_of_link(text: &str) -> usize {
    let mut is_quoted = false;
    text.find(|c| {
        is_quoted ^= c == '"';
        c == ',' && !is_quoted
    })
    .unwrap_or(text.len())
}

/// Whether the parameters have the relation `next`, alone or among others: `rel="next last"`.
fn is_next(parameters: &str) -> bool {
    parameters.split(';').any(|parameter| {
        parameter.split_once('=').is_some_and(|(name, value)| {
            name.trim().eq_ignore_ascii_case("rel")
                && value
                    .trim()
                    .trim_matches('"')
                    .split_ascii_whitespace()
                    .any(|relation| relation.eq_ignore_ascii_case("next"))
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_next_page_is_found_among_other_links() {
        for (value, expected) in [
            ("</things?page=2>; rel=next", Some("page=2")),
            (
                r#"<https://a.example/things?page=2&limit=5#top>; rel="next""#,
                Some("page=2&limit=5"),
            ),
            (
                r#"</?page=1>; rel="first", </?page=3>; title="a, b; c"; REL="last Next""#,
                Some("page=3"),
            ),
            ("</things>;rel=next", Some("")),
            ("</?page=9>; rel=last", None),
            ("</?page=9>; title=next", None),
            ("</?page=9>; rel=\"next", Some("page=9")),
            ("</?page=9; rel=next", None),
            ("", None),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(LINK, value.parse().unwrap());
            assert_eq!(next_query(&headers).as_deref(), expected, "{value}");
        }
    }

    #[test]
    fn links_are_read_from_several_headers() {
        let mut headers = HeaderMap::new();
        headers.append(LINK, "</?page=1>; rel=prev".parse().unwrap());
        headers.append(LINK, "</?page=3>; rel=next".parse().unwrap());
        assert_eq!(next_query(&headers).as_deref(), Some("page=3"));
    }
}
