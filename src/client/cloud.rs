//! The clouds of Secure Access, their base URLs, and the hosts that may receive an access token.

use std::fmt;
use std::str::FromStr;

use url::{Host, Url};

use crate::auth::env_variable;
use crate::error::{Error, Result};
use crate::operation::CloudKind;
use crate::pipeline::RedirectPolicy;

/// The environment variable of the cloud.
const CLOUD_VARIABLE: &str = "SECURE_ACCESS_CLOUD";

/// The texts that are a cloud.
pub(super) const CLOUDS: &str =
    "`global`, `china`, `government`, or a URL that begins with https://";

/// The texts that are a region of reports.
pub(super) const REGIONS: &str = "`us` or `eu`";

/// The cloud of an organization. An API key is valid on one cloud only.
///
/// ```
/// use cisco_secure_access::Cloud;
///
/// assert_eq!("china".parse::<Cloud>()?, Cloud::China);
/// assert_eq!(Cloud::China.base_url().as_str(), "https://api.ciscosecureaccess.cn/");
/// # Ok::<(), cisco_secure_access::Error>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Cloud {
    /// `https://api.sse.cisco.com`
    #[default]
    Global,
    /// `https://api.ciscosecureaccess.cn`
    China,
    /// `https://api.secureaccessfed.cisco.com`
    Government,
    /// A custom base URL: a private cloud, a proxy, a simulator. Unencrypted http is accepted for loopback addresses only.
    Custom(Url),
}

impl Cloud {
    /// Returns the base URL of the API on this cloud.
    #[must_use]
    pub fn base_url(&self) -> Url {
        let url = match self {
            Self::Global => "https://api.sse.cisco.com",
            Self::China => "https://api.ciscosecureaccess.cn",
            Self::Government => "https://api.secureaccessfed.cisco.com",
            Self::Custom(url) => return url.clone(),
        };
        #[expect(
            clippy::expect_used,
            reason = "the three strings above are URLs; a test parses each"
        )]
        Url::parse(url).expect("a URL")
    }

    /// Reads the cloud from the environment; `None` if it has none.
    pub(super) fn from_env() -> Result<Option<Self>> {
        let Some(cloud) = env_variable(CLOUD_VARIABLE)? else {
            return Ok(None);
        };
        cloud
            .parse()
            .map(Some)
            .map_err(|error| Error::configuration(format!("{CLOUD_VARIABLE}: {error}")))
    }

    /// Returns the documented cloud; `None` for a custom one.
    pub(crate) fn kind(&self) -> Option<CloudKind> {
        match self {
            Self::Global => Some(CloudKind::Global),
            Self::China => Some(CloudKind::China),
            Self::Government => Some(CloudKind::Government),
            Self::Custom(_) => None,
        }
    }

    /// Returns the hosts that may receive an access token of this cloud: its own, and those of additional domains.
    ///
    /// # Errors
    /// When an additional domain is not valid.
    pub(super) fn redirect_policy(
        &self,
        base_url: &Url,
        additional: Vec<String>,
    ) -> Result<RedirectPolicy> {
        let own: &[&str] = match self {
            Self::Global => &["sse.cisco.com", "umbrella.com"],
            Self::China => &["ciscosecureaccess.cn"],
            Self::Government => &["secureaccessfed.cisco.com"],
            Self::Custom(_) => &[],
        };
        let mut trusted_domains: Vec<_> = own.iter().map(|domain| (*domain).to_owned()).collect();
        for domain in additional {
            match Host::parse(&domain) {
                // A domain without a dot is a top-level domain.
                Ok(Host::Domain(host)) if host.trim_matches('.').contains('.') => {
                    trusted_domains.push(host);
                }
                _ => {
                    return Err(Error::configuration(format!(
                        "`{domain}` is not a valid domain for redirects: expected a domain such as `reports.example`"
                    )));
                }
            }
        }
        Ok(RedirectPolicy {
            base_url: base_url.clone(),
            trusted_domains,
        })
    }

    /// Returns the base URL, if it may receive credentials.
    pub(crate) fn validated_base_url(&self) -> Result<Url> {
        let url = self.base_url();
        let rejected = |reason: &str| {
            Err(Error::configuration(format!(
                "base URL {}: {reason}",
                Shown(&url)
            )))
        };
        if !url.username().is_empty() || url.password().is_some() {
            return rejected("the URL contains credentials: set them on the client instead");
        }
        if url.query().is_some() || url.fragment().is_some() {
            return rejected("a base URL must not have a query or a fragment");
        }
        match url.scheme() {
            "https" if url.has_host() => Ok(url),
            "http" if is_loopback(&url) => Ok(url),
            "http" => rejected(
                "plain http would expose the credentials to the network; it is accepted for loopback addresses only, use https",
            ),
            _ => rejected("expected a URL that begins with https://"),
        }
    }
}

/// The storage region of reports. The service redirects a report to the region of its organization; set the region on the client to avoid
/// that redirect. Documented for Global only.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ReportsRegion {
    /// North America: reports are requested under `/reports.us/v2`.
    Us,
    /// Europe: reports are requested under `/reports.eu/v2`.
    Eu,
}

