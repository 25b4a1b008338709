//! What crosses the agent's socket: one JSON object per line, each way.
//!
//! A connection starts with [`Hello`] and [`Welcome`]; then each [`Ask`] is answered by one [`Answer`] with its
//! number, in any order. After `Subscribe` the agent also sends [`Event`]s.
//!
//! Invariant: secrets cross only in the fields that `on_wire` writes: a code, an MFA device's or an added key's secret, an assertion, the
//! caller's carried variables, and the credentials of a hand-out.

mod catalog;
mod console;
pub(crate) mod context;
mod discovery;
mod doctor;
mod endpoint;
mod error;
mod event;
mod hand_out;
mod import;
mod in_use;
mod keys;
mod mfa;
mod on_wire;
mod places;
mod profiles;
mod proxy;
mod revoke;
mod said;
mod saml;
mod session;
mod settings;
mod sign_in;
mod status;
mod switch;
mod team;

use hatrack_core::access_key::AccessKeyView;
use hatrack_core::caller::CallerContext;
use hatrack_core::discovery_view::DiscoveryView;
use hatrack_core::history_sums::{DayStarts, HistoryDay, RoleUse, RoleUseQuery};
use hatrack_core::history_view::{HistoryPage, HistoryQuery};
use hatrack_core::listing_view::PlacesView;
use hatrack_core::portal_view::PortalStateView;
use hatrack_core::sts_limits::MfaSerial;
use hatrack_core::view::{CatalogView, RoleView, SessionView, SwitchOutcome};
use hatrack_store::teams::FileHash;
use serde::{Deserialize, Serialize};

pub use catalog::{AddRole, RoleChoice, SetAccount, SetFlag};
pub use console::{ConsoleLink, ConsoleOutcome, ConsoleRequest, LinkWay, PageChoice};
pub use discovery::{DiscoverOutcome, DiscoverRequest};
pub use doctor::{DiagnoseOutcome, DiagnoseRequest, PastedPolicies, PastedPolicy};
pub use endpoint::{
    EndpointOutcome, EndpointUse, EndpointView, OpenEndpoint, OpenedEndpoint, UseOutcome, UseProcess,
};
pub use error::{ErrorCode, WireError};
pub use event::{Event, Topic};
pub use hand_out::{HandOut, HandOutOutcome, HandOutRequest, ProfileEndpoints, S3Reach};
pub use import::{ImportFormat, ImportRoles, ImportSource, Imported, ImportedRow, Unusable};
pub use in_use::{
    BroughtBackView, HoldUse, LeftView, SessionUsesView, SwitchBack, SwitchedBackView, UseKind, UseView,
};
pub use keys::{AddKey, FileChange, FileLine, ImportKey, KeyKept, RotateKey, RotateOutcome, RotationGivenUp};
pub use mfa::{AddTotp, TotpCode, TotpDevice};
pub use places::{NotePlace, PlaceNote};
pub use profiles::{ProfileForm, ProfileName, ProfileOutcome, ProfilePlan, WriteProfile, WrittenProfileView};
pub use proxy::GiveProxyLogin;
pub use revoke::{RevokeHit, RevokeOutcome, RevokePlan, RevokeRequest, RevokeSigner, Revoked};
pub use said::{Change, Changes, DescribeAccount, DescribeRole, ImportSettings, Set, SetDefaults};
pub use saml::{AddSaml, GiveAssertion};
pub use session::{EndRequest, RecordRequest, RenewRequest, SessionRef};
pub use settings::{ChangeSettings, QuitChoice, Settings, Theme};
pub use sign_in::{SignInOutcome, SignInRequest};
pub use status::{KeyringState, Status};
pub use switch::SwitchRequest;
pub use team::{AddTeam, OfferedView, TeamPreview, TeamView};

/// Grows with each change that an older client or agent could not read.
pub const PROTOCOL: u32 = 2;
/// A longer line from a client closes its connection.
pub const LONGEST_REQUEST: usize = 64 * 1024;
/// The same for a request that hands over an assertion (AWS takes 100,000 characters) or a pasted file.
const LONGEST_WITH_TEXT: usize = 256 * 1024;
const WITH_TEXT: [&[u8]; 3] = [
    b"\"kind\":\"give_assertion\"",
    b"\"kind\":\"import_roles\"",
    b"\"kind\":\"diagnose\"",
];
/// A longer line from the agent is not read: a catalog of 100,000 roles stays far below.
pub const LONGEST_ANSWER: usize = 256 * 1024 * 1024;

/// How long the line may be that begins with `line`: its kind is told within what any request may have.
pub(crate) fn longest_request(line: &[u8]) -> usize {
    let Some(beginning) = line.get(..LONGEST_REQUEST) else {
        return LONGEST_REQUEST;
    };
    let has = |kind: &[u8]| beginning.windows(kind.len()).any(|window| window == kind);
    if WITH_TEXT.into_iter().any(has) {
        LONGEST_WITH_TEXT
    } else {
        LONGEST_REQUEST
    }
}

