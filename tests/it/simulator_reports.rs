//! Reports of the simulator: deterministic, paged, and consistent with each other.

use cisco_secure_access::api::reports::types::{
    DlpEventType, DnsActivity, InternetTrafficType, Verdict,
};
use cisco_secure_access::simulator::{Redirect, Simulator};
use cisco_secure_access::{ReportsRegion, Required as _, Result};
use futures_util::TryStreamExt;

use crate::simulator::hurried;

#[tokio::test]
async fn summaries_agree_with_the_activity() -> Result<()> {
    let simulator = Simulator::builder().seed(5).start().await?;
    let reports = hurried(&simulator).reports();
    let dns: Vec<_> = reports
        .list_dns_activity()
        .from("-1days")
        .to("now")
        .limit(50)
        .items()
        .try_collect()
        .await?;
    let times: Vec<i64> = dns
        .iter()
        .map(|event| event.timestamp.unwrap().timestamp_millis())
        .collect();
    assert!(times.len() > 50, "several pages");
    assert!(
        times.is_sorted_by(|newer, older| newer > older),
        "the newest first, each once"
    );

    let total = reports
        .get_total_requests_by_type(InternetTrafficType::Dns)
        .from("-1days")
        .to("now")
        .send()
        .await?;
    assert_eq!(total.data.as_ref().unwrap().count, Some(times.len() as i64));

    let all: Vec<_> = reports
        .list_activity()
        .from("-1days")
        .to("now")
        .limit(100)
        .items()
        .try_collect()
        .await?;
    let summary = reports
        .get_summary()
        .from("-1days")
        .to("now")
        .send()
        .await?;
    let summary = summary.data.as_ref().unwrap();
    assert_eq!(summary.requests, Some(all.len() as i64));
    assert!(summary.requests_blocked.unwrap() > 0);

    let top = reports
        .get_top_destinations()
        .from("-1days")
        .to("now")
        .limit(100)
        .offset(0)
        .send()
        .await?;
    let counts: Vec<i64> = top.data.iter().map(|row| row.count.unwrap()).collect();
    assert!(counts.is_sorted_by(|more, fewer| more >= fewer));
    assert_eq!(counts.iter().sum::<i64>(), all.len() as i64);
    assert_eq!(Some(counts.len() as i64), summary.domains);

    let hours = reports
        .get_requests_by_hour()
        .from("-1days")
        .to("now")
        .limit(100)
        .send()
        .await?;
    let hours: i64 = hours.data.iter().map(|row| row.count.unwrap()).sum();
    assert_eq!(hours, all.len() as i64);
    Ok(())
}

#[tokio::test]
async fn events_are_filtered_by_lists() -> Result<()> {
    let simulator = Simulator::builder().seed(5).start().await?;
    let reports = hurried(&simulator).reports();
    let identity = |event: &DnsActivity| event.identities.first().and_then(|known| known.id);
    let all: Vec<_> = reports
        .list_dns_activity()
        .from("-1days")
        .to("now")
        .items()
        .try_collect()
        .await?;
    let wanted: Vec<_> = all.iter().filter_map(identity).take(2).collect();
    let expected = all.iter().filter(|event| {
        identity(event).is_some_and(|id| wanted.contains(&id))
            && event.verdict == Some(Verdict::Blocked)
    });
    let found: Vec<_> = reports
        .list_dns_activity()
        .from("-1days")
        .to("now")
        .identity_ids(wanted.clone())
        .verdict([Verdict::Blocked, Verdict::Proxied])
        .items()
        .try_collect()
        .await?;
    assert_eq!(found.len(), expected.count());
    assert!(!found.is_empty() && found.len() < all.len());
    Ok(())
}

#[tokio::test]
async fn a_report_may_redirect_to_its_region() -> Result<()> {
    for redirect in [Redirect::Status(307), Redirect::Status(302), Redirect::Body] {
        let simulator = Simulator::builder()
            .redirect_reports(redirect)
            .start()
            .await?;
        let reports = hurried(&simulator).reports();
        let response = reports
            .get_summary()
            .from("-1days")
            .to("now")
            .send()
            .await?;
        assert!(response.data.as_ref().unwrap().requests.unwrap() > 0);
        let paths: Vec<_> = simulator
            .requests()
            .into_iter()
            .skip(1)
            .map(|request| request.path)
            .collect();
        assert_eq!(
            paths,
            ["/reports/v2/summary", "/reports.us/v2/summary"],
            "{redirect:?}"
        );
    }
    Ok(())
}

#[tokio::test]
async fn all_regions_return_the_same_report() -> Result<()> {
    let simulator = Simulator::builder().start().await?;
    let reports = hurried(&simulator).reports();
    let mut responses = Vec::new();
    for region in [ReportsRegion::Us, ReportsRegion::Eu] {
        let call = reports
            .get_summary()
            .from("-7days")
            .to("now")
            .reports_region(region);
        responses.push(call.send().await?.data.as_ref().unwrap().requests);
    }
    assert_eq!(responses[0], responses[1]);
    Ok(())
}

#[tokio::test]
async fn a_listed_event_can_be_requested() -> Result<()> {
    let simulator = Simulator::builder().start().await?;
    let reports = hurried(&simulator).reports();
    let listed: Vec<_> = reports
        .list_dlp_saas_api_events()
        .from("-1days")
        .to("now")
        .items()
        .try_collect()
        .await?;
    assert!(!listed.is_empty());
    for event in listed {
        let id = event.event_id.as_deref().required()?;
        let details = reports.get_dlp_event(DlpEventType::SaasApi, id).await?;
        assert_eq!(details.event_id, event.event_id);
        assert_eq!(details.file_name, event.file_name);
    }
    Ok(())
}
