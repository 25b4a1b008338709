//! What each side says, from every source that there is: documents, simulations, AWS's own words.

use crate::policy::{Effect, Kind, Miss, Naming};

use super::super::refusal::{Because, PolicySort};
use super::super::sight::{Document, How, Seen, SimulatedOutcome, Simulation};
use super::super::stance::{Asking, Near, Stance, stance};
use super::weigh::State;

/// One side, with how it is known.
#[derive(Debug, Clone)]
pub(super) struct Side {
    pub state: State,
    pub evidence: Vec<String>,
    pub near: Vec<Near>,
    pub naming: Option<Naming>,
    /// The statements that deny.
    pub denies: Vec<String>,
    /// Why it could not be seen, where it was tried.
    pub refused: Option<String>,
}

impl Side {
    pub fn unknown() -> Self {
        Self {
            state: State::Unknown,
            evidence: Vec::new(),
            near: Vec::new(),
            naming: None,
            denies: Vec::new(),
            refused: None,
        }
    }

    pub fn allows(evidence: impl Into<String>) -> Self {
        Self {
            state: State::Allows,
            evidence: vec![evidence.into()],
            ..Self::unknown()
        }
    }

    /// What AWS itself said of this side counts more than what was worked out.
    pub fn told(mut self, state: State, evidence: String) -> Self {
        if state == State::Allows && self.state == State::Denies {
            return self;
        }
        if self.state != state {
            self.evidence.clear();
        }
        self.state = state;
        self.evidence.insert(0, evidence);
        self
    }

    fn of_stance(stance: Stance, how: &str, asking: &Asking) -> Self {
        let action = &asking.request.action;
        let mut evidence = stance.unreadable.clone();
        let state = if !stance.denies.is_empty() {
            evidence.extend(
                stance
                    .denies
                    .iter()
                    .map(|by| format!("{} denies {action}{how}.", capital(by))),
            );
            State::Denies
        } else if !stance.allows.is_empty() && !stance.perhaps_denies() {
            let by = &stance.allows[0];
            evidence.push(format!("{} allows {action}{how}.", capital(by)));
            State::Allows
        } else if stance.allows.is_empty() && !stance.perhaps_allows() {
            State::Silent
        } else {
            State::Unknown
        };
        for (effect, by, keys) in &stance.perhaps {
            let verb = if *effect == Effect::Allow {
                "allows"
            } else {
                "denies"
            };
            evidence.push(format!(
                "{} {verb} it depending on {keys}, which is not known here.",
                capital(by)
            ));
        }
        if state != State::Allows {
            evidence.extend(stance.near.iter().filter_map(|near| in_words(near, asking)));
        }
        if state == State::Silent && evidence.is_empty() {
            evidence.push(format!(
                "No statement{how} allows {action} on {}.",
                asking.request.resource
            ));
        }
        Self {
            state,
            evidence,
            near: stance.near,
            naming: stance.naming,
            denies: stance.denies,
            refused: None,
        }
    }
}

/// Why a statement that nearly allows does not.
fn in_words(near: &Near, asking: &Asking) -> Option<String> {
    let by = capital(&near.by);
    Some(match &near.miss {
        Miss::Principal if !near.deleted.is_empty() => format!(
            "{by} names {}, the ID of a user or role that was deleted; one made again under the same name is another.",
            near.deleted.join(", ")
        ),
        Miss::Principal => format!("{by} allows it for somebody else."),
        Miss::Resource if near.resources.is_empty() => format!("{by} allows it for other resources."),
        Miss::Resource => format!(
            "{by} allows {} on {} only.",
            asking.request.action,
            near.resources.join(", ")
        ),
        Miss::Condition {
            key, wanted, found, ..
        } => {
            let found = match found {
                Some(values) => format!("the request has {}", values.join(", ")),
                None => "the request does not have it".to_owned(),
            };
            format!("{by} asks for {key} = {}; {found}.", wanted.join(" or "))
        }
        Miss::Action | Miss::Variable(_) | Miss::Unknown(_) => return None,
    })
}

pub(super) fn capital(text: &str) -> String {
    let mut chars = text.chars();
    chars
        .next()
        .map(|first| first.to_uppercase().chain(chars).collect())
        .unwrap_or_default()
}

fn how(how: &How) -> String {
    match how {
        How::Read => String::new(),
        How::Pasted(name) => format!(" (as given in {name})"),
    }
}

