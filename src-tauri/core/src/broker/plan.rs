//! Which hop gets what: the calls of a switch, decided before the first of them.

use super::BrokerError;
use super::denial;
use super::names::{default_session_name, given_session_name};
use super::order::Order;
use crate::role_kind::Closed;
use crate::route::{Hop, Identity};
use crate::session::{CodeUse, HopKey, Origin, Session, SessionKey};
use crate::sts::{AssumeRole, GetSessionToken, Reach};
use crate::sts_limits::{MfaSerial, SessionDuration, SessionTags, UserSessionDuration};
use crate::view::DenialView;

/// The calls of a switch.
#[derive(Debug, Clone)]
pub struct Plan {
    /// What the session will serve.
    pub key: SessionKey,
    /// The calls.
    pub calls: Calls,
    /// The device whose code the first call carries.
    pub mfa: Option<MfaSerial>,
    /// Where they go.
    pub reach: Reach,
    /// Where the session comes from.
    pub origin: Origin,
    /// What the person should know.
    pub notes: Vec<String>,
    /// The order that this was made from.
    pub order: Order,
}

/// One GetSessionToken, AssumeRoles one after the other, or neither.
#[derive(Debug, Clone)]
pub enum Calls {
    /// The identity gives a session by itself: the identity's credentials are it.
    Given,
    /// A user's own keys.
    UserSession(UserSessionDuration),
    /// The hops on the way in order, and the role asked for.
    Roles {
        /// The GetSessionToken session that signs the first of them, where a code is shared.
        shared: Option<SessionKey>,
        /// The hops on the way.
        before: Vec<Step>,
        /// The role asked for.
        last: Box<Step>,
    },
}

/// One AssumeRole of a plan. The code is put in when it is made.
#[derive(Debug, Clone)]
pub struct Step {
    /// What is sent.
    pub call: AssumeRole,
    /// What a session of it serves: a live one makes the call unneeded.
    pub key: SessionKey,
}

/// Why there is no plan.
#[derive(Debug, Clone, PartialEq)]
pub enum NotPlanned {
    /// AWS would refuse; it was not asked.
    Refused(Box<DenialView>),
    /// It cannot be done at all.
    Impossible(BrokerError),
}

impl From<BrokerError> for NotPlanned {
    fn from(error: BrokerError) -> Self {
        Self::Impossible(error)
    }
}

impl Plan {
    /// The duration that the session is asked for, in seconds.
    pub fn duration(&self) -> u32 {
        match &self.calls {
            Calls::Given => {
                let usual = match &self.order.route.identity {
                    Identity::Saml(saml) => saml.duration,
                    _ => None,
                };
                let asked = self.order.options.duration.or(usual);
                asked.unwrap_or(SessionDuration::HOUR).seconds()
            }
            Calls::UserSession(duration) => duration.seconds(),
            Calls::Roles { last, .. } => last.call.duration.seconds(),
        }
    }

    /// What the person should know of the `session` that this plan came to.
    pub fn notes_of(&self, session: &Session) -> Vec<String> {
        match self.order.base.temporary {
            Some(_) => self.notes.clone(),
            // Only now is it known who signed.
            None => notes(&self.order, session.origin.chained),
        }
    }

    /// The GetSessionToken of a user's own keys.
    pub(super) fn user_call(&self, duration: UserSessionDuration) -> GetSessionToken {
        GetSessionToken { duration, mfa: None }
    }
}

/// Plans the calls of `order`.
pub fn plan(order: Order) -> Result<Plan, NotPlanned> {
    // STS takes a code only where a user's own long-term keys sign, or may do so.
    let mfa = order
        .route
        .mfa_serial()
        .filter(|_| order.base.temporary != Some(true))
        .cloned();
    match order.route.hops.last().cloned() {
        None if order.route.identity.gives_sessions() => plan_given(order),
        None => plan_user_session(order, mfa),
        Some(last) => plan_roles(order, &last, mfa),
    }
}

