//! Which statements of a policy can be about a service at all.

use super::document::{Matches, Statement};

/// The statements of a policy by the service that their actions name, so that a request meets few of them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Services {
    /// By name, in lower case; each with the places of its statements, in their order.
    named: Vec<(String, Vec<usize>)>,
    /// The places of those that may be about any service.
    any: Vec<usize>,
}

impl Services {
    pub(super) fn of(statements: &[Statement]) -> Self {
        let mut services = Self::default();
        for (place, statement) in statements.iter().enumerate() {
            match names(statement) {
                None => services.any.push(place),
                Some(names) => names.into_iter().for_each(|name| services.add(name, place)),
            }
        }
        services
    }

    fn add(&mut self, name: String, place: usize) {
        match self.named.iter_mut().find(|(known, _)| *known == name) {
            Some((_, places)) => places.push(place),
            None => self.named.push((name, vec![place])),
        }
    }

    /// The places of the statements that an action, in lower case, has to be shown to.
    pub(super) fn about(&self, action: &str) -> impl Iterator<Item = usize> {
        let service = action.split_once(':').map_or(action, |(service, _)| service);
        let named = self.named.iter().find(|(name, _)| name == service);
        let named = named.map_or(&[][..], |(_, places)| places);
        self.any.iter().chain(named).copied()
    }
}

/// The services that a statement names; `None` where it may be about any, or where a piece of it is not understood.
fn names(statement: &Statement) -> Option<Vec<String>> {
    let Matches::AnyOf(patterns) = &statement.actions else {
        return None;
    };
    if !statement.unknown.is_empty() {
        return None;
    }
    let mut names = Vec::new();
    for pattern in patterns {
        let (service, _) = pattern.as_str().split_once(':')?;
        if service.contains(['*', '?', '$']) {
            return None;
        }
        let service = service.to_lowercase();
        if !names.contains(&service) {
            names.push(service);
        }
    }
    Some(names)
}
