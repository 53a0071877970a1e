//! Rows of each kind, as the service sends them.

use std::fmt::Write as _;

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

    /// The rows of a page: `{n}` stands for the number of the row, and `{t}` for its time.
    fn templates(self) -> &'static [&'static str] {
        match self {
            Self::Dns => &[DNS],
            Self::Proxy => &[PROXY],
            Self::Firewall => &[FIREWALL],
            Self::Activity => &[DNS, PROXY, FIREWALL, DNS],
            Self::Destinations => &[DESTINATION],
            Self::TunnelGroups => &[STATIC_GROUP, BGP_GROUP],
        }
    }

    /// Returns a writer of rows.
    pub(crate) fn rows(self) -> Rows {
        let pieces =
            |template: &&'static str| template.split_inclusive("{n}").flat_map(pieces).collect();
        Rows(self.templates().iter().map(pieces).collect())
    }
}

/// Writes rows. It is fast, so that a server of rows does not keep its clients waiting.
pub(crate) struct Rows(Vec<Vec<Piece>>);

/// A piece of a row.
enum Piece {
    Text(&'static str),
    Number,
    Time,
}

/// Splits what ends with `{n}`, or does not contain it.
fn pieces(template: &'static str) -> Vec<Piece> {
    let (text, number) = match template.strip_suffix("{n}") {
        Some(text) => (text, Some(Piece::Number)),
        None => (template, None),
    };
    let mut pieces = Vec::new();
    for (index, text) in text.split("{t}").enumerate() {
        if index > 0 {
            pieces.push(Piece::Time);
        }
        pieces.push(Piece::Text(text));
    }
    pieces.extend(number);
    pieces
}

impl Rows {
    /// Appends the rows with these numbers and times in epoch milliseconds.
    pub(crate) fn write(&self, rows: impl IntoIterator<Item = (usize, i64)>, body: &mut String) {
        for (index, (number, time)) in rows.into_iter().enumerate() {
            if index > 0 {
                body.push(',');
            }
            for piece in &self.0[number % self.0.len()] {
                match piece {
                    Piece::Text(text) => body.push_str(text),
                    Piece::Number => write!(body, "{number}").unwrap(),
                    Piece::Time => write!(body, "{time}").unwrap(),
                }
            }
        }
    }
}

const DNS: &str = concat!(
    r#"{"type":"dns","externalip":"198.51.100.7","internalip":"10.0.4.17","categories":["#,
    r#"{"id":25,"type":"content","label":"Shopping","integration":false,"deprecated":false},"#,
    r#"{"id":7,"type":"content","label":"Software/Technology","integration":false,"deprecated":false}],"#,
    r#""policycategories":[{"id":7,"type":"content","label":"Software/Technology","integration":false,"deprecated":false}],"#,
    r#""verdict":"allowed","domain":"host-{n}.example.com","timestamp":{t},"time":"08:49:37","date":"2026-01-01","#,
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
    r#""destinationip":"203.0.113.9","timestamp":{t},"time":"08:49:37","date":"2026-01-01","#,
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
    r#"{"type":"firewall","date":"2026-01-01","time":"08:49:37","timestamp":{t},"verdict":"allowed","#,
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
