//! Which hop gets what: the calls of a switch, decided before the first of them.

use super::BrokerError;
use super::denial;
use super::names::default_session_name;
use super::order::Order;
use crate::route::{Hop, Identity};
use crate::session::{HopKey, Origin, SessionKey};
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

/// Either one GetSessionToken, or AssumeRoles one after the other.
#[derive(Debug, Clone)]
pub enum Calls {
    /// A user's own keys.
    UserSession(UserSessionDuration),
    /// The hops on the way in order, and the role asked for.
    Roles {
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
    /// Whether temporary credentials sign it.
    pub chained: bool,
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
            Calls::UserSession(duration) => duration.seconds(),
            Calls::Roles { last, .. } => last.call.duration.seconds(),
        }
    }

    /// The GetSessionToken of a user's own keys.
    pub(super) fn user_call(&self, duration: UserSessionDuration) -> GetSessionToken {
        GetSessionToken { duration, mfa: None }
    }
}

/// Plans the calls of `order`.
pub fn plan(order: Order) -> Result<Plan, NotPlanned> {
    order
        .route
        .identity
        .check_supported()
        .map_err(BrokerError::from)?;
    // STS takes a code only where a user's own long-term keys sign.
    let mfa = order
        .route
        .mfa_serial()
        .filter(|_| !order.base.temporary)
        .cloned();
    match order.route.hops.last().cloned() {
        None => plan_user_session(order, mfa),
        Some(last) => plan_roles(order, &last, mfa),
    }
}

fn plan_user_session(order: Order, mfa: Option<MfaSerial>) -> Result<Plan, NotPlanned> {
    if order.base.temporary {
        let profile = order.route.identity_profile.clone();
        return Err(BrokerError::AlreadyTemporary { profile }.into());
    }
    if let Some(what) = not_taken(&order) {
        return Err(BrokerError::NotTaken { what }.into());
    }
    let asked = order.options.duration.map(SessionDuration::seconds);
    let duration = asked
        .and_then(|seconds| UserSessionDuration::try_from(seconds).ok())
        .unwrap_or(UserSessionDuration::DEFAULT);
    Ok(Plan {
        key: SessionKey {
            base: order.base.name.clone(),
            endpoint: order.reach.endpoint.clone(),
            hops: Vec::new(),
            user_mfa: mfa.clone(),
        },
        calls: Calls::UserSession(duration),
        mfa,
        reach: order.reach.clone(),
        origin: origin(&order, false),
        notes: Vec::new(),
        order,
    })
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
    let chained_at = |at: usize| at > 0 || order.base.temporary;
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
        Step {
            call,
            key,
            chained: chained_at(at),
        }
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
fn chain_of(order: &Order) -> &'static str {
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
        source: match identity {
            Identity::Keys { .. } => format!("{}, {label}", order.route.identity_profile),
            _ => label.to_owned(),
        },
        chained,
        options: order.options.clone(),
    }
}
