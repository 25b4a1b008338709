//! What adding the roles of a file would do.

use super::{Import, ImportedRole, ImportedStart, Unusable};
use crate::account::HatColour;
use crate::catalog::{AddedRole, Catalog};
use crate::shared_config::inert;

/// What adding would do. Nothing is added by it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ImportPlan {
    /// Roles to add, each after the one it starts from.
    pub add: Vec<PlannedRole>,
    /// Roles that the catalog has already, by the same way.
    pub present: Vec<Present>,
    /// What cannot be used.
    pub unusable: Vec<Unusable>,
}

/// A role to add.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlannedRole {
    /// It.
    pub role: AddedRole,
    /// The hat for its account.
    pub colour: Option<HatColour>,
}

/// A role that is there already.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Present {
    /// Its name in the file.
    pub name: String,
    /// Its key in the catalog.
    pub key: String,
}

impl Catalog {
    /// What adding the roles of `import` would do. Where the catalog knows nothing by the name that a role starts from,
    /// `from` stands in for it.
    pub fn plan_import(&self, import: Import, from: Option<&str>) -> ImportPlan {
        let mut plan = ImportPlan {
            unusable: import.unusable,
            ..ImportPlan::default()
        };
        let mut keys: Vec<Option<String>> = vec![None; import.roles.len()];
        let mut waiting: Vec<usize> = (0..import.roles.len()).collect();
        // Each round places what starts from what the rounds before have placed.
        loop {
            let before = waiting.len();
            waiting.retain(|&at| {
                let role = &import.roles[at];
                let parent = match role.start {
                    ImportedStart::Role(parent) => keys.get(parent).cloned().flatten(),
                    _ => None,
                };
                if parent.is_none() && matches!(role.start, ImportedStart::Role(_)) {
                    return true;
                }
                keys[at] = self.place(&mut plan, role, parent, from);
                false
            });
            if waiting.len() == before {
                break;
            }
        }
        plan.unusable.extend(waiting.into_iter().map(|at| Unusable {
            name: import.roles[at].name.clone(),
            why: "the role that it starts from cannot be used".to_owned(),
        }));
        plan
    }

    /// Where the role goes in `plan`, and the key that it has or gets.
    fn place(
        &self,
        plan: &mut ImportPlan,
        role: &ImportedRole,
        parent: Option<String>,
        from: Option<&str>,
    ) -> Option<String> {
        let start = match (&role.start, parent) {
            (_, Some(parent)) => parent,
            (ImportedStart::Named(name), None) if self.base_of(name).is_some() => name.clone(),
            (start, None) => match from {
                Some(from) => from.to_owned(),
                None => {
                    plan.unusable.push(Unusable {
                        name: role.name.clone(),
                        why: no_start(start),
                    });
                    return None;
                }
            },
        };
        let added = AddedRole {
            role: role.role.clone(),
            display_name: Some(role.name.clone()),
            source_profile: start,
            external_id: role.external_id.clone(),
            mfa_serial: role.mfa_serial.clone(),
            duration: None,
            region: role.region.clone(),
        };
        let key = added.key();
        if let Some(present) = self.same_way(&added) {
            plan.present.push(Present {
                name: role.name.clone(),
                key: present.key.clone(),
            });
            return Some(present.key.clone());
        }
        if plan.add.iter().any(|planned| planned.role.key() == key) {
            plan.unusable.push(Unusable {
                name: role.name.clone(),
                why: "the file names the same role by the same way twice; this is the second".to_owned(),
            });
            return Some(key);
        }
        plan.add.push(PlannedRole {
            role: added,
            colour: role.colour,
        });
        Some(key)
    }
}

fn no_start(start: &ImportedStart) -> String {
    match start {
        ImportedStart::Named(name) => format!(
            "it starts from \"{}\", and no usable profile has that name; say with --from what to start from",
            inert(name)
        ),
        _ => "the file does not say what it starts from; say it with --from".to_owned(),
    }
}