/// A place with one document.
pub(super) fn of_one(kind: Kind, seen: &Seen<Document>, nothing: &str, asking: Option<&Asking>) -> Side {
    let Some(asking) = asking else {
        return Side::unknown();
    };
    match seen {
        Seen::Known(document, known) => {
            Side::of_stance(stance(kind, [document], asking), &how(known), asking)
        }
        Seen::Absent(_) => Side {
            state: State::Silent,
            evidence: vec![nothing.to_owned()],
            ..Side::unknown()
        },
        Seen::Refused(why) => Side {
            refused: Some(why.clone()),
            ..Side::unknown()
        },
        Seen::NotAsked => Side::unknown(),
    }
}

/// A place with many: identity policies. Those that could be read count where they allow or deny by themselves.
pub(super) fn of_many(seen: &Seen<Vec<Document>>, some: &[Document], asking: Option<&Asking>) -> Side {
    let Some(asking) = asking else {
        return Side::unknown();
    };
    match seen {
        Seen::Known(documents, known) => {
            Side::of_stance(stance(Kind::Identity, documents, asking), &how(known), asking)
        }
        Seen::Absent(_) => Side {
            state: State::Silent,
            evidence: vec!["There is no policy at all.".to_owned()],
            ..Side::unknown()
        },
        Seen::Refused(_) | Seen::NotAsked => {
            let refused = match seen {
                Seen::Refused(why) => Some(why.clone()),
                _ => None,
            };
            if some.is_empty() {
                return Side {
                    refused,
                    ..Side::unknown()
                };
            }
            let mut side = Side::of_stance(stance(Kind::Identity, some, asking), "", asking);
            if side.state == State::Silent {
                side.state = State::Unknown;
                side.evidence.insert(
                    0,
                    "Some policies could not be read; those that could do not allow it.".to_owned(),
                );
            }
            side.refused = refused;
            side
        }
    }
}

/// What a simulation adds to documents: it knows all of the account's policies.
pub(super) fn with_simulation(side: Side, simulations: &[Simulation], asking: Option<&Asking>) -> Side {
    let Some(asking) = asking else { return side };
    let request = &asking.request;
    let fits =
        |s: &&Simulation| s.action.eq_ignore_ascii_case(&request.action) && s.resource == request.resource;
    let Some(simulation) = simulations.iter().find(fits) else {
        return side;
    };
    let action = &request.action;
    match simulation.outcome {
        SimulatedOutcome::Allowed if side.state != State::Denies => {
            let by = simulation
                .matched
                .first()
                .map(|m| format!(", by {m}"))
                .unwrap_or_default();
            let mut side = side;
            if side.state != State::Allows {
                side.evidence.clear();
            }
            side.state = State::Allows;
            side.evidence
                .push(format!("A policy simulation allows {action}{by}."));
            side
        }
        SimulatedOutcome::ExplicitDeny => {
            let by = simulation.matched.join(", ");
            let mut side = side.told(
                State::Denies,
                format!("A policy simulation denies {action}: {by}."),
            );
            if side.denies.is_empty() {
                side.denies = simulation.matched.clone();
            }
            side
        }
        SimulatedOutcome::ImplicitDeny
            if side.state == State::Unknown && simulation.missing_context.is_empty() =>
        {
            side.told(
                State::Silent,
                format!("A policy simulation finds nothing that allows {action}."),
            )
        }
        SimulatedOutcome::Allowed | SimulatedOutcome::ImplicitDeny => side,
    }
}

/// What AWS's words say of the caller's own side.
pub(super) fn own_as_told(side: Side, because: Option<&Because>) -> Side {
    match because {
        Some(Because::NoneAllows(PolicySort::Identity)) => side.told(
            State::Silent,
            "AWS says that no identity-based policy allows it.".to_owned(),
        ),
        Some(Because::ExplicitDeny(Some(PolicySort::Identity), arn)) => side.told(
            State::Denies,
            denied_by("an identity-based policy", arn.as_deref()),
        ),
        _ => side,
    }
}

/// What AWS's words say of the resource's side.
pub(super) fn resource_as_told(side: Side, because: Option<&Because>) -> Side {
    match because {
        Some(Because::NoneAllows(PolicySort::Resource | PolicySort::Trust)) => side.told(
            State::Silent,
            "AWS says that no resource-based policy allows it.".to_owned(),
        ),
        Some(Because::ExplicitDeny(Some(PolicySort::Resource | PolicySort::Trust), arn)) => side.told(
            State::Denies,
            denied_by("a resource-based policy", arn.as_deref()),
        ),
        _ => side,
    }
}

pub(super) fn denied_by(what: &str, arn: Option<&str>) -> String {
    match arn {
        Some(arn) => format!("AWS says that {what} denies it: {arn}."),
        None => format!("AWS says that {what} denies it."),
    }
}
