//! Adding the roles of other tools' files.

use hatrack_core::caller::CallerContext;
use hatrack_core::catalog::import::{Import, ImportPlan};
use hatrack_core::catalog::{Catalog, Found};
use hatrack_core::shared_config::inert;

use super::Service;
use crate::protocol::{ErrorCode, ImportRoles, ImportSource, Imported, ImportedRow, Reply, Topic, WireError};
use crate::small_file;

impl Service {
    /// Adds what can be added, in one write.
    pub(super) fn import_roles(
        &self,
        caller: &CallerContext,
        request: &ImportRoles,
    ) -> Result<Reply, WireError> {
        let invalid = |message: String| WireError::new(ErrorCode::Invalid, message);
        let text = match &request.source {
            ImportSource::Path(path) => {
                small_file::read(&caller.working_folder.join(path), small_file::LARGEST)?
            }
            ImportSource::Text(text) => text.clone(),
        };
        let sha256 = small_file::seen(&text, request.seen)?;
        let import = Import::read(&text).map_err(|why| invalid(why.to_string()))?;
        let format = import.format;
        let loaded = self.catalogs.of(caller);
        let from = request.from.as_deref();
        if let Some(from) = from.filter(|from| loaded.catalog.by_key(from).is_none()) {
            let message = format!(
                "there is no usable profile \"{}\" to start from; choose another",
                inert(from)
            );
            return Err(invalid(message));
        }
        let plan = loaded.catalog.plan_import(import, from);
        let imported = Imported {
            format,
            sha256,
            added: added(&plan),
            present: present(&plan, &loaded.catalog),
            unusable: plan.unusable.clone(),
        };
        if !request.dry_run && !plan.add.is_empty() {
            self.choose(&[Topic::Catalog], |stored| {
                for planned in plan.add {
                    if let Some(colour) = planned.colour {
                        let about = stored.accounts.entry(planned.role.role.account()).or_default();
                        // The person's own choice stays.
                        about.colour.get_or_insert(colour);
                    }
                    stored.added_roles.push(planned.role);
                }
            })?;
        }
        Ok(Reply::Imported(imported))
    }
}

fn added(plan: &ImportPlan) -> Vec<ImportedRow> {
    let row = |planned: &hatrack_core::catalog::import::PlannedRole| ImportedRow {
        name: planned.role.display_name.clone().unwrap_or_default(),
        key: planned.role.key(),
        arn: Some(planned.role.role.clone()),
        start: planned.role.source_profile.clone(),
    };
    plan.add.iter().map(row).collect()
}

fn present(plan: &ImportPlan, catalog: &Catalog) -> Vec<ImportedRow> {
    let row = |present: &hatrack_core::catalog::import::Present| {
        let role = match catalog.by_key(&present.key) {
            Some(Found::Role(role)) => Some(role),
            _ => None,
        };
        ImportedRow {
            name: present.name.clone(),
            key: present.key.clone(),
            arn: role.and_then(|role| role.arn.clone()),
            start: role
                .map(|role| role.route.identity_profile.clone())
                .unwrap_or_default(),
        }
    };
    plan.present.iter().map(row).collect()
}
