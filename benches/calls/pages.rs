//! The decoding of pages: with the types of the crate, and with the handwritten types.

use bytes::Bytes;
use cisco_secure_access::{Client, Credentials, service_fn};
use http::Response;
use serde::de::DeserializeOwned;
use tokio::runtime::Runtime;

use crate::by_hand;
use crate::rows::Kind;

/// The number of rows on a page.
pub(crate) const ROWS: usize = 1000;

/// A page of rows of a kind.
fn page(kind: Kind) -> Bytes {
    let mut body = String::from(r#"{"meta":{},"data":["#);
    let rows = (100_000..).map(|number: usize| (number, 1_767_225_600_000));
    kind.rows().write(rows.take(ROWS), &mut body);
    body.push_str("]}");
    body.into()
}

/// A client without a network, whose calls have this response.
pub(crate) fn offline_client(
    body: Bytes,
    configure: impl FnOnce(cisco_secure_access::ClientBuilder) -> cisco_secure_access::ClientBuilder,
) -> Client {
    let service = service_fn(move |request| {
        let is_token = request.uri().path() == "/auth/v2/token";
        let token = Bytes::from(r#"{"access_token": "t", "expires_in": 3600}"#);
        let body = if is_token { token } else { body.clone() };
        std::future::ready(Ok(Response::new(body)))
    });
    let builder = Client::builder()
        .credentials(Credentials::new("key", "secret"))
        .http_service(service);
    configure(builder).build().unwrap()
}

/// A page, and two ways to decode it.
pub(crate) struct Decoder<'a> {
    runtime: &'a Runtime,
    kind: Kind,
    pub(crate) page: Bytes,
    client: Client,
}

impl<'a> Decoder<'a> {
    pub(crate) fn new(runtime: &'a Runtime, kind: Kind) -> Self {
        let page = page(kind);
        let client = offline_client(page.clone(), |builder| builder);
        Self {
            runtime,
            kind,
            page,
            client,
        }
    }

    /// Decodes the page with the handwritten types; returns the number of rows.
    pub(crate) fn by_hand(&self) -> usize {
        match self.kind {
            Kind::Dns => self.rows::<by_hand::Dns>(),
            Kind::Proxy => self.rows::<by_hand::Proxy>(),
            Kind::Firewall => self.rows::<by_hand::Firewall>(),
            Kind::Activity => self.rows::<by_hand::Activity>(),
            Kind::Destinations => self.rows::<by_hand::Destination>(),
            Kind::TunnelGroups => self.rows::<by_hand::TunnelGroup>(),
        }
    }

    fn rows<T: DeserializeOwned>(&self) -> usize {
        let page: by_hand::Page<T> = serde_json::from_slice(&self.page).unwrap();
        page.data.len()
    }

    /// Decodes the page with the types of the crate; returns the number of rows. It is the complete call, because the decoding is not
    /// available separately.
    pub(crate) fn by_crate(&self) -> usize {
        self.runtime.block_on(self.call())
    }

    async fn call(&self) -> usize {
        let (deployments, policies) = (self.client.deployments(), self.client.policies());
        let reports = self.client.reports();
        /// The number of rows in the response to a request for activity.
        macro_rules! activity {
            ($operation:ident) => {{
                let request = reports.$operation().from("-1days").to("now").limit(1000);
                rows(request.send().await, |page| page.data.len())
            }};
        }
        match self.kind {
            Kind::Dns => activity!(list_dns_activity),
            Kind::Proxy => activity!(list_proxy_activity),
            Kind::Firewall => activity!(list_firewall_activity),
            Kind::Activity => activity!(list_activity),
            Kind::Destinations => {
                let request = policies.list_destinations(7).limit(1000);
                rows(request.send().await, |page| page.data.len())
            }
            Kind::TunnelGroups => {
                let request = deployments.list_network_tunnel_groups().limit(1000);
                rows(request.send().await, |page| page.data.len())
            }
        }
    }
}

/// The number of rows in a response without deviations.
fn rows<T>(
    response: cisco_secure_access::Result<cisco_secure_access::Response<T>>,
    count: impl FnOnce(&T) -> usize,
) -> usize {
    let response = response.unwrap();
    assert_eq!(response.deviations(), []);
    count(&response)
}
