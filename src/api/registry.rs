//! The registry of all operations, and the request for a path that is known only at run time.

use http::Method;

use crate::client::Client;
use crate::operation::Operation;
use crate::request::Request;

/// All operations of the enabled scopes.
///
/// ```
/// let scopes: std::collections::BTreeSet<_> = cisco_secure_access::operations()
///     .map(|operation| operation.scope)
///     .collect();
/// assert!(scopes.contains("auth"));
/// ```
pub fn operations() -> impl Iterator<Item = &'static Operation> {
    super::OPERATIONS.iter().copied().flatten().copied()
}

/// The operation that a request of this method and path calls.
pub(crate) fn find_operation(method: &Method, path: &str) -> &'static Operation {
    operations()
        .filter(|operation| operation.method == *method && operation.matches(path))
        // `/sites/counts` before `/sites/{siteId}`.
        .min_by_key(|operation| operation.path.matches('{').count())
        .unwrap_or_else(|| Operation::undocumented(method))
}

impl Client {
    /// A request that no document describes, or not yet: a method and a path from the root of the host, percent-encoded as it is sent.
    ///
    /// If a document describes the path after all, everything known of that operation applies: OAuth scopes, rate limit, whether it may
    /// be repeated. Otherwise GET, HEAD, PUT and DELETE are taken to be idempotent, as HTTP defines them.
    ///
    /// ```no_run
    /// # async fn run(client: cisco_secure_access::Client) -> cisco_secure_access::Result<()> {
    /// use cisco_secure_access::http::Method;
    /// use serde_json::{Value, json};
    ///
    /// let response = client
    ///     .request(Method::POST, "/deployments/v2/somethingNew")
    ///     .query("dryRun", "true")
    ///     .json(&json!({"name": "Harbour"}))
    ///     .send::<Value>()
    ///     .await?;
    /// println!("{}", response["id"]);
    /// # Ok(())
    /// # }
    /// ```
    pub fn request(&self, method: Method, path: &str) -> Request {
        Request::undocumented(self, find_operation(&method, path), &method, path)
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_token_operation_of_the_pipeline_is_the_generated_one() {
        let generated = &crate::api::auth::operations::CREATE_TOKEN;
        assert_eq!(crate::pipeline::TOKEN_OPERATION, *generated);
    }
}