fn plan_given(order: Order) -> Result<Plan, NotPlanned> {
    let options = &order.options;
    let exchanged = match &order.route.identity {
        Identity::WebIdentity { role_arn, .. } => Some(role_arn),
        Identity::Saml(saml) => Some(&saml.role),
        Identity::RolesAnywhere(anywhere) => Some(&anywhere.role),
        _ => None,
    };
    // An assertion names its sessions itself.
    let takes_name = exchanged.is_some() && !matches!(order.route.identity, Identity::Saml(_));
    let takes_policies = !matches!(order.route.identity, Identity::RolesAnywhere(_));
    // A token is exchanged by a call that takes these; elsewhere who gives the credentials decides.
    let by_call = [
        (
            options.duration.is_some() && exchanged.is_none(),
            "DurationSeconds",
        ),
        (options.session_name.is_some() && !takes_name, "RoleSessionName"),
    ];
    let policies = [
        (options.policy.is_some(), "Policy"),
        (!options.policy_arns.is_empty(), "PolicyArns"),
    ];
    let never = [
        (options.external_id.is_some(), "ExternalId"),
        (!options.tags.is_empty(), "Tags"),
        (options.source_identity.is_some(), "SourceIdentity"),
    ];
    let policies = policies
        .into_iter()
        .filter(|_| exchanged.is_none() || !takes_policies);
    let refused = by_call.into_iter().chain(policies).chain(never);
    if let Some((_, what)) = refused.into_iter().find(|(given, _)| *given) {
        let of = order.route.identity.label();
        return Err(BrokerError::NotTaken { what, of }.into());
    }
    let hop = exchanged.map(|role| HopKey {
        role: role.clone(),
        external_id: None,
        mfa_serial: None,
        session_name: given_session_name(&order.route.identity, options, order.user.as_deref()),
        policy: options.policy.clone(),
        policy_arns: options.policy_arns.clone(),
        tags: SessionTags::default(),
        source_identity: None,
    });
    Ok(Plan {
        key: SessionKey {
            base: order.base.name.clone(),
            endpoint: order.reach.endpoint.clone(),
            hops: hop.into_iter().collect(),
            user_mfa: None,
        },
        calls: Calls::Given,
        mfa: None,
        reach: order.reach.clone(),
        origin: origin(&order, false),
        notes: Vec::new(),
        order,
    })
}

fn plan_user_session(order: Order, mfa: Option<MfaSerial>) -> Result<Plan, NotPlanned> {
    if order.base.temporary == Some(true) {
        let profile = order.route.identity_profile.clone();
        return Err(BrokerError::AlreadyTemporary { profile }.into());
    }
    if let Some(what) = not_taken(&order) {
        let of = "a session of a user's own keys (GetSessionToken)";
        return Err(BrokerError::NotTaken { what, of }.into());
    }
    let asked = order.options.duration.map(SessionDuration::seconds);
    let duration = asked
        .and_then(|seconds| UserSessionDuration::try_from(seconds).ok())
        .unwrap_or(UserSessionDuration::DEFAULT);
    Ok(Plan {
        key: user_key(&order, mfa.clone()),
        calls: Calls::UserSession(duration),
        mfa,
        reach: order.reach.clone(),
        origin: origin(&order, false),
        notes: Vec::new(),
        order,
    })
}

/// What a session of a user's own keys serves.
fn user_key(order: &Order, mfa: Option<MfaSerial>) -> SessionKey {
    SessionKey {
        base: order.base.name.clone(),
        endpoint: order.reach.endpoint.clone(),
        hops: Vec::new(),
        user_mfa: mfa,
    }
}

/// The session that a code of `mfa` is shared by on the way to `role`. A single role for longer than an hour, asked
/// for or in its profile, has to be reached without it.
fn shared_key(order: &Order, role: &Hop, mfa: Option<&MfaSerial>) -> Option<SessionKey> {
    let asked = order.options.duration.or(role.duration);
    let within_the_hour = asked.is_none_or(|asked| asked <= SessionDuration::HOUR);
    let serves = order.codes == CodeUse::Shared && (order.route.hops.len() > 1 || within_the_hour);
    mfa.filter(|_| serves)
        .map(|mfa| user_key(order, Some(mfa.clone())))
}

fn not_taken(order: &Order) -> Option<&'static str> {
    let options = &order.options;
    [
        (options.session_name.is_some(), "RoleSessionName"),
        (options.external_id.is_some(), "ExternalId"),
        (options.policy.is_some(), "Policy"),
        (!options.policy_arns.is_empty(), "PolicyArns"),
        (!options.tags.is_empty(), "Tags"),
        (options.source_identity.is_some(), "SourceIdentity"),
    ]
    .into_iter()
    .find_map(|(given, what)| given.then_some(what))
}