/// A client's first line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hello {
    /// The client's [`PROTOCOL`].
    pub protocol: u32,
    /// The client's version, for people.
    pub version: String,
}

/// The agent's first line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Welcome {
    /// The agent's [`PROTOCOL`]. Where it differs from the client's, only `Status` and `Stop` are answered.
    pub protocol: u32,
    /// The agent's version, for people.
    pub version: String,
    /// The agent's process ID.
    pub pid: u32,
}

/// One request.
#[derive(Debug, Serialize, Deserialize)]
pub struct Ask {
    /// Chosen by the client, repeated in the answer.
    pub id: u64,
    /// Who asks, with which environment.
    #[serde(with = "context")]
    pub caller: CallerContext,
    /// What is asked.
    pub request: Request,
}

/// One answer.
#[derive(Debug, Serialize, Deserialize)]
pub struct Answer {
    /// The request's number.
    pub id: u64,
    /// What came of it.
    pub result: Result<Reply, WireError>,
}

/// A line from the agent after [`Welcome`].
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[allow(clippy::large_enum_variant)]
pub enum Message {
    /// To a request.
    Answer(Answer),
    /// To a subscriber.
    Event(Event),
}

/// Everything that can be asked.
#[derive(Debug, Serialize, Deserialize)]
#[serde(tag = "kind", content = "with", rename_all = "snake_case")]
#[allow(missing_docs)]
pub enum Request {
    Status,
    /// Ends the agent; sessions stay in the vault.
    Stop,
    Catalog,
    /// Reads the shared files again, whatever their times of change say.
    Reload,
    /// One role or identity of the catalog, by the rules of ROLE.
    Resolve(RoleChoice),
    /// The catalog's key of a role or an identity, by the rules of ROLE.
    KeyOf(RoleChoice),
    Switch(SwitchRequest),
    HandOut(HandOutRequest),
    Console(ConsoleRequest),
    Sessions,
    Renew(RenewRequest),
    End(EndRequest),
    EndAll,
    SwitchBack(SwitchBack),
    /// Undoes a switch back, by the name that it was given.
    UndoSwitchBack {
        undo: String,
    },
    /// Where the sessions' credentials went.
    Uses,
    /// Answered never: it lasts as long as its connection.
    HoldUse(HoldUse),
    /// Drops the sessions that MFA codes were spent on: the next switch asks for one.
    ForgetMfa,
    AddTotp(AddTotp),
    RemoveTotp {
        serial: MfaSerial,
    },
    TotpDevices,
    /// A code for the person to use elsewhere; Hatrack does not use it any more.
    TotpCode {
        serial: MfaSerial,
    },
    /// The long-term access keys that are known; `ask_aws` has their ages looked up.
    AccessKeys {
        ask_aws: bool,
    },
    AddKey(AddKey),
    ImportKey(ImportKey),
    /// What taking an imported key out of its file would change.
    KeyRemoval {
        profile: String,
    },
    /// Takes an imported key out of its file, after a backup.
    RemoveKeyFromFile {
        profile: String,
    },
    /// Puts a key of the vault back into its file.
    RestoreKey {
        profile: String,
    },
    ForgetKey {
        profile: String,
    },
    RotateKey(RotateKey),
    /// Gives up a rotation that cannot be finished: the key in use stays.
    GiveUpRotation {
        profile: String,
    },
    /// What writing a profile would change.
    PlanProfile(WriteProfile),
    WriteProfile(WriteProfile),
    /// The profiles that were written.
    Profiles,
    /// Takes a written profile out of its file; `default` gets back what stood there.
    RemoveProfile {
        name: String,
    },
    /// Opens the endpoint of a session, or gives the one that is open.
    OpenEndpoint(OpenEndpoint),
    /// How programs reach the open endpoint of a session.
    EndpointAccess {
        session_id: String,
    },
    /// Keeps an endpoint open while this waits; answered when it closes.
    HoldEndpoint {
        session_id: String,
    },
    CloseEndpoint {
        session: SessionRef,
    },
    /// The open endpoints, with who has asked there.
    Endpoints,
    /// What revoking the sessions of a role would do, or taking that back.
    PlanRevoke(RevokeRequest),
    Revoke(RevokeRequest),
    /// Why something was refused.
    Diagnose(Box<DiagnoseRequest>),
    History(HistoryQuery),
    /// What was done in each account on each day.
    HistoryDays(DayStarts),
    /// How each role was used.
    RoleUse(RoleUseQuery),
    Record(RecordRequest),
    /// What is remembered of the buckets that a session's role uses.
    Places {
        session_id: String,
    },
    NotePlace(NotePlace),
    SetFavourite(SetFlag),
    SetAutoRenew(SetFlag),
    SetAccount(SetAccount),
    AddRole(AddRole),
    RemoveRole {
        role_key: String,
    },
    DescribeAccount(DescribeAccount),
    DescribeRole(DescribeRole),
    /// What the person says about accounts and roles, as one file without secrets.
    ExportSettings,
    ImportSettings(ImportSettings),
    ImportRoles(ImportRoles),
    /// The teams whose catalogs are listed.
    Teams,
    /// What a team's file would list. Nothing of it is kept.
    LookAtTeam {
        location: String,
    },
    AddTeam(AddTeam),
    /// Gets a team's file anew; `accept` names the changed file that the person has seen.
    RefreshTeam {
        name: String,
        accept: Option<FileHash>,
    },
    RemoveTeam {
        name: String,
    },
    /// The person lets requests be signed for this endpoint.
    ConsentEndpoint {
        endpoint: String,
    },
    /// The person lets this command be run for credentials; another one, or the same changed, asks again.
    ConsentCommand {
        command: String,
    },
    /// The login that a proxy asked for.
    GiveProxyLogin(GiveProxyLogin),
    /// No login that was given for a proxy is used any more, nor kept.
    ForgetProxyLogins,
    /// The sign-ins that the caller's files name.
    Portals,
    SignIn(SignInRequest),
    /// Answered when the sign-in has ended: done, failed, cancelled or too late.
    AwaitSignIn {
        id: String,
    },
    CancelSignIn {
        id: String,
    },
    /// Ends the sign-in at AWS, for every program on this computer.
    SignOut {
        portal: String,
    },
    /// Lists a portal's accounts and roles anew.
    ListPortal {
        portal: String,
    },
    AddSaml(AddSaml),
    RemoveSaml {
        name: String,
    },
    GiveAssertion(GiveAssertion),
    /// Looks for roles, beside everything else.
    Discover(DiscoverRequest),
    /// The searches of before, and those under way.
    Discoveries,
    /// Answered once the search of this start has gone on from the step that was seen, or has ended.
    AwaitDiscovery {
        start: String,
        seen: u32,
    },
    CancelDiscovery {
        start: String,
    },
    /// What was found for this start is listed no more.
    ForgetDiscovery {
        start: String,
    },
    /// Reads anew once a day what was looked for.
    SetDiscoveryDaily {
        start: String,
        on: bool,
    },
    Settings,
    SetSettings(ChangeSettings),
    Subscribe,
}

