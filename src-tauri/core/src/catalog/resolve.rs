//! From a profile to its route, the way AWS's SDK goes.
//!
//! Source profiles are shared by many roles, so what a profile gives as a source is worked out once.

use std::collections::{BTreeMap, HashMap};
use std::rc::Rc;

use super::MOST_HOPS;
use super::start::{Start, at_fault, get, has_hop, hop, keys, parsed, start};
use super::unresolved::{LoopPath, Reason, Unresolved};
use crate::access_key::VaultKey;
use crate::route::{Identity, Route};
use crate::shared_config::{Section, SharedConfig};

/// Aliases that are followed from one to the next. Hatrack writes them one deep.
const MOST_ALIASES: usize = 4;

type Outcome = Result<Rc<Route>, Unresolved>;

/// Where the next credentials of a chain come from.
enum Next<'a> {
    /// The profile's own start.
    Itself,
    /// Another profile.
    Source(&'a str),
}

/// Resolves profiles of one config.
pub(super) struct Resolver<'a> {
    config: &'a SharedConfig,
    vault: &'a BTreeMap<String, VaultKey>,
    /// What each profile gives when another starts from it.
    sources: HashMap<&'a str, Outcome>,
    /// The one profile of each ARN; `None` where several have it. Made when an alias first asks.
    by_arn: Option<HashMap<&'a str, Option<&'a Section>>>,
    aliases_deep: usize,
}

impl<'a> Resolver<'a> {
    pub(super) fn new(config: &'a SharedConfig, vault: &'a BTreeMap<String, VaultKey>) -> Self {
        Self {
            config,
            vault,
            sources: HashMap::new(),
            by_arn: None,
            aliases_deep: 0,
        }
    }

    /// The route that a profile names when it is the one selected.
    pub(super) fn route(&mut self, profile: &'a Section) -> Outcome {
        if !has_hop(profile) {
            return self.own_start(profile);
        }
        let base = match next(profile)? {
            Next::Itself => self.own_start(profile)?,
            Next::Source(name) => {
                let base = self
                    .source(profile, name)
                    .map_err(|fault| self.own_loop(profile).unwrap_or(fault))?;
                // The SDK never comes back to the selected profile, not even for its keys.
                if let Some(path) = path_back(&base, &profile.name) {
                    return Err(at_fault(profile, "source_profile", Reason::Loop(path)));
                }
                base
            }
        };
        extend(&base, profile)
    }

    /// What the profile called `name` gives to `by`, which has it as its source.
    fn source(&mut self, by: &'a Section, name: &'a str) -> Outcome {
        let mut waiting: Vec<&'a Section> = Vec::new();
        let mut places: HashMap<&'a str, usize> = HashMap::new();
        let (mut by, mut name) = (by, name);
        let mut outcome = loop {
            if let Some(known) = self.sources.get(name) {
                break known.clone();
            }
            if let Some(first) = places.get(name) {
                self.condemn_loop(&waiting[*first..]);
                waiting.truncate(*first);
                break self.sources[name].clone();
            }
            let Some(profile) = self.config.profile(name) else {
                if let Some(route) = self.route_from_vault(name) {
                    break Ok(Rc::new(route));
                }
                break Err(at_fault(
                    by,
                    "source_profile",
                    Reason::MissingSource(name.to_owned()),
                ));
            };
            match self.step(profile) {
                Ok(Next::Source(further)) => {
                    places.insert(name, waiting.len());
                    waiting.push(profile);
                    (by, name) = (profile, further);
                }
                Ok(Next::Itself) => {
                    let own = self.as_last_source(profile);
                    self.sources.insert(name, own.clone());
                    break own;
                }
                Err(fault) => {
                    self.sources.insert(name, Err(fault.clone()));
                    break Err(fault);
                }
            }
        };
        while let Some(profile) = waiting.pop() {
            outcome = outcome.and_then(|base| extend(&base, profile));
            self.sources.insert(&profile.name, outcome.clone());
        }
        outcome
    }

    /// Where a source profile leads on: keys of its own end the chain whatever else it has.
    fn step(&self, profile: &'a Section) -> Result<Next<'a>, Unresolved> {
        if matches!(keys(profile), Ok(Some(_))) || !has_hop(profile) {
            Ok(Next::Itself)
        } else {
            next(profile)
        }
    }

    /// What a source profile gives that leads no further.
    fn as_last_source(&mut self, profile: &'a Section) -> Outcome {
        if let Ok(Some(identity)) = keys(profile) {
            return identity_route(profile, identity).map(Rc::new);
        }
        let own = self.own_start(profile)?;
        if has_hop(profile) {
            extend(&own, profile)
        } else {
            Ok(own)
        }
    }

    /// The profile without its `role_arn`: a route without hops, or the route of the role that it is an alias for.
    fn own_start(&mut self, profile: &'a Section) -> Outcome {
        match start(self.config, profile) {
            Ok(Start::Identity(identity)) => identity_route(profile, identity).map(Rc::new),
            // A profile that asks `hat` for itself says that its keys are in the vault.
            Ok(Start::Alias(Some(role))) if role == profile.name => match self.vault.get(&role) {
                Some(key) => identity_route(profile, key.identity(&role)).map(Rc::new),
                None => Err(at_fault(profile, "credential_process", Reason::NotInVault)),
            },
            Ok(Start::Alias(role)) => self.alias(profile, role),
            Err(fault) if fault.reason == Reason::NoCredentials && fault.profile == profile.name => {
                match self.added_key(&profile.name) {
                    Some(key) => identity_route(profile, key.identity(&profile.name)).map(Rc::new),
                    None => Err(fault),
                }
            }
            Err(fault) => Err(fault),
        }
    }

    /// The key of the vault that was put there under this name, and came from no file.
    fn added_key(&self, name: &str) -> Option<&'a VaultKey> {
        self.vault.get(name).filter(|key| !key.of_file)
    }