fn plan_roles(order: Order, role: &Hop, mfa: Option<MfaSerial>) -> Result<Plan, NotPlanned> {
    let hops = &order.route.hops;
    let closed = |hop: &Hop| Some((hop.role.clone(), Closed::by_path(&hop.role)?));
    if let Some((role, why)) = hops.iter().find_map(closed) {
        return Err(NotPlanned::Refused(Box::new(denial::closed(&role, &why))));
    }
    let shared = shared_key(&order, role, mfa.as_ref());
    // What is not known yet is decided when the credentials are read, still before STS is asked.
    let chained_at = |at: usize| at > 0 || order.base.temporary == Some(true) || shared.is_some();
    let chained = chained_at(hops.len() - 1);
    if let Some(asked) = order
        .options
        .duration
        .filter(|d| chained && *d > SessionDuration::HOUR)
    {
        let denial = denial::chained_too_long(&role.role, asked, chain_of(&order));
        return Err(NotPlanned::Refused(Box::new(denial)));
    }
    let mut keys: Vec<HopKey> = Vec::with_capacity(hops.len());
    let mut step = |at: usize, hop: &Hop, last: bool| {
        let call = call(&order, hop, at == 0, last, chained_at(at));
        keys.push(hop_key(&call, mfa.as_ref().filter(|_| at == 0)));
        let key = SessionKey {
            base: order.base.name.clone(),
            endpoint: order.reach.endpoint.clone(),
            hops: keys.clone(),
            user_mfa: None,
        };
        Step { call, key }
    };
    let on_the_way = &hops[..hops.len() - 1];
    let before = on_the_way
        .iter()
        .enumerate()
        .map(|(at, hop)| step(at, hop, false))
        .collect();
    let last = step(hops.len() - 1, role, true);
    Ok(Plan {
        key: last.key.clone(),
        notes: notes(&order, chained),
        origin: origin(&order, chained),
        calls: Calls::Roles {
            shared,
            before,
            last: Box::new(last),
        },
        mfa,
        reach: order.reach.clone(),
        order,
    })
}

/// What was asked for in this request goes to the last hop, source identity to the first; every other hop has its
/// own profile's values.
fn call(order: &Order, hop: &Hop, first: bool, last: bool, chained: bool) -> AssumeRole {
    let asked = &order.options;
    let session_name = asked.session_name.as_ref().filter(|_| last);
    let usual = hop.duration.unwrap_or(SessionDuration::HOUR);
    let usual = if chained {
        usual.min(SessionDuration::HOUR)
    } else {
        usual
    };
    AssumeRole {
        role: hop.role.clone(),
        session_name: session_name
            .or(hop.session_name.as_ref())
            .cloned()
            .unwrap_or_else(|| default_session_name(order.user.as_deref())),
        duration: asked.duration.filter(|_| last).unwrap_or(usual),
        external_id: asked
            .external_id
            .as_ref()
            .filter(|_| last)
            .or(hop.external_id.as_ref())
            .cloned(),
        mfa: None,
        policy: asked.policy.clone().filter(|_| last),
        policy_arns: if last {
            asked.policy_arns.clone()
        } else {
            Vec::new()
        },
        tags: if last {
            asked.tags.clone()
        } else {
            SessionTags::default()
        },
        source_identity: asked.source_identity.clone().filter(|_| first),
    }
}

fn hop_key(call: &AssumeRole, mfa: Option<&MfaSerial>) -> HopKey {
    HopKey {
        role: call.role.clone(),
        external_id: call.external_id.clone(),
        mfa_serial: mfa.cloned(),
        session_name: call.session_name.clone(),
        policy: call.policy.clone(),
        policy_arns: call.policy_arns.clone(),
        tags: call.tags.clone(),
        source_identity: call.source_identity.clone(),
    }
}

fn notes(order: &Order, chained: bool) -> Vec<String> {
    let mut notes = Vec::new();
    let usual = order.route.hops.last().and_then(|hop| hop.duration);
    if let Some(usual) =
        usual.filter(|d| chained && order.options.duration.is_none() && *d > SessionDuration::HOUR)
    {
        notes.push(format!(
            "The session lasts 1 h, not {usual}: {}, and AWS caps that at one hour.",
            chain_of(order)
        ));
    }
    notes
}

/// Why the hour's cap holds, as the beginning of a sentence's second half.
pub(super) fn chain_of(order: &Order) -> &'static str {
    match order.route.hops.len() {
        0 | 1 => "temporary credentials sign the switch",
        _ => "the role is reached through another role",
    }
}

fn origin(order: &Order, chained: bool) -> Origin {
    let identity = &order.route.identity;
    let label = identity.label();
    Origin {
        role_key: Some(order.role_key.clone()),
        profile: order.profile.clone(),
        role_name: match identity {
            Identity::IdentityCenter(role) if order.route.hops.is_empty() => Some(role.role_name.clone()),
            _ => None,
        },
        source: match identity {
            Identity::Keys { .. } => format!("{}, {label}", order.route.identity_profile),
            _ => label.to_owned(),
        },
        chained,
        options: order.options.clone(),
    }
}