impl ReportsRegion {
    /// Returns the name of the region in a path.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Us => "us",
            Self::Eu => "eu",
        }
    }
}

impl FromStr for ReportsRegion {
    type Err = Error;

    /// Parses `us` or `eu`.
    fn from_str(string: &str) -> Result<Self> {
        match string.trim().to_ascii_lowercase().as_str() {
            "us" => Ok(Self::Us),
            "eu" => Ok(Self::Eu),
            _ => Err(Error::configuration(format!(
                "unknown region of reports `{string}`: expected {REGIONS}"
            ))),
        }
    }
}

impl fmt::Display for ReportsRegion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

pub(super) fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        Some(Host::Domain(name)) => name == "localhost",
        None => false,
    }
}

/// Formats a URL without the parts that may be secret.
struct Shown<'a>(&'a Url);

impl fmt::Display for Shown<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let url = self.0;
        let host = url.host_str().unwrap_or_default();
        write!(f, "`{}://{host}", url.scheme())?;
        if let Some(port) = url.port() {
            write!(f, ":{port}")?;
        }
        write!(f, "{}`", url.path())
    }
}

impl FromStr for Cloud {
    type Err = Error;

    /// Parses `global`, `china`, `government`, or a URL.
    fn from_str(string: &str) -> Result<Self> {
        match string.trim().to_ascii_lowercase().as_str() {
            "global" => Ok(Self::Global),
            "china" => Ok(Self::China),
            "government" => Ok(Self::Government),
            name if name.contains("://") => match Url::parse(string.trim()) {
                Ok(url) => Ok(Self::Custom(url)),
                Err(error) => Err(Error::configuration(format!(
                    "the base URL of a cloud cannot be read: {error}"
                ))),
            },
            _ => Err(Error::configuration(format!(
                "unknown cloud `{string}`: expected {CLOUDS}"
            ))),
        }
    }
}

impl fmt::Display for Cloud {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Global => f.write_str("global"),
            Self::China => f.write_str("china"),
            Self::Government => f.write_str("government"),
            Self::Custom(url) => write!(f, "{}", Shown(url)),
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a panic fails the test")]
mod tests {
    use super::*;

    #[test]
    fn the_base_urls_are_urls() {
        for cloud in [Cloud::Global, Cloud::China, Cloud::Government] {
            assert_eq!(cloud.base_url().scheme(), "https");
        }
    }

    fn goes(cloud: &Cloud, to: &str) -> bool {
        goes_with(cloud, &[], to)
    }

    fn goes_with(cloud: &Cloud, additional: &[&str], to: &str) -> bool {
        let additional = additional.iter().map(|domain| (*domain).to_owned());
        let policy = cloud.redirect_policy(&cloud.base_url(), additional.collect());
        let to = Url::parse(to).unwrap();
        policy.unwrap().check(&to).is_none()
    }

    #[test]
    fn the_token_is_sent_only_to_hosts_of_its_cloud() {
        let hosts: [(Cloud, &[&str]); 3] = [
            (
                Cloud::Global,
                &[
                    "https://api.sse.cisco.com/reports/v2/activity",
                    "https://API.us.SSE.Cisco.com/x",
                    "https://sse.cisco.com/",
                    "https://reports.api.umbrella.com/v2/x?a=b",
                    "https://api.sse.cisco.com:443/",
                ],
            ),
            (
                Cloud::China,
                &[
                    "https://api.ciscosecureaccess.cn/",
                    "https://reports.ciscosecureaccess.cn/",
                ],
            ),
            (
                Cloud::Government,
                &[
                    "https://api.secureaccessfed.cisco.com/",
                    "https://reports.secureaccessfed.cisco.com/",
                ],
            ),
        ];
        for (cloud, _) in &hosts {
            for (owner, urls) in &hosts {
                for url in *urls {
                    assert_eq!(goes(cloud, url), cloud == owner, "{cloud}: {url}");
                }
            }
        }
    }

    #[test]
    fn a_program_can_trust_another_domain() {
        let additional = ["storage.example"];
        let goes = |to: &str| goes_with(&Cloud::China, &additional, to);
        assert!(goes("https://storage.example/x"));
        assert!(goes("https://eu.storage.example/x"));
        for to in [
            "http://storage.example/",
            "https://storage.example:8443/",
            "https://mystorage.example/",
            "https://example/",
        ] {
            assert!(!goes(to), "{to}");
        }
        for domain in [
            "",
            "com",
            ".com",
            "https://storage.example",
            "127.0.0.1",
            "a b.example",
        ] {
            let policy =
                Cloud::Global.redirect_policy(&Cloud::Global.base_url(), vec![domain.to_owned()]);
            assert!(policy.is_err(), "{domain}");
        }
    }

    #[test]
    fn the_token_is_not_sent_to_other_hosts() {
        for to in [
            "https://evil.example/",
            "https://www.cisco.com/",
            "https://cisco.com/",
            "https://api.sse.cisco.com:8443/",
            "https://api.ciscosecureaccess.cn:444/",
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
