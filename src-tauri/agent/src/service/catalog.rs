//! Listing the catalog, and naming one entry of it.

use std::sync::Arc;

use hatrack_core::caller::CallerContext;
use hatrack_core::catalog::{Exactness, FindError, Found, IdentityEntry, Place, Problem, Severity};
use hatrack_core::view::{CatalogView, IdentityView, PlaceView, ProblemView, RoleView, SourceFileView};
use hatrack_store::aws_files::Loaded;

use super::Service;
use super::facts_views::Facts;
use super::role_views::RoleViews;
use crate::protocol::{ErrorCode, RoleChoice, WireError};

impl Service {
    /// The catalog as people see it.
    pub(super) async fn catalog(self: &Arc<Self>, caller: &CallerContext) -> Result<CatalogView, WireError> {
        let standing = self.mailbox.standing().await?;
        let (service, caller) = (self.clone(), caller.clone());
        // Ten thousand roles take some tens of milliseconds: not on a thread that others wait for.
        let listed = tokio::task::spawn_blocking(move || {
            let loaded = service.catalogs.of(&caller);
            service.sign_ins.list_stale(&loaded.catalog.portals, &caller);
            service.teams.refresh_stale(&caller);
            service.discover_due(&caller, &loaded);
            let choices = service.choices.now();
            let views = RoleViews::new(&choices, &service.catalogs, service.facts(), &standing, &caller);
            CatalogView {
                revision: standing.revision,
                roles: loaded.catalog.roles.iter().map(|role| views.role(role)).collect(),
                identities: loaded.catalog.identities.iter().map(identity_view).collect(),
                problems: loaded
                    .catalog
                    .problems
                    .iter()
                    .chain(&service.portals_without_a_name(&loaded.catalog.portals))
                    .map(problem_view)
                    .collect(),
                files: loaded
                    .files
                    .iter()
                    .map(|file| SourceFileView {
                        path: file.name.to_string(),
                        exists: file.exists,
                    })
                    .collect(),
            }
        });
        listed.await.map_err(|why| {
            WireError::new(
                ErrorCode::Config,
                format!("the catalog could not be listed: {why}"),
            )
        })
    }

    /// One role as people see it.
    pub(super) async fn resolve(
        &self,
        caller: &CallerContext,
        choice: &RoleChoice,
    ) -> Result<RoleView, WireError> {
        let standing = self.mailbox.standing().await?;
        let loaded = self.catalogs.of(caller);
        let choices = self.choices.now();
        match find(&loaded, caller, choice)? {
            Found::Role(role) => {
                Ok(RoleViews::new(&choices, &self.catalogs, self.facts(), &standing, caller).role(role))
            }
            Found::Identity(identity) => Err(WireError::new(
                ErrorCode::NoSuchRole,
                format!(
                    "\"{}\" is an identity ({}) and not a role; name a role",
                    identity.profile,
                    identity.route.identity.label()
                ),
            )),
        }
    }

    fn facts(&self) -> Facts {
        Facts::of(&self.role_book, self.clock.now().wall)
    }

    /// The key of what is meant.
    pub(super) fn role_key(&self, caller: &CallerContext, choice: &RoleChoice) -> Result<String, WireError> {
        let loaded = self.catalogs.of(caller);
        Ok(find(&loaded, caller, choice)?.key().to_owned())
    }
}

/// The entry that `choice` names.
pub(super) fn find<'a>(
    loaded: &'a Loaded,
    caller: &CallerContext,
    choice: &RoleChoice,
) -> Result<Found<'a>, WireError> {
    let catalog = &loaded.catalog;
    let found = match choice {
        RoleChoice::Key(key) => {
            let by_key = catalog.by_key(key);
            return by_key.ok_or_else(|| {
                let why = match &loaded.broken {
                    Some(broken) => format!(" ({broken})"),
                    None => String::new(),
                };
                let message = format!("the role {key} is no longer in the catalog{why}; reload the list");
                WireError::new(ErrorCode::NoSuchRole, message)
            });
        }
        RoleChoice::Typed(text) => catalog.find(text, Exactness::Parts),
        RoleChoice::Exact(text) => catalog.find(text, Exactness::Exact),
        RoleChoice::FromEnvironment => match caller.profile() {
            Some(profile) => catalog.find(profile, Exactness::Exact),
            None => {
                let message = "no role was named; name one, or set AWS_PROFILE";
                return Err(WireError::new(ErrorCode::NoSuchRole, message));
            }
        },
    };
    found.map_err(|error| not_found(&error, loaded))
}

fn not_found(error: &FindError, loaded: &Loaded) -> WireError {
    let (code, candidates) = match error {
        FindError::NotFound { .. } => (ErrorCode::NoSuchRole, Vec::new()),
        FindError::Ambiguous { candidates, .. } => (
            ErrorCode::AmbiguousRole,
            candidates.iter().map(|candidate| candidate.key.clone()).collect(),
        ),
        FindError::Broken(_) | FindError::NoCredentials { .. } => (ErrorCode::Config, Vec::new()),
    };
    let message = match &loaded.broken {
        // A file that cannot be read is why nothing is found.
        Some(broken) if code == ErrorCode::NoSuchRole => format!("{error}\n{broken}"),
        _ => error.to_string(),
    };
    WireError {
        code,
        message,
        candidates,
    }
}

pub(super) fn place_view(place: &Place) -> PlaceView {
    PlaceView {
        file: place.file.to_string(),
        line: place.line,
    }
}

pub(super) fn identity_view(entry: &IdentityEntry) -> IdentityView {
    let identity = &entry.route.identity;
    IdentityView {
        profile: entry.profile.clone(),
        kind: identity.kind().to_owned(),
        label: identity.label().to_owned(),
        account_id: entry.account_id,
        portal: identity.portal_name().map(str::to_owned),
        region: entry.settings.region.clone(),
        defined_at: entry.defined_at.as_ref().map(place_view),
        certificate_until: None,
        in_vault: identity.is_in_vault(),
    }
}

fn problem_view(problem: &Problem) -> ProblemView {
    ProblemView {
        message: problem.message.clone(),
        place: problem.place().as_ref().map(place_view),
        profile: problem.profile.clone(),
        warning: problem.severity < Severity::Error,
    }
}
