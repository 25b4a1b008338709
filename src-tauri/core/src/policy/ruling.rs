//! The decision alone, without what each policy says to it.
//!
//! Source: IAM User Guide, "Policy evaluation logic", with its pages on single-account and cross-account requests.

use super::context::{Caller, Request};
use super::decision::{DecidedBy, Named, Policies, Reason, ResourceRule};
use super::document::{Effect, Statement};
use super::evaluate::{applies, naming};
use super::principal::Naming;

/// The outcome for a request, and the statement that decided.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ruling {
    /// Why it is allowed or denied.
    pub reason: Reason,
    /// The statement that decided; `None` for an implicit deny, where none did.
    pub decided_by: Option<DecidedBy>,
}

impl Ruling {
    fn by(reason: Reason, decided_by: Option<DecidedBy>) -> Self {
        Self { reason, decided_by }
    }

    /// Whether the request goes through.
    pub fn allows(&self) -> bool {
        self.reason == Reason::Allowed
    }
}

/// Decides a request as [`super::decide`] does, for those who have many policies and need no findings.
pub fn rule(request: &Request, policies: &Policies<'_>) -> Ruling {
    let action = request.action.to_lowercase();
    let one = |named| hear(named, request, &action);
    let hearing = Hearing {
        identity: all(&policies.identity, one),
        boundary: policies.boundary.map(one),
        session: all(&policies.session, one),
        resource: policies.resource.map(one),
        service_control: policies
            .service_control
            .iter()
            .map(|level| all(level, one))
            .collect(),
        resource_control: policies
            .resource_control
            .iter()
            .map(|level| all(level, one))
            .collect(),
    };
    hearing.judge(request, policies.rule)
}

/// What one policy says to a request.
struct Heard<'a> {
    named: Named<'a>,
    /// The places of the first statements that apply.
    denying: Option<usize>,
    allowing: Option<usize>,
    /// The narrowest way in which an applying Allow names the caller.
    naming: Option<Naming>,
}

fn all<'a>(list: &[Named<'a>], one: impl Fn(Named<'a>) -> Heard<'a>) -> Vec<Heard<'a>> {
    list.iter().copied().map(one).collect()
}

fn hear<'a>(named: Named<'a>, request: &Request, action: &str) -> Heard<'a> {
    let policy = named.policy;
    let mut heard = Heard {
        named,
        denying: None,
        allowing: None,
        naming: None,
    };
    for place in policy.services.about(action) {
        let statement = &policy.statements[place];
        if !applies(statement, &policy.unknown, request, action) {
            continue;
        }
        let first = match statement.effect {
            Effect::Deny => &mut heard.denying,
            Effect::Allow => {
                heard.naming = heard.naming.max(naming(statement, request));
                &mut heard.allowing
            }
        };
        // They come by service, not in their order.
        *first = Some(first.map_or(place, |other| other.min(place)));
    }
    heard
}

impl Heard<'_> {
    fn allows(&self) -> bool {
        self.denying.is_none() && self.allowing.is_some()
    }

    fn decided(&self, effect: Effect) -> Option<DecidedBy> {
        let index = match effect {
            Effect::Deny => self.denying,
            Effect::Allow => self.allowing,
        }?;
        let statement: &Statement = &self.named.policy.statements[index];
        Some(DecidedBy {
            kind: self.named.policy.kind,
            policy: self.named.name.to_owned(),
            index,
            sid: statement.sid.clone(),
            at: statement.at,
        })
    }
}

fn allows(heard: &[Heard<'_>]) -> bool {
    heard.iter().any(Heard::allows)
}

/// What all policies say, by what they are attached to.
struct Hearing<'a> {
    identity: Vec<Heard<'a>>,
    boundary: Option<Heard<'a>>,
    session: Vec<Heard<'a>>,
    resource: Option<Heard<'a>>,
    service_control: Vec<Vec<Heard<'a>>>,
    resource_control: Vec<Vec<Heard<'a>>>,
}

