//! What leaves the core for people to see: the window, the tray and `hat --json`.
//!
//! Invariant: no type here can hold a secret. Field names are snake_case and stable: scripts lean on them.
//! Times are RFC 3339 UTC; durations are whole seconds.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::account::{AccountId, HatColour, Partition};
use crate::catalog::Defaults;
use crate::discovery_view::{FoundView, RoleFactsView};
use crate::portal_view::PortalView;

/// A place in a file, for errors and for "open".
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct PlaceView {
    /// The file, as the person named it.
    pub file: String,
    /// Counted from 1.
    pub line: u32,
}

/// Everything the Roles view lists.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct CatalogView {
    /// Grows with each change; a client refetches when it sees a larger one.
    #[ts(type = "number")]
    pub revision: u64,
    /// The roles, in the order of their sources.
    pub roles: Vec<RoleView>,
    /// The profiles that hold keys or another start, for the identity selector and the add-role form.
    pub identities: Vec<IdentityView>,
    /// What could not be read; the rest of the catalog stands.
    pub problems: Vec<ProblemView>,
    /// The shared files read, whether they exist or not.
    pub files: Vec<SourceFileView>,
}

/// One of the files that the catalog comes from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct SourceFileView {
    /// Its path, with the home folder shown as `~`.
    pub path: String,
    /// Whether it is there.
    pub exists: bool,
}

/// Something in a source that could not be used, with its place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct ProblemView {
    /// What happened and what to do, one sentence or two.
    pub message: String,
    /// Where, if it has a place.
    pub place: Option<PlaceView>,
    /// The profile concerned, if it is one.
    pub profile: Option<String>,
    /// A warning leaves its profile usable.
    pub warning: bool,
}

/// What a route starts from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct IdentityView {
    /// The profile that holds it; for the environment and machine identities, the profile that names them.
    pub profile: String,
    /// `keys`, `environment`, `ec2`, `ecs`, `identity_center`, `web_identity`, `roles_anywhere`,
    /// `credential_process`, `login`.
    pub kind: String,
    /// For people: "IAM user keys", "Environment", …
    pub label: String,
    /// The account it belongs to, where that is known without asking AWS.
    pub account_id: Option<AccountId>,
    /// `PortalView::name` of where one signs in, for Identity Center.
    pub portal: Option<String>,
    /// Its region, if the profile has one.
    pub region: Option<String>,
    /// Where it is written.
    pub defined_at: Option<PlaceView>,
    /// Until when its certificate is good, for Roles Anywhere with a certificate in PEM.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional, type = "string")]
    pub certificate_until: Option<Timestamp>,
    /// Whether its keys are in the vault, and no file holds them.
    #[serde(default)]
    pub in_vault: bool,
}

/// One role that can be switched to, by one route.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct RoleView {
    /// What the other calls take to name it: unique in the catalog, stable between reads.
    pub key: String,
    /// The profile, for roles from the shared config.
    pub profile: Option<String>,
    /// The account that owns the role.
    pub account_id: AccountId,
    /// The account's name, or its ID where nobody has named it.
    pub account_name: String,
    /// The account's hat.
    pub colour: HatColour,
    /// Without its path.
    pub role_name: String,
    /// What the person, or the team that publishes it, calls it.
    pub display_name: Option<String>,
    /// Whatever the person wants remembered about it.
    pub notes: Option<String>,
    /// Unknown for Identity Center roles until they have been signed in to.
    pub arn: Option<String>,
    /// The partition.
    pub partition: Partition,
    /// Where it was found, for people: `~/.aws/config`, `Hatrack`, a team or a sign-in.
    pub source: String,
    /// Where else it was found.
    pub also_in: Vec<String>,
    /// Its place in that file.
    pub defined_at: Option<PlaceView>,
    /// What the route starts from.
    pub identity: IdentityView,
    /// Every AssumeRole of the route in order; the last is this role.
    pub hops: Vec<HopView>,
    /// Whether a hop asks for an MFA code.
    pub mfa: bool,
    /// The last hop's external ID.
    pub external_id: Option<String>,
    /// Whether the last AssumeRole is signed by temporary credentials (capped at one hour).
    pub chained: bool,
    /// The longest duration known to be possible; `None` when nothing is known yet.
    pub max_duration: Option<u32>,
    /// The duration asked for when none is given.
    pub duration: u32,
    /// The region a session starts with.
    pub region: String,
    /// The session name sent when none is given.
    pub session_name: String,
    /// What the person has said of these three for this role.
    #[serde(default)]
    pub said: Defaults,
    /// Whether its account is marked as production: the window asks once more before a switch.
    #[serde(default)]
    pub production: bool,
    /// Whether the person has starred it.
    pub favourite: bool,
    /// Whether a session of it is renewed by itself (only where no code is needed).
    pub auto_renew: bool,
    /// The last time it was tried.
    pub last_use: Option<LastUseView>,
    /// Why it cannot be switched to here, if so.
    pub unusable: Option<String>,
    /// `custom`, `identity_center`, `saml`, `web_identity`, `roles_anywhere`, `service`, `service_linked`, where it is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub kind: Option<String>,
    /// How it came to be listed, for roles that were found.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub found: Option<FoundView>,
    /// What GetRole told of it, if it was asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub facts: Option<RoleFactsView>,
}