    /// The route of a name that is no profile of the files, where the vault has a key under it.
    pub(super) fn route_from_vault(&self, name: &str) -> Option<Route> {
        Some(Route {
            identity: self.added_key(name)?.identity(name),
            identity_profile: name.to_owned(),
            identity_mfa_serial: None,
            hops: Vec::new(),
        })
    }

    fn alias(&mut self, profile: &'a Section, role: Option<String>) -> Outcome {
        let wrong = |reason| Err(at_fault(profile, "credential_process", reason));
        let Some(target) = role.as_deref().and_then(|text| self.alias_target(text)) else {
            return wrong(Reason::AliasOfNothing(role));
        };
        if self.aliases_deep == MOST_ALIASES || target.name == profile.name {
            return wrong(Reason::AliasLoop);
        }
        self.aliases_deep += 1;
        let outcome = self.route(target);
        self.aliases_deep -= 1;
        outcome
    }

    /// The profile that an alias's ROLE names: aliases take exact names only, a profile or the ARN of one profile's
    /// role.
    pub(super) fn alias_target(&mut self, role: &str) -> Option<&'a Section> {
        if let Some(profile) = self.config.profile(role) {
            return Some(profile);
        }
        let profiles = self.config.profiles();
        let by_arn = self.by_arn.get_or_insert_with(|| {
            let mut by_arn = HashMap::new();
            for profile in profiles {
                if let Some(arn) = get(profile, "role_arn") {
                    let only = by_arn.entry(arn).and_modify(|only| *only = None);
                    only.or_insert(Some(profile));
                }
            }
            by_arn
        });
        by_arn.get(role).copied().flatten()
    }

    /// The loop that `profile` stands in, told from its own place.
    fn own_loop(&self, profile: &Section) -> Option<Unresolved> {
        match self.sources.get(profile.name.as_str()) {
            Some(Err(fault)) if matches!(fault.reason, Reason::Loop(_)) && fault.profile == profile.name => {
                Some(fault.clone())
            }
            _ => None,
        }
    }

    /// Each profile of a loop is told of it from its own place.
    fn condemn_loop(&mut self, members: &[&'a Section]) {
        for (i, member) in members.iter().enumerate() {
            let count = members.len();
            let round = (0..count + 1).map(|step| members[(i + step) % count].name.as_str());
            let fault = at_fault(member, "source_profile", Reason::Loop(LoopPath::of(round)));
            self.sources.insert(&member.name, Err(fault));
        }
    }
}

fn next(profile: &Section) -> Result<Next<'_>, Unresolved> {
    match (get(profile, "source_profile"), get(profile, "credential_source")) {
        (Some(_), Some(_)) => Err(at_fault(profile, "credential_source", Reason::BothSources)),
        (None, None) => Err(at_fault(profile, "role_arn", Reason::NoSource)),
        (Some(source), None) if source != profile.name => Ok(Next::Source(source)),
        _ => Ok(Next::Itself),
    }
}

fn identity_route(profile: &Section, identity: Identity) -> Result<Route, Unresolved> {
    Ok(Route {
        identity,
        identity_profile: profile.name.clone(),
        identity_mfa_serial: parsed(profile, "mfa_serial")?,
        hops: Vec::new(),
    })
}

/// `base`, then the profile's AssumeRole.
fn extend(base: &Rc<Route>, profile: &Section) -> Outcome {
    if base.hops.len() == MOST_HOPS {
        return Err(at_fault(profile, "source_profile", Reason::TooLong));
    }
    let mut route = Route::clone(base);
    route.hops.push(hop(profile)?);
    Ok(Rc::new(route))
}

/// The way from `profile` through `base` back to it, if it stands in its own chain.
fn path_back(base: &Route, profile: &str) -> Option<LoopPath> {
    let hops = base.hops.iter().rev().filter_map(|hop| hop.profile.as_deref());
    let sources = hops.chain([base.identity_profile.as_str()]);
    let back = sources.clone().position(|name| name == profile)?;
    let path: Vec<&str> = [profile].into_iter().chain(sources.take(back + 1)).collect();
    Some(LoopPath::of(path.into_iter()))
}
