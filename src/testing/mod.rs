//! Canned responses: predefined responses for tests.
//!
//! A [`CannedService`] replaces the network of a client. It needs no server and no documents, so a unit test defines the response to a call
//! in one line:
//!
//! ```
//! use cisco_secure_access::testing::{CannedResponse, CannedService};
//! use serde_json::json;
//!
//! # tokio::runtime::Runtime::new()?.block_on(async {
//! let service = CannedService::new();
//! let client = service.client()?;
//! # #[cfg(feature = "sites")] {
//! service.on("get_site").respond(json!({"siteId": 17, "name": "Harbour"}));
//! service.on("get_site").respond(CannedResponse::new(404).json(json!({"message": "no such site"})));
//!
//! assert_eq!(client.deployments().get_site(17).await?.name.as_deref(), Some("Harbour"));
//! assert!(client.deployments().get_site(17).await.unwrap_err().is_not_found());
//!
//! // A call without a canned response fails, and the error names it.
//! let error = client.deployments().list_sites().await.unwrap_err();
//! assert!(error.to_string().contains("unexpected call of `list_sites`"));
//! # }
//! # Ok::<(), cisco_secure_access::Error>(())
//! # })?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! With the feature `simulator`, the simulator also accepts canned responses, and responds as usual when they are used up.

mod response;
mod service;

pub use response::{CannedResponse, On};
#[cfg(feature = "simulator")]
pub(crate) use response::{CannedResponses, Target};
pub use service::CannedService;
#[cfg(feature = "simulator")]
pub(crate) use service::token_response;
