//! What is asked, with everything that the catalog and the caller say about it.

use crate::account::{AccountId, Partition};
use crate::arn::RoleArn;
use crate::caller::CallerContext;
use crate::catalog::{EntrySettings, Found, RoleEntry};
use crate::route::{Identity, Route};
use crate::session::{CodeUse, SwitchOptions};
use crate::sts::{ProxyUrl, Reach};
use crate::sts_limits::SessionName;

/// One switch to decide.
#[derive(Debug, Clone)]
pub struct Order {
    /// The catalog's key.
    pub role_key: String,
    /// The profile, if it is one.
    pub profile: Option<String>,
    /// How it is reached.
    pub route: Route,
    /// What was asked beyond the catalog's values.
    pub options: SwitchOptions,
    /// Where and through what STS is reached.
    pub reach: Reach,
    /// The region the session carries.
    pub region: String,
    /// The account, where the catalog knows it.
    pub account: Option<AccountId>,
    /// What the route starts from.
    pub base: Base,
    /// The caller's user name, for the default session name.
    pub user: Option<String>,
    /// What an MFA code is spent on.
    pub codes: CodeUse,
}

/// What a route starts from, known without a secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Base {
    /// The access key ID, or the machine identity's name (its keys change every few hours).
    pub name: String,
    /// Whether what it signs with is temporary; `None` where the credentials themselves must be read to know.
    pub temporary: Option<bool>,
}

impl Base {
    /// Of a route, for this caller.
    pub fn of(route: &Route, caller: &CallerContext) -> Self {
        let named = |name: &str| name.to_owned();
        let name = match &route.identity {
            Identity::Keys { access_key_id, .. } => access_key_id.clone(),
            Identity::Environment => named(caller.var("AWS_ACCESS_KEY_ID").unwrap_or("environment")),
            Identity::EcsContainer => {
                let at = caller
                    .var("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI")
                    .or_else(|| caller.var("AWS_CONTAINER_CREDENTIALS_FULL_URI"));
                format!("ecs {}", at.unwrap_or_default())
            }
            Identity::IdentityCenter(role) => format!(
                "identity_center {} {} {}",
                role.portal.cache_name(),
                role.account,
                role.role_name
            ),
            Identity::WebIdentity {
                role_arn,
                token_file,
                session_name,
            } => {
                let name = session_name.as_ref().map(SessionName::as_str).unwrap_or_default();
                let file = caller.working_folder.join(token_file);
                format!("web_identity {role_arn} {name} {}", file.display())
            }
            Identity::Saml(saml) => {
                format!("saml {} {} {}", saml.provider_arn, saml.role, saml.session_name)
            }
            Identity::RolesAnywhere(anywhere) => {
                let file = caller.working_folder.join(&anywhere.certificate);
                let (anchor, profile) = (&anywhere.trust_anchor_arn, &anywhere.profile_arn);
                format!(
                    "roles_anywhere {} {anchor} {profile} {}",
                    anywhere.role,
                    file.display()
                )
            }
            // By what is run, whichever profile says so: a command that has changed may vend another user's keys.
            Identity::CredentialProcess { command, .. } => {
                format!("credential_process {}", command.fingerprint())
            }
            Identity::LoginSession { arn } => format!("login {arn}"),
            Identity::Ec2InstanceMetadata => format!("ec2 {}", route.identity_profile),
        };
        let temporary = match &route.identity {
            Identity::Environment => Some(environment_token(caller).is_some()),
            other => other.is_temporary(),
        };
        Self { name, temporary }
    }
}

fn environment_token(caller: &CallerContext) -> Option<&str> {
    caller
        .var("AWS_SESSION_TOKEN")
        .or_else(|| caller.var("AWS_SECURITY_TOKEN"))
}

impl Order {
    /// From a catalog entry, for this caller. A code is shared; set `codes` where the person wants it otherwise.
    pub fn of(found: Found<'_>, caller: &CallerContext, options: SwitchOptions) -> Self {
        let (profile, route, settings, account, partition_region) = match found {
            Found::Role(role) => (
                role.profile.clone(),
                &role.route,
                &role.settings,
                Some(role.account_id),
                role.partition.default_region(),
            ),
            Found::Identity(identity) => (
                Some(identity.profile.clone()),
                &identity.route,
                &identity.settings,
                identity.account_id,
                partition_of(&identity.route).default_region(),
            ),
        };
        let region = region(settings, caller, options.region.as_deref(), partition_region);
        Self {
            role_key: found.key().to_owned(),
            profile,
            base: Base::of(route, caller),
            route: named(found, caller),
            reach: reach(settings, caller, &region, "sts"),
            region,
            account,
            user: user(caller),
            codes: CodeUse::default(),
            options,
        }
    }
}

/// The route, its last hop with the session name that the person wants sent.
fn named(found: Found<'_>, caller: &CallerContext) -> Route {
    let (mut route, name) = match found {
        Found::Role(role) => (
            role.route.clone(),
            role.usual_session_name(user(caller).as_deref()),
        ),
        Found::Identity(identity) => (identity.route.clone(), None),
    };
    if let Some(last) = route.hops.last_mut() {
        last.session_name = last.session_name.take().or(name);
    }
    route
}

/// The partition that a route leads to, as far as the route tells: by its role, its sign-in or its MFA device.
pub fn partition_of(route: &Route) -> Partition {
    let of_arn = |arn: &str| arn.split(':').nth(1)?.parse().ok();
    let of_identity = || match &route.identity {
        Identity::LoginSession { arn } => of_arn(arn),
        Identity::IdentityCenter(role) => Some(Partition::of_region(&role.portal.region)),
        _ => of_arn(route.identity_mfa_serial.as_ref()?.as_str()),
    };
    route
        .role()
        .map(RoleArn::partition)
        .or_else(of_identity)
        .unwrap_or_default()
}

/// The caller's user name: `USERNAME` is Windows' name for it.
pub fn user(caller: &CallerContext) -> Option<String> {
    ["USER", "USERNAME"]
        .iter()
        .find_map(|name| caller.var(name))
        .map(str::to_owned)
}

/// Asked for, else the caller's variables, else the profile's, else the partition's: as the AWS CLI has it.
pub fn region(
    settings: &EntrySettings,
    caller: &CallerContext,
    asked: Option<&str>,
    partition_region: &str,
) -> String {
    asked
        .or_else(|| caller.region())
        .or(settings.region.as_deref())
        .unwrap_or(partition_region)
        .to_owned()
}

/// The region a session of `role` starts with, for this caller.
pub fn region_of(role: &RoleEntry, caller: &CallerContext) -> String {
    region(&role.settings, caller, None, role.partition.default_region())
}

/// Where and through what `service` (`sts`, `s3`) is reached by this caller with these settings.
pub fn reach(settings: &EntrySettings, caller: &CallerContext, region: &str, service: &str) -> Reach {
    let env = |name: &str| caller.var(name).map(str::to_owned);
    let endpoint = settings.endpoints.resolve(service, env);
    let is_plain = endpoint
        .as_deref()
        .is_some_and(|url| url.trim_start().to_ascii_lowercase().starts_with("http://"));
    let way = caller.way();
    let proxy = if is_plain { way.http } else { way.https };
    let ca_bundle = caller.var("AWS_CA_BUNDLE").or(settings.ca_bundle.as_deref());
    Reach {
        region: region.to_owned(),
        endpoint,
        // A relative path is the caller's, whose folder it starts from.
        ca_bundle: ca_bundle.map(|path| caller.working_folder.join(path)),
        proxy: proxy.map(ProxyUrl),
        no_proxy: way.around,
    }
}
