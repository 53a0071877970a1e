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

    /// Creates a request to a documented operation that is known only at run time, with the values of its path parameters in order. Query
    /// parameters, headers and the body are set by their names in the service.
    ///
    /// A value is one segment of the path, and is percent-encoded. Another number of values than the path has parameters is an
    /// [`ErrorKind::Request`](crate::ErrorKind::Request) when the request is sent. [`Operation::defaults`] apply.
    ///
    /// ```
    /// # #[cfg(all(feature = "sites", feature = "simulator"))]
    /// # #[tokio::main]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # use cisco_secure_access::simulator::Simulator;
    /// # let simulator = Simulator::builder().start().await?;
    /// # let client = simulator.client()?;
    /// use serde_json::Value;
    ///
    /// let mut operations = cisco_secure_access::operations();
    /// let list_sites = operations.find(|operation| operation.id == "list_sites").ok_or("no such operation")?;
    /// let sites = client.request_for(list_sites, &[] as &[&str]).query("limit", "2").send::<Value>().await?;
    /// assert_eq!(sites.as_array().map(Vec::len), Some(2));
    /// # Ok(())
    /// # }
    /// # #[cfg(not(all(feature = "sites", feature = "simulator")))]
    /// # fn main() {}
    /// ```
    pub fn request_for(
        &self,
        operation: &'static Operation,
        path_values: &[impl AsRef<str>],
    ) -> Request {
        Request::untyped(self, operation, path_values)
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