/// One AssumeRole on a route.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct HopView {
    /// The role's ARN.
    pub arn: String,
    /// Its name without path.
    pub role_name: String,
    /// The account that owns it.
    pub account_id: AccountId,
    /// The account's name or ID.
    pub account_name: String,
    /// The account's hat.
    pub colour: HatColour,
    /// The device whose code is needed.
    pub mfa_serial: Option<String>,
    /// The external ID sent.
    pub external_id: Option<String>,
    /// The live session that serves this hop, if there is one: then no code is needed for it.
    pub session_id: Option<String>,
}

/// When a role was last tried and how that ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct LastUseView {
    /// When.
    #[ts(type = "string")]
    pub at: Timestamp,
    /// `ok`, `denied` or `failed`.
    pub outcome: String,
}

/// A live or just ended session, without its secrets.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct SessionView {
    /// Names the session to the agent.
    pub id: String,
    /// The catalog's key of its role, if it is there.
    pub role_key: Option<String>,
    /// The profile it was switched to by, if it was one.
    pub profile: Option<String>,
    /// The role's ARN; `None` for a GetSessionToken session of a profile with only keys.
    pub arn: Option<String>,
    /// The account whose permissions it carries.
    pub account_id: Option<AccountId>,
    /// Its name or ID.
    pub account_name: String,
    /// Its hat.
    pub colour: HatColour,
    /// The role's name; for a session of a user's keys, the profile.
    pub role_name: String,
    /// What GetCallerIdentity answers for it: `arn:aws:sts::…:assumed-role/Role/name`.
    pub assumed_role_arn: Option<String>,
    /// `AROA…:name`.
    pub user_id: Option<String>,
    /// The access key ID; no secret.
    pub access_key_id: String,
    /// When AWS issued it.
    #[ts(type = "string")]
    pub issued_at: Timestamp,
    /// When AWS stops accepting it, by AWS's clock.
    #[ts(type = "string")]
    pub expires_at: Timestamp,
    /// Counted on a clock that runs through suspend; 0 when it has ended.
    pub seconds_left: u32,
    /// Seconds from issue to expiry.
    pub life: u32,
    /// The region exports carry.
    pub region: String,
    /// Where it came from, for people: "troy, IAM user keys".
    pub source: String,
    /// The name AWS logs it under.
    pub session_name: Option<String>,
    /// The device whose code was used.
    pub mfa_serial: Option<String>,
    /// The external ID sent.
    pub external_id: Option<String>,
    /// Every role on the way, the last being this one.
    pub hops: Vec<String>,
    /// Whether the hour's cap of chained roles holds.
    pub chained: bool,
    /// Whether it is renewed by itself.
    pub auto_renew: bool,
    /// Whether a renewal asks for a code.
    pub renew_needs_code: bool,
    /// The last renewal's failure, if it failed.
    pub renew_error: Option<String>,
    /// How many characters the session token has: all that is shown of it.
    pub token_chars: u32,
    /// Whether it was revoked from here: AWS denies it everything, though it has not ended.
    #[serde(default)]
    pub revoked: bool,
}

/// What came of a switch or a renewal. More input being needed is an outcome, not an error.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum SwitchOutcome {
    /// A session is live.
    Switched {
        /// It.
        session: Box<SessionView>,
        /// What the person should know, such as a duration that was lowered and why.
        notes: Vec<String>,
    },
    /// Something only the person has is needed.
    Needs {
        /// What.
        need: NeedView,
    },
    /// AWS refused.
    Denied {
        /// How.
        denial: DenialView,
    },
}

/// What only the person can give.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum NeedView {
    /// The code that the device shows now.
    MfaCode {
        /// The device's serial or ARN.
        serial: String,
        /// The role whose trust asks for it.
        role_arn: Option<String>,
        /// Why the code given before did not do, if one was given.
        refused: Option<String>,
        /// Whether the code serves every role of the device for a while, or this one alone.
        #[serde(default)]
        shared: bool,
    },
    /// A sign-in at IAM Identity Center, or at a SAML provider.
    SignIn {
        /// Where.
        portal: PortalView,
    },
    /// A command of the shared files is to be run for credentials, and the person has not yet allowed this one.
    CommandConsent {
        /// The profile that names it.
        profile: String,
        /// The whole command, as it will be run.
        command: String,
    },
    /// The name and password of the proxy that the calls go through.
    ProxyPassword {
        /// `host:port`.
        proxy: String,
    },
    /// Leave to send secrets to an endpoint that is not AWS's and was never used before.
    EndpointConsent {
        /// The endpoint.
        endpoint: String,
    },
}

/// What AWS refused, in AWS's words.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct DenialView {
    /// What happened and what to do, for people.
    pub summary: String,
    /// AWS's error code.
    pub code: String,
    /// AWS's message, unchanged.
    pub message: String,
    /// AWS's request ID.
    pub request_id: Option<String>,
    /// The action refused: `sts:AssumeRole`.
    pub action: String,
    /// What it was refused on.
    pub resource: Option<String>,
    /// The longest duration to offer instead, where the duration was the reason.
    pub longest_duration: Option<u32>,
}