impl Hearing<'_> {
    fn iter(&self) -> impl Iterator<Item = &Heard<'_>> {
        self.identity
            .iter()
            .chain(&self.boundary)
            .chain(&self.session)
            .chain(&self.resource)
            .chain(self.service_control.iter().flatten())
            .chain(self.resource_control.iter().flatten())
    }

    fn judge(&self, request: &Request, rule: ResourceRule) -> Ruling {
        if let Some(by) = self.iter().find_map(|heard| heard.decided(Effect::Deny)) {
            return Ruling::by(Reason::ExplicitDeny, Some(by));
        }
        if let Some(reason) = self.organizations(request) {
            return Ruling::by(reason, None);
        }
        // Whatever allows it: AWS STS API Reference, "AssumeRole".
        if matches!(request.caller, Caller::Root { .. })
            && request.action.eq_ignore_ascii_case("sts:AssumeRole")
        {
            return Ruling::by(Reason::IdentityDoesNotAllow, None);
        }
        let naming = self.resource.as_ref().and_then(|heard| heard.naming);
        let resource_allow = || {
            self.resource
                .as_ref()
                .and_then(|heard| heard.decided(Effect::Allow))
        };
        let missing = match (request.caller.account(), request.resource_account) {
            // Nobody's identity policies stand behind the caller: the resource alone decides.
            (None, _) => naming.is_none().then_some(Reason::ResourceDoesNotAllow),
            (Some(own), Some(other)) if own != other => {
                let resource = naming.is_none().then_some(Reason::ResourceDoesNotAllow);
                self.own_side(request).or(resource)
            }
            (Some(_), _) => self.same_account(request, naming, rule),
        };
        match missing {
            Some(reason) => Ruling::by(reason, None),
            None => {
                let identity = || {
                    self.identity
                        .iter()
                        .find_map(|heard| heard.decided(Effect::Allow))
                };
                let by = if naming > Some(Naming::Account) {
                    resource_allow().or_else(identity)
                } else {
                    identity().or_else(resource_allow)
                };
                Ruling::by(Reason::Allowed, by)
            }
        }
    }

    /// What the organizations leave out. Each level must allow by a policy of its own; one who has no account (a
    /// service, an identity provider's user) is under no service control policy.
    ///
    /// Source: AWS Organizations User Guide, "SCP evaluation" and "RCP evaluation".
    fn organizations(&self, request: &Request) -> Option<Reason> {
        let shut = |levels: &[Vec<Heard<'_>>]| levels.iter().any(|level| !allows(level));
        if shut(&self.resource_control) {
            return Some(Reason::ResourceControlDoesNotAllow);
        }
        let under = request.caller.account().is_some();
        (under && shut(&self.service_control)).then_some(Reason::ServiceControlDoesNotAllow)
    }

    fn same_account(&self, request: &Request, naming: Option<Naming>, rule: ResourceRule) -> Option<Reason> {
        let own_side = self.own_side(request);
        if own_side.is_none() && (rule == ResourceRule::EitherSuffices || naming.is_some()) {
            return None;
        }
        let role = matches!(request.caller, Caller::RoleSession { .. });
        match naming {
            None if rule == ResourceRule::MustAllow => Some(Reason::ResourceDoesNotAllow),
            None | Some(Naming::Account) => own_side,
            Some(Naming::Itself) if role => None,
            // A grant to the role, not to the session, stays inside its boundary and session policies. For "*"
            // the User Guide does not say; the narrower reading fails closed.
            Some(Naming::Role | Naming::Everyone) if role => self.limits(),
            // A grant to the user passes its boundary by, but not the policies of a session that it asked for (IAM User
            // Guide, "Session policies"). It names the user, and only one that names the session would add to them.
            Some(Naming::Itself | Naming::Role | Naming::Everyone) => self.session_limit(),
        }
    }

    /// What is missing on the caller's side. The root user needs no identity policy.
    fn own_side(&self, request: &Request) -> Option<Reason> {
        let root = matches!(request.caller, Caller::Root { .. });
        if !root && !allows(&self.identity) {
            return Some(Reason::IdentityDoesNotAllow);
        }
        self.limits()
    }

    /// What the limits on the caller leave out.
    fn limits(&self) -> Option<Reason> {
        if self.boundary.as_ref().is_some_and(|heard| !heard.allows()) {
            return Some(Reason::BoundaryDoesNotAllow);
        }
        self.session_limit()
    }

    fn session_limit(&self) -> Option<Reason> {
        (!self.session.is_empty() && !allows(&self.session)).then_some(Reason::SessionDoesNotAllow)
    }
}
