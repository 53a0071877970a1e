//! Finds one thing among many: by its name, or by anything else that tells it from others.

use futures_util::TryStreamExt as _;

use crate::error::{Error, ErrorKind, Result};
use crate::pagination::Items;

/// Something in a listing that people know by its name.
pub trait Named {
    /// The name; `None` where the service tells none.
    fn name(&self) -> Option<&str>;
}

impl<T: Unpin> Items<T> {
    /// The first item that fits; `None` where none does.
    ///
    /// It costs a call for each page up to that item. Whether others fit too is not looked at; [`only`](Self::only) does that.
    ///
    /// # Errors
    /// What a call can fail with.
    pub async fn find(mut self, mut fits: impl FnMut(&T) -> bool) -> Result<Option<T>> {
        while let Some(item) = self.try_next().await? {
            if fits(&item) {
                return Ok(Some(item));
            }
        }
        Ok(None)
    }

    /// The one item that fits.
    ///
    /// It costs a call for each page, because another may fit too; it ends with the second that does.
    ///
    /// ```
    /// # #[cfg(feature = "sites")]
    /// # async fn run(client: cisco_secure_access::Client) -> cisco_secure_access::Result<()> {
    /// let sites = client.deployments().list_sites().items();
    /// let default = sites.only(|site| site.is_default == Some(true)).await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// What a call can fail with, [`ErrorKind::Absent`] when no item fits, and [`ErrorKind::Ambiguous`] when several do.
    pub async fn only(self, fits: impl FnMut(&T) -> bool) -> Result<T> {
        self.only_one("item that fits", fits).await
    }

    async fn only_one(mut self, what: &str, mut fits: impl FnMut(&T) -> bool) -> Result<T> {
        let mut found = None;
        while let Some(item) = self.try_next().await? {
            if fits(&item) && found.replace(item).is_some() {
                let why = format!("there is more than one {what}");
                return Err(Error::of(ErrorKind::Ambiguous, self.operation(), why));
            }
        }
        found.ok_or_else(|| {
            let why = format!("there is no {what}");
            Error::of(ErrorKind::Absent, self.operation(), why)
        })
    }
}

impl<T: Named + Unpin> Items<T> {
    /// The one item of this name, in upper and lower case as it is written here.
    ///
    /// It costs a call for each page, because another may have the same name; it ends with the second that has. Where the operation has a
    /// filter for names, set it: then there is one page.
    ///
    /// ```
    /// # #[cfg(feature = "network-tunnel-groups")]
    /// # #[tokio::main]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # use cisco_secure_access::simulator::Simulator;
    /// # let simulator = Simulator::builder().start().await?;
    /// # let client = simulator.client()?;
    /// use cisco_secure_access::ErrorKind;
    ///
    /// let groups = client.deployments().list_network_tunnel_groups();
    /// let group = groups.clone().items().named("Branch 002").await?;
    /// assert_eq!(group.name.as_deref(), Some("Branch 002"));
    ///
    /// let error = groups.items().named("Atlantis").await.unwrap_err();
    /// assert_eq!(error.kind(), ErrorKind::Absent);
    /// # Ok(())
    /// # }
    /// # #[cfg(not(feature = "network-tunnel-groups"))]
    /// # fn main() {}
    /// ```
    ///
    /// # Errors
    /// What a call can fail with, [`ErrorKind::Absent`] when there is none of this name, and [`ErrorKind::Ambiguous`] when there are several.
    pub async fn named(self, name: &str) -> Result<T> {
        let what = format!("item of the name `{name}`");
        self.only_one(&what, |item| item.name() == Some(name)).await
    }
}

/// What is known by a name, the feature that it needs, and the property that holds the name.
macro_rules! named {
    ($($feature:literal: $($scope:ident::$item:ident.$name:ident),+;)+) => {
        $($(
            #[cfg(feature = $feature)]
            impl Named for crate::api::$scope::types::$item {
                fn name(&self) -> Option<&str> {
                    self.$name.as_deref()
                }
            }
        )+)+
    };
}

named! {
    "key-admin": admin::ApiKeySummary.name;
    "third-party-integrations": admin::Integration.name;
    "dns-forwarders": deployments::DnsForwarder.name;
    "internal-networks": deployments::InternalNetwork.name;
    "network-tunnel-groups": deployments::NetworkTunnelGroupSummary.name, deployments::NetworkTunnelGroupState.name;
    "networks": deployments::Network.name;
    "resource-connector-groups": deployments::ConnectorGroup.name;
    "roaming-computers": deployments::RoamingComputer.name;
    "sites": deployments::Site.name;
    "virtual-appliances": deployments::VirtualAppliance.name;
    "content-categories": policies::ContentCategory.name;
    "data-loss-prevention": policies::BuiltInDataIdentifierListItem.name, policies::CustomDataIdentifierListItem.name,
        policies::DataClassificationListItem.name, policies::DlpRuleListItem.name, policies::EdmIdentifierListItem.name,
        policies::IdmIdentifierListItem.name;
    "destination-lists": policies::DestinationList.name;
    "ips-profiles": policies::IpsProfile.name;
    "network-and-service-objects": policies::NetworkObject.name, policies::NetworkObjectGroup.name, policies::ServiceObject.name,
        policies::ServiceObjectGroup.name;
    "policy-rules": policies::AccessRuleSummary.rule_name;
    "private-resources": policies::PrivateResource.name, policies::PrivateResourceGroup.name;
    "tenant-controls-profiles": policies::TenantControlsProfile.name;
    "app-discovery": reports::AppDiscoveryApplicationSummary.name;
}
