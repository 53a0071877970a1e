//! The phrases of HTTP statuses.

/// The phrase that HTTP has for a status.
pub(crate) fn reason(status: &str) -> &'static str {
    match status {
        "200" => "OK",
        "201" => "Created",
        "202" => "Accepted",
        "204" => "No Content",
        "207" => "Multi-Status",
        "301" => "Moved Permanently",
        "302" => "Found",
        "307" => "Temporary Redirect",
        "308" => "Permanent Redirect",
        "400" => "Bad Request",
        "401" => "Unauthorized",
        "403" => "Forbidden",
        "404" => "Not Found",
        "405" => "Method Not Allowed",
        "409" => "Conflict",
        "413" => "Content Too Large",
        "415" => "Unsupported Media Type",
        "422" => "Unprocessable Content",
        "429" => "Too Many Requests",
        "500" => "Internal Server Error",
        "501" => "Not Implemented",
        "502" => "Bad Gateway",
        "503" => "Service Unavailable",
        "504" => "Gateway Timeout",
        "default" => "Any other status",
        status if status.starts_with('2') => "Success",
        status if status.starts_with('4') => "Client error",
        status if status.starts_with('5') => "Server error",
        _ => "Other status",
    }
}
