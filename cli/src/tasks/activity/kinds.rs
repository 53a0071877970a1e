//! The kinds of events, and the operation that lists each of them.

use std::ops::Range;

use chrono::{DateTime, SubsecRound as _, TimeDelta, Utc};
use cisco_secure_access::Client;
use cisco_secure_access::jobs::activity::{EventPage, Export, export};
use clap::ValueEnum;
use futures_util::stream::{self, BoxStream, StreamExt as _, TryStreamExt as _};
use serde::Serialize;
use serde_json::Value;

use crate::catalog;
use crate::failure::{ExitStatus, Failure, Result};
use crate::operation::{item_schema, list_columns};
use crate::output::Columns;

/// The longest range of a request: a little less than the 30 days that the service accepts, because a request begins a moment before its
/// range, and ends with a full second.
const MAX_RANGE: TimeDelta = TimeDelta::seconds(30 * 24 * 60 * 60 - 10);

/// The events of an operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum Kind {
    /// DNS, proxy, firewall, intrusion, ZTNA and decryption
    All,
    /// DNS requests
    Dns,
    /// Requests through the web proxy
    Proxy,
    /// Connections through the firewall
    Firewall,
    /// Intrusions
    Intrusion,
    /// Zero Trust access
    Ztna,
    /// Decryption of web traffic
    Decryption,
    /// Files that were found to be malicious later
    AmpRetrospective,
    /// Decisions of access rules
    Rules,
    /// Remote access (VPN)
    RemoteAccess,
}

/// An event, and its time.
pub(super) type Event = (DateTime<Utc>, Value);

impl Kind {
    /// The id of the operation.
    fn operation(self) -> &'static str {
        match self {
            Self::All => "list_activity",
            Self::Dns => "list_dns_activity",
            Self::Proxy => "list_proxy_activity",
            Self::Firewall => "list_firewall_activity",
            Self::Intrusion => "list_intrusion_activity",
            Self::Ztna => "list_ztna_activity",
            Self::Decryption => "list_decryption_activity",
            Self::AmpRetrospective => "list_amp_retrospective_activity",
            Self::Rules => "list_rule_activity",
            Self::RemoteAccess => "list_remote_access_events",
        }
    }

    /// The name on the command line.
    pub(super) fn name(self) -> String {
        let value = self.to_possible_value();
        value.map_or_else(String::new, |value| value.get_name().to_owned())
    }

    /// The columns of CSV.
    pub(super) fn columns(self) -> Columns {
        catalog::find(self.operation())
            .map(list_columns)
            .unwrap_or_default()
    }
}

/// The events of a time range, newest first.
pub(super) fn events(
    kind: Kind,
    client: &Client,
    range: Range<DateTime<Utc>>,
    limit: usize,
) -> BoxStream<'static, Result<Event>> {
    /// An export with the setters that all operations have.
    macro_rules! events {
        ($method:ident $(, $setter:ident)*) => {{
            let reports = client.reports();
            let request = move |from, to, limit| {
                reports.$method().from(from).to(to).limit(limit)$(.$setter(0))*.send()
            };
            parts(range, move |part| values(kind, export(part, request.clone()).limit(limit).prefetch()))
        }};
    }
    match kind {
        Kind::All => events!(list_activity),
        Kind::Dns => events!(list_dns_activity),
        Kind::Proxy => events!(list_proxy_activity),
        Kind::Firewall => events!(list_firewall_activity),
        Kind::Intrusion => events!(list_intrusion_activity),
        Kind::Ztna => events!(list_ztna_activity),
        Kind::Decryption => events!(list_decryption_activity),
        Kind::AmpRetrospective => events!(list_amp_retrospective_activity),
        Kind::Rules => events!(list_rule_activity, offset),
        Kind::RemoteAccess => events!(list_remote_access_events),
    }
}

/// Exports the parts of a range that are short enough for a request, the latest first.
fn parts(
    range: Range<DateTime<Utc>>,
    part: impl Fn(Range<DateTime<Utc>>) -> BoxStream<'static, Result<Event>> + Send + 'static,
) -> BoxStream<'static, Result<Event>> {
    // Some events have full seconds, so that two parts cannot share one.
    let start = |end: &DateTime<Utc>| (*end - MAX_RANGE).trunc_subsecs(0);
    let ends = std::iter::successors(Some(range.end), move |end| Some(start(end)));
    let ends = ends.take_while(move |end| *end > range.start);
    let ranges = ends.map(move |end| range.start.max(start(&end))..end);
    stream::iter(ranges).flat_map(part).boxed()
}

/// The events of an export as JSON, without secrets.
fn values<P>(kind: Kind, export: Export<P>) -> BoxStream<'static, Result<Event>>
where
    P: EventPage + 'static,
    P::Event: Serialize,
{
    let entry = catalog::find(kind.operation());
    let schema = entry.and_then(|entry| Some((entry.document, item_schema(entry)?)));
    let event = move |event: P::Event| {
        let time = P::time(&event).unwrap_or_default();
        let mut value = serde_json::to_value(&event).map_err(|error| {
            Failure::new(
                ExitStatus::Response,
                format!("an event is not JSON: {error}"),
            )
        })?;
        if let Some((document, schema)) = schema {
            document.hide_secrets(schema, &mut value);
        }
        Ok((time, value))
    };
    let events = export.map_err(Failure::from);
    events
        .and_then(move |value| std::future::ready(event(value)))
        .boxed()
}
