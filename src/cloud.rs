//! The separate clouds that Secure Access runs on, and which base URL a client may talk to.

use std::fmt;
use std::str::FromStr;

use url::{Host, Url};

use crate::error::{Error, Result};
use crate::operation::CloudName;

/// Where an organization lives. An API key is good on one cloud only.
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
    /// Another base URL: a private cloud, a proxy, a simulator. Plain http is accepted for loopback addresses only.
    Custom(Url),
}

impl Cloud {
    /// The base URL of the API on this cloud.
    #[must_use]
    pub fn base_url(&self) -> Url {
        let text = match self {
            Self::Global => "https://api.sse.cisco.com",
            Self::China => "https://api.ciscosecureaccess.cn",
            Self::Government => "https://api.secureaccessfed.cisco.com",
            Self::Custom(url) => return url.clone(),
        };
        #[expect(
            clippy::expect_used,
            reason = "the three texts above are URLs; a test parses each"
        )]
        Url::parse(text).expect("a URL")
    }

    /// The name under which it is documented.
    pub(crate) fn name(&self) -> Option<CloudName> {
        match self {
            Self::Global => Some(CloudName::Global),
            Self::China => Some(CloudName::China),
            Self::Government => Some(CloudName::Government),
            Self::Custom(_) => None,
        }
    }

    /// The domains whose hosts may get an access token of this cloud; of a custom one only the host of its base URL may.
    pub(crate) fn trusted_domains(&self) -> Option<&'static [&'static str]> {
        match self {
            Self::Global | Self::Government => Some(&["cisco.com", "umbrella.com"]),
            Self::China => Some(&["ciscosecureaccess.cn"]),
            Self::Custom(_) => None,
        }
    }

    /// The base URL, if credentials may be sent there.
    pub(crate) fn checked_base_url(&self) -> Result<Url> {
        let url = self.base_url();
        let refuse = |why: &str| {
            Err(Error::configuration(format!(
                "base URL {}: {why}",
                Shown(&url)
            )))
        };
        if !url.username().is_empty() || url.password().is_some() {
            return refuse("credentials do not belong into the URL; give them to the client");
        }
        if url.query().is_some() || url.fragment().is_some() {
            return refuse("a base URL has no query and no fragment");
        }
        match url.scheme() {
            "https" if url.has_host() => Ok(url),
            "http" if is_loopback(&url) => Ok(url),
            "http" => refuse(
                "plain http would show the credentials to the network; it is accepted for loopback addresses only, use https",
            ),
            _ => refuse("expected a URL that begins with https://"),
        }
    }
}

/// Where the data of reports is kept. The service sends a report on to the region of the organization; who names the region saves that
/// detour. Documented for Global alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ReportsRegion {
    /// North America: reports are asked for below `/reports.us/v2`.
    Us,
    /// Europe: reports are asked for below `/reports.eu/v2`.
    Eu,
}

impl ReportsRegion {
    /// Its name in a path.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Us => "us",
            Self::Eu => "eu",
        }
    }
}

pub(crate) fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        Some(Host::Domain(name)) => name == "localhost",
        None => false,
    }
}

/// A URL without the parts that may be secret.
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

    /// Reads `global`, `china`, `government`, or a URL.
    fn from_str(text: &str) -> Result<Self> {
        match text.trim().to_ascii_lowercase().as_str() {
            "global" => Ok(Self::Global),
            "china" => Ok(Self::China),
            "government" => Ok(Self::Government),
            name if name.contains("://") => match Url::parse(text.trim()) {
                Ok(url) => Ok(Self::Custom(url)),
                Err(error) => Err(Error::configuration(format!(
                    "the base URL of a cloud cannot be read: {error}"
                ))),
            },
            _ => Err(Error::configuration(format!(
                "unknown cloud `{text}`: expected `global`, `china`, `government`, or a URL that begins with https://"
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
mod tests {
    use super::*;

    #[test]
    fn the_base_urls_are_urls() {
        for cloud in [Cloud::Global, Cloud::China, Cloud::Government] {
            assert_eq!(cloud.base_url().scheme(), "https");
        }
    }
}
