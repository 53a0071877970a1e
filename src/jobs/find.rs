//! Finds one item of a list: by its name, or by a predicate.

use futures_util::TryStreamExt as _;

use crate::error::{Error, ErrorKind, Result};
use crate::pagination::Items;

/// An item of a list that has a name.
pub trait Named {
    /// The name; `None` if the service returned none.
    fn name(&self) -> Option<&str>;
}

impl<T: Unpin> Items<T> {
    /// The first item that matches; `None` if none does.
    ///
    /// It costs a call for each page up to that item, and does not check whether others match too; [`find_unique`](Self::find_unique) does.
    ///
    /// # Errors
    /// Those of a call.
    pub async fn find(mut self, mut predicate: impl FnMut(&T) -> bool) -> Result<Option<T>> {
        while let Some(item) = self.try_next().await? {
            if predicate(&item) {
                return Ok(Some(item));
            }
        }
        Ok(None)
    }

    /// The only item that matches; `None` if none does.
    ///
    /// It costs a call for each page, because another item may match too; it ends with the second that does.
    ///
    /// ```
    /// # #[cfg(feature = "sites")]
    /// # async fn run(client: cisco_secure_access::Client) -> cisco_secure_access::Result<()> {
    /// let sites = client.deployments().list_sites().items();
    /// let default = sites.find_unique(|site| site.is_default == Some(true)).await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// Those of a call, and [`ErrorKind::Ambiguous`] when several items match.
    pub async fn find_unique(self, predicate: impl FnMut(&T) -> bool) -> Result<Option<T>> {
        self.unique("item that matches", predicate).await
    }

    async fn unique(
        mut self,
        what: &str,
        mut predicate: impl FnMut(&T) -> bool,
    ) -> Result<Option<T>> {
        let mut found = None;
        while let Some(item) = self.try_next().await? {
            if predicate(&item) && found.replace(item).is_some() {
                let reason = format!("there is more than one {what}");
                return Err(Error::of(ErrorKind::Ambiguous, self.operation(), reason));
            }
        }
        Ok(found)
    }
}

impl<T: Named + Unpin> Items<T> {
    /// The only item of a name; `None` if there is none. Upper and lower case differ.
    ///
    /// It costs a call for each page, because another item may have the same name; it ends with the second that has. If the operation has a
    /// filter for names, set it: then there is one page.
    ///
    /// ```
    /// # #[cfg(feature = "network-tunnel-groups")]
    /// # #[tokio::main]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # use cisco_secure_access::simulator::Simulator;
    /// # let simulator = Simulator::builder().start().await?;
    /// # let client = simulator.client()?;
    /// let groups = client.deployments().list_network_tunnel_groups();
    /// let group = groups.clone().items().find_by_name("Branch 002").await?;
    /// assert!(group.is_some());
    /// assert!(groups.items().find_by_name("Atlantis").await?.is_none());
    /// # Ok(())
    /// # }
    /// # #[cfg(not(feature = "network-tunnel-groups"))]
    /// # fn main() {}
    /// ```
    ///
    /// # Errors
    /// Those of a call, and [`ErrorKind::Ambiguous`] when there are several items of this name.
    pub async fn find_by_name(self, name: &str) -> Result<Option<T>> {
        let what = format!("item of the name `{name}`");
        self.unique(&what, |item| item.name() == Some(name)).await
    }
}

/// What is known by a name, the feature that it needs, and the property that holds the name.
macro_rules! named {
    ($($feature:literal: $($scope:ident::$item:ident.$name:ident),+;)+) => {
        $($(
            #[cfg(feature = $feature)]
            impl Named for crate::api::$scope::types::$item {
                fn name(&self) -> Option<&str> {
                    self.$name.as_ref().map(|name| name.as_str())
                }
            }
        )+)+
    };
}

named! {
    "alerting": admin::AlertRule.name;
    "key-admin": admin::ApiKeySummary.name;
    "tenants": admin::Tenant.organization_name;
    "third-party-integrations": admin::Integration.name, admin::IntegrationType.name;
    "threat-intelligence-feeds": admin::TaxiiCollection.title, admin::ThreatFeed.integration_name;
    "dns-forwarders": deployments::DnsForwarder.name;
    "internal-networks": deployments::InternalNetwork.name;
    "network-devices": deployments::NetworkDevice.name;
    "network-tunnel-groups": deployments::NetworkTunnelGroupSummary.name, deployments::NetworkTunnelGroupState.name,
        deployments::Region.name;
    "networks": deployments::Network.name;
    "resource-connector-groups": deployments::ConnectorGroup.name;
    "roaming-computers": deployments::RoamingComputer.name;
    "sites": deployments::Site.name;
    "virtual-appliances": deployments::VirtualAppliance.name;
    "application-categories": policies::ApplicationCategory.name;
    "content-categories": policies::ContentCategory.name;
    "data-loss-prevention": policies::BuiltInDataIdentifierListItem.name, policies::CustomDataIdentifierListItem.name,
        policies::DataClassificationListItem.name, policies::DlpRuleListItem.name, policies::EdmIdentifierListItem.name,
        policies::EdmType.name, policies::IdmIdentifierListItem.name;
    "destination-lists": policies::DestinationList.name;
    "do-not-decrypt-lists": policies::DoNotDecryptList.name;
    "ips-profiles": policies::IpsProfile.name, policies::IpsSignature.name;
    "network-and-service-objects": policies::NetworkObject.name, policies::NetworkObjectGroup.name, policies::ServiceObject.name,
        policies::ServiceObjectGroup.name;
    "policy-rules": policies::AccessRuleSummary.rule_name, policies::Continent.continent_name, policies::PolicySetting.setting_name,
        policies::PolicySettingType.setting_name;
    "private-resources": policies::PrivateResource.name, policies::PrivateResourceGroup.name;
    "security-feeds": policies::SecurityFeed.name;
    "tenant-controls-profiles": policies::TenantControlsProfile.name;
    "api-usage": reports::ApiUsageKey.key_name;
    "app-discovery": reports::AppDiscoveryApplication.name, reports::AppDiscoveryApplicationSummary.name,
        reports::AppDiscoveryCategory.name, reports::AppDiscoveryProtocolSummary.name, reports::ApplicationAttributeCategory.name;
    "reporting": reports::Application.label, reports::CategoryWithLegacyId.label, reports::Identity.label, reports::ThreatName.name,
        reports::ThreatType.name;
}
