//! The registry of all operations, and requests to a path that is known only at run time.

use http::Method;

use crate::client::Client;
use crate::operation::Operation;
use crate::request::Request;

/// Returns all operations of the enabled scopes.
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

/// Returns the operation of this method and path.
pub(crate) fn find_operation(method: &Method, path: &str) -> &'static Operation {
    operations()
        .filter(|operation| operation.method == *method && operation.matches(path))
        // `/sites/counts` before `/sites/{siteId}`.
        .min_by_key(|operation| operation.path.matches('{').count())
        .unwrap_or_else(|| Operation::undocumented(method))
}

impl Client {
    /// Creates a request to an undocumented operation, with a method and a path from the root of the host. The path is percent-encoded and
    /// sent unchanged.
    ///
    /// If the path is documented after all, the properties of that operation apply: OAuth scopes, rate limit, idempotency. Otherwise GET,
    /// HEAD, PUT and DELETE are considered idempotent, as HTTP defines them.
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
