//! Pages of each kind of rows, and their decoding: with the types of the crate, and with the handwritten types.

use bytes::Bytes;
use cisco_secure_access::{Client, Credentials, service_fn};
use http::Response;
use serde::de::DeserializeOwned;
use tokio::runtime::Runtime;

use crate::by_hand;

/// The number of rows on a page.
pub(crate) const ROWS: usize = 1000;

/// A kind of rows.
#[derive(Clone, Copy)]
pub(crate) enum Kind {
    Dns,
    Proxy,
    Firewall,
    Activity,
    Destinations,
    TunnelGroups,
}

impl Kind {
    pub(crate) const ALL: [Self; 6] = [
        Self::Dns,
        Self::Proxy,
        Self::Firewall,
        Self::Activity,
        Self::Destinations,
        Self::TunnelGroups,
    ];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Dns => "dns",
            Self::Proxy => "proxy",
            Self::Firewall => "firewall",
            Self::Activity => "activity",
            Self::Destinations => "destinations",
            Self::TunnelGroups => "tunnel-groups",
        }
    }

    /// The rows of a page: `{n}` stands for the number of the row.
    fn rows(self) -> &'static [&'static str] {
        match self {
            Self::Dns => &[DNS],
            Self::Proxy => &[PROXY],
            Self::Firewall => &[FIREWALL],
            Self::Activity => &[DNS, PROXY, FIREWALL, DNS],
            Self::Destinations => &[DESTINATION],
            Self::TunnelGroups => &[STATIC_GROUP, BGP_GROUP],
        }
    }

    fn body(self) -> Bytes {
        let rows = (0..ROWS).zip(self.rows().iter().cycle());
        let rows: Vec<_> = rows
            .map(|(number, row)| row.replace("{n}", &(100_000 + number).to_string()))
            .collect();
        format!(r#"{{"meta":{{}},"data":[{}]}}"#, rows.join(",")).into()
    }
}

const DNS: &str = concat!(
    r#"{"type":"dns","externalip":"198.51.100.7","internalip":"10.0.4.17","categories":["#,
    r#"{"id":25,"type":"content","label":"Shopping","integration":false,"deprecated":false},"#,
    r#"{"id":7,"type":"content","label":"Software/Technology","integration":false,"deprecated":false}],"#,
    r#""policycategories":[{"id":7,"type":"content","label":"Software/Technology","integration":false,"deprecated":false}],"#,
    r#""verdict":"allowed","domain":"host-{n}.example.com","timestamp":1767225{n}0,"time":"08:49:37","date":"2026-01-01","#,
    r#""querytype":"A","returncode":0,"identities":[{"id":{n},"label":"laptop-{n}","#,
    r#""type":{"id":9,"type":"anyconnect","label":"Roaming computers"},"deleted":false}],"#,
    r#""threats":[{"label":"Wannacry","type":"Ransomware"}],"#,
    r#""allapplications":[{"id":12,"label":"Harbour","type":"IT","category":{"id":3,"label":"Media"}}],"#,
    r#""allowedapplications":[],"blockedapplications":[]}"#,
);

const PROXY: &str = concat!(
    r#"{"type":"proxy","externalip":"198.51.100.7","internalip":"10.0.4.17","policycategories":[],"#,
    r#""categories":[{"id":25,"type":"content","label":"Shopping","integration":false,"deprecated":false},"#,
    r#"{"id":7,"type":"content","label":"Software/Technology","integration":false,"deprecated":false}],"#,
    r#""verdict":"allowed","url":"https://host-{n}.example.com/goods/list?page=2&sort=price","#,
    r#""destinationip":"203.0.113.9","timestamp":1767225{n}0,"time":"08:49:37","date":"2026-01-01","#,
    r#""useragent":"Mozilla/5.0 (X11; Linux x86_64; rv:109.0) Gecko/20100101 Firefox/115.0","#,
    r#""statuscode":200,"requestmethod":"GET","requestsize":1250,"responsesize":48213,"#,
    r#""sha256":"9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08","contenttype":"text/html","#,
    r#""referer":"https://www.example.com/","port":443,"bundleid":4521,"forwardingmethod":"","#,
    r#""blockedfiletype":"","responsefilename":"","warnstatus":"","securityoverridden":false,"tenantcontrols":false,"#,
    r#""amp":{"disposition":"","malware":"","score":0},"antivirusthreats":{"others":[],"puas":[],"viruses":[]},"#,
    r#""datacenter":{"id":"","label":""},"datalossprevention":{"state":""},"egress":{"ip":"192.0.2.4","type":""},"#,
    r#""isolated":{"state":"","fileaction":""},"httperrors":[],"#,
    r#""policy":{"ruleid":48291,"rulesetid":9914,"destinationlistids":[],"timebasedrule":false},"#,
    r#""identities":[{"id":{n},"label":"laptop-{n}","#,
    r#""type":{"id":9,"type":"anyconnect","label":"Roaming computers"},"deleted":false}],"threats":[],"#,
    r#""allapplications":[{"id":12,"label":"Harbour","type":"IT","category":{"id":3,"label":"Media"}}],"#,
    r#""allowedapplications":[],"blockedapplications":[]}"#,
);

