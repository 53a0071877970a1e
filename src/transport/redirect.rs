//! Where the service points to, and whether a call follows with its token.

use http::header::{HeaderValue, LOCATION};
use http::{Method, StatusCode};
use serde::Deserialize;
use url::{Host, Url};

use super::wire::{self, Target};
use crate::call::Call;
use crate::cloud::Cloud;
use crate::error::{Error, Result};
use crate::operation::Security;
use crate::response::RawResponse;

/// How often a call is led on.
const MOST: usize = 5;

/// A redirect in the body of an answer of 200, as reports send it.
#[derive(Deserialize)]
struct Pointing {
    data: Place,
}

#[derive(Deserialize)]
struct Place {
    redirect: String,
}

/// Sends the request of a call, and again to where the service points.
pub(super) async fn follow(
    call: &Call,
    url: &Url,
    authorization: &HeaderValue,
) -> Result<RawResponse> {
    let mut target = Target::new(call, url.clone());
    let mut left_behind = Vec::new();
    loop {
        let answer = wire::send(call, &target, authorization.clone()).await?;
        let Some(place) = place(&answer) else {
            return Ok(answer);
        };
        let Ok(url) = target.url.join(&place) else {
            return Err(Error::redirect(&answer, "some place", "it is no URL"));
        };
        let next = target.led_to(url, answer.status_code());
        left_behind.push(target);
        let refusal = if left_behind.contains(&next) {
            Some("the call was there already")
        } else if left_behind.len() > MOST {
            Some("it was led on too often")
        } else {
            refusal(call, &next.url)
        };
        if let Some(why) = refusal {
            let host = next.url.host_str().unwrap_or("a place without a host");
            return Err(Error::redirect(&answer, host, why));
        }
        target = next;
    }
}

/// Where an answer points to, if it does.
fn place(answer: &RawResponse) -> Option<String> {
    match answer.status() {
        301 | 302 | 307 | 308 => {
            let place = answer.headers().get(LOCATION)?.to_str().ok()?;
            Some(place.to_owned())
        }
        200 => answer
            .short_body("redirect")
            .map(|body: Pointing| body.data.redirect)
            .filter(|place| place.contains("://")),
        _ => None,
    }
}

impl Target {
    /// The request that is meant by an answer of this status: 301 and 302 make a POST a GET, as browsers have always done, and a place in a
    /// body is there to be read.
    fn led_to(&self, url: Url, status: StatusCode) -> Self {
        let is_read = match status.as_u16() {
            200 => true,
            301 | 302 => self.method == Method::POST,
            _ => false,
        };
        Self {
            method: if is_read {
                Method::GET
            } else {
                self.method.clone()
            },
            url,
            has_body: self.has_body && !is_read,
        }
    }
}

/// Why a call may not go there with what it authenticates with.
fn refusal(call: &Call, to: &Url) -> Option<&'static str> {
    match call.operation().security {
        Security::Basic => Some("key and secret go nowhere else"),
        Security::Bearer(_) => {
            let client = call.client();
            token_refusal(client.cloud(), client.base_url(), to)
        }
    }
}

/// Why the access token may not go there.
fn token_refusal(cloud: &Cloud, base: &Url, to: &Url) -> Option<&'static str> {
    if !to.username().is_empty() || to.password().is_some() {
        return Some("the URL has a user name in it");
    }
    let Some(domains) = cloud.trusted_domains() else {
        // The same scheme, host and port: the next port of a machine can be anybody's.
        let is_own = to.origin() == base.origin();
        return (!is_own).then_some("it is not the host of the base URL");
    };
    if to.scheme() != "https" {
        return Some("it is not https");
    }
    let is_trusted = matches!(to.host(), Some(Host::Domain(name)) if domains.iter().any(|domain| {
        name.strip_suffix(domain).is_some_and(|rest| rest.ends_with('.'))
    }));
    (!is_trusted).then_some("it is no host of this cloud")
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]
mod tests {
    use super::*;

    fn goes(cloud: &Cloud, to: &str) -> bool {
        let to = Url::parse(to).unwrap();
        token_refusal(cloud, &cloud.base_url(), &to).is_none()
    }

    #[test]
    fn the_token_goes_to_hosts_of_the_cloud() {
        for to in [
            "https://api.sse.cisco.com/reports/v2/activity",
            "https://API.us.SSE.Cisco.com/x",
            "https://reports.api.umbrella.com/v2/x?a=b",
            "https://x.cisco.com:8443/",
        ] {
            assert!(goes(&Cloud::Global, to), "{to}");
            assert!(goes(&Cloud::Government, to), "{to}");
            assert!(!goes(&Cloud::China, to), "{to}");
        }
        let to = "https://reports.ciscosecureaccess.cn/";
        assert!(goes(&Cloud::China, to));
        assert!(!goes(&Cloud::Global, to));
    }

    #[test]
    fn the_token_goes_nowhere_else() {
        for to in [
            "https://evil.example/",
            "https://cisco.com.evil.example/",
            "https://evilcisco.com/",
            "https://evilumbrella.com/",
            "https://evilciscosecureaccess.cn/",
            "https://api.sse.cisco.com.evil.example/",
            "https://evil.example/api.sse.cisco.com",
            "https://evil.example?.cisco.com",
            "https://evil.example#.cisco.com",
            r"https://evil.example\@api.sse.cisco.com/",
            "https://api.sse.cisco.com@evil.example/",
            "https://evil.example@api.sse.cisco.com/",
            "https://:secret@api.sse.cisco.com/",
            "https://api.sse.cіsco.com/",
            "https://api.sse.cisco.com./",
            "http://api.sse.cisco.com/",
            "http://api.ciscosecureaccess.cn/",
            "ftp://api.sse.cisco.com/",
            "https://127.0.0.1/",
            "http://127.0.0.1/",
            "https://2130706433/",
            "https://localhost/",
            "http://localhost:8080/",
            "https://[::1]/",
            "https://[2001:db8::1]/",
            "https://[::ffff:127.0.0.1]/",
            "https://169.254.169.254/latest/meta-data",
            "file:///etc/passwd",
            "data:text/plain,x",
        ] {
            for cloud in [Cloud::Global, Cloud::Government, Cloud::China] {
                assert!(!goes(&cloud, to), "{cloud}: {to}");
            }
        }
    }

    #[test]
    fn another_cloud_trusts_its_own_host() {
        let own = |base: &str, to: &str| goes(&Cloud::Custom(Url::parse(base).unwrap()), to);
        assert!(own("https://proxy.example/sse", "https://proxy.example/x"));
        assert!(own("https://[::1]:9/", "https://[::1]:9/x"));
        assert!(own("http://127.0.0.1:9/", "http://127.0.0.1:9/x"));
        for to in [
            "http://proxy.example/",
            "https://proxy.example:8443/",
            "https://user@proxy.example/",
            "https://other.proxy.example/",
            "https://api.sse.cisco.com/",
            "http://127.0.0.1/",
        ] {
            assert!(!own("https://proxy.example/", to), "{to}");
        }
        assert!(!own("http://127.0.0.1:9/", "http://127.0.0.1:10/"));
        assert!(!own("http://127.0.0.1:9/", "http://localhost:9/"));
        assert!(!own("http://127.0.0.1:9/", "http://[::1]:9/"));
    }
}