/// Every kind of answer.
#[derive(Debug, Serialize, Deserialize)]
#[serde(tag = "kind", content = "with", rename_all = "snake_case")]
#[allow(missing_docs)]
pub enum Reply {
    Done,
    Status(Status),
    Catalog(CatalogView),
    Role(Box<RoleView>),
    Switch(SwitchOutcome),
    HandOut(HandOutOutcome),
    Console(ConsoleOutcome),
    Sessions(Vec<SessionView>),
    Ended {
        count: u32,
    },
    SwitchedBack(SwitchedBackView),
    BroughtBack(BroughtBackView),
    Uses(Vec<SessionUsesView>),
    History(HistoryPage),
    HistoryDays(Vec<HistoryDay>),
    RoleUse(Vec<RoleUse>),
    RoleKey {
        role_key: String,
    },
    TotpDevices(Vec<TotpDevice>),
    TotpCode(TotpCode),
    AccessKeys(Vec<AccessKeyView>),
    KeyKept(KeyKept),
    FileChanges(Vec<FileChange>),
    /// Where files were copied to before they were changed.
    BackedUp {
        paths: Vec<String>,
    },
    KeyRotation(RotateOutcome),
    /// What is left of a rotation that was given up.
    RotationGivenUp(RotationGivenUp),
    ProfilePlan(ProfilePlan),
    Profile(Box<ProfileOutcome>),
    Profiles(Vec<WrittenProfileView>),
    Revoke(Box<RevokeOutcome>),
    Diagnosis(Box<DiagnoseOutcome>),
    Endpoint(EndpointOutcome),
    Endpoints(Vec<EndpointView>),
    Text {
        text: String,
    },
    Changes(Changes),
    Imported(Imported),
    Teams(Vec<TeamView>),
    Team(Box<TeamView>),
    TeamPreview(TeamPreview),
    Portals(Vec<PortalStateView>),
    SignIn(SignInOutcome),
    Discover(DiscoverOutcome),
    Discoveries(Vec<DiscoveryView>),
    Discovery(Box<DiscoveryView>),
    ProxyLoginsForgotten {
        count: u32,
    },
    Settings(Settings),
    Places(PlacesView),
}