const FIREWALL: &str = concat!(
    r#"{"type":"firewall","date":"2026-01-01","time":"08:49:37","timestamp":1767225{n}0,"verdict":"allowed","#,
    r#""sourceip":"10.0.4.17","sourceport":51515,"destinationip":"203.0.113.9","destinationport":443,"#,
    r#""direction":"toInternet","packetsize":1420,"protocol":{"id":6,"label":"TCP"},"rule":{"id":7713,"label":"Branches"},"#,
    r#""identities":[{"id":{n},"label":"tunnel-{n}","#,
    r#""type":{"id":32,"type":"network_tunnel","label":"Network Tunnels"},"deleted":false}],"#,
    r#""categories":[],"allapplications":[],"applicationprotocols":[{"id":1201,"label":"HTTPS","app":"HTTPS"}]}"#,
);

const DESTINATION: &str = concat!(
    r#"{"id":"{n}","destination":"host-{n}.example.com","type":"domain","comment":null,"#,
    r#""createdAt":"2026-04-12 11:39:57"}"#,
);

const STATIC_GROUP: &str = concat!(
    r#"{"id":{n},"name":"Branch {n}","organizationId":8193021,"deviceType":"ISR","region":"us-east-1","#,
    r#""status":"connected","hubs":[{"id":1,"isPrimary":true,"datacenter":{"name":"sse-use-1-0-0","ip":"192.0.2.21"},"#,
    r#""authId":"branch-{n}@8193021-1.sse.example.com","status":{"status":"UP","time":"2026-03-28T18:17:36.000Z"},"#,
    r#""tunnelsCount":1,"tunnelsStatus":null},{"id":2,"isPrimary":false,"datacenter":{"name":"sse-use-1-1-0","ip":"192.0.2.37"},"#,
    r#""authId":"branch-{n}@8193021-2.sse.example.com","status":{"status":"UP","time":"2026-03-28T18:17:36.000Z"},"#,
    r#""tunnelsCount":0,"tunnelsStatus":null}],"routing":{"type":"static","data":{"networkCIDRs":["10.1.0.0/16","10.2.0.0/16"]}},"#,
    r#""createdAt":"2026-03-28T18:17:36.000Z","modifiedAt":"2026-03-28T18:17:36.000Z"}"#,
);

const BGP_GROUP: &str = concat!(
    r#"{"id":{n},"name":"Branch {n}","organizationId":8193021,"deviceType":"ISR","region":"us-east-1","#,
    r#""status":"disconnected","hubs":[{"id":1,"isPrimary":true,"datacenter":{"name":"sse-use-1-0-0","ip":"192.0.2.21"},"#,
    r#""authId":"branch-{n}@8193021-1.sse.example.com","status":{"status":"DOWN","time":"2026-03-28T18:17:36.000Z"},"#,
    r#""tunnelsCount":1,"tunnelsStatus":null}],"#,
    r#""routing":{"type":"bgp","data":{"asNumber":"64513","bgpHopCount":1,"bgpNeighborCIDRs":["169.254.0.0/30"]}},"#,
    r#""createdAt":"2026-03-28T18:17:36.000Z","modifiedAt":"2026-03-28T18:17:36.000Z"}"#,
);

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
        let page = kind.body();
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
