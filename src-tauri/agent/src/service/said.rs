//! What the person says about accounts and roles.

use hatrack_core::caller::CallerContext;
use hatrack_core::shared_config::inert;
use hatrack_store::exchange::Exchange;

use super::catalog::find;
use super::{Service, store};
use crate::protocol::{
    Changes, DescribeAccount, DescribeRole, ErrorCode, ImportSettings, Reply, RoleChoice, Set, SetDefaults,
    Topic, WireError,
};
use crate::small_file;

/// The longest name and the longest note that are kept, in characters.
const LONGEST_NAME: usize = 80;
const LONGEST_NOTE: usize = 4000;

impl Service {
    pub(super) fn describe_account(&self, said: DescribeAccount) -> Result<Reply, WireError> {
        let name = one_line(said.name)?;
        let notes = note(said.notes)?;
        self.choose(&[Topic::Catalog, Topic::Sessions], |stored| {
            let about = stored.accounts.entry(said.account_id).or_default();
            name.apply(&mut about.name);
            said.colour.apply(&mut about.colour);
            notes.apply(&mut about.notes);
            about.production = said.production.unwrap_or(about.production);
            apply(said.defaults, &mut about.defaults);
        })
    }

    pub(super) fn describe_role(
        &self,
        caller: &CallerContext,
        said: DescribeRole,
    ) -> Result<Reply, WireError> {
        let name = one_line(said.name)?;
        let notes = note(said.notes)?;
        let keys = self.row_keys(caller, &said.role_key)?;
        self.choose(&[Topic::Catalog, Topic::Sessions], |stored| {
            // What was said of a row that has become another's is said of that one now.
            let before = keys.iter().find_map(|key| stored.roles.remove(key));
            let about = stored
                .roles
                .entry(keys[0].clone())
                .or_insert(before.unwrap_or_default());
            name.apply(&mut about.name);
            notes.apply(&mut about.notes);
            apply(said.defaults, &mut about.defaults);
        })
    }

    /// The key of the role's row, then those of the rows that became it. One at least.
    pub(super) fn row_keys(&self, caller: &CallerContext, role_key: &str) -> Result<Vec<String>, WireError> {
        let loaded = self.catalogs.of(caller);
        match find(&loaded, caller, &RoleChoice::Key(role_key.to_owned()))? {
            hatrack_core::catalog::Found::Role(role) => Ok(role.keys().map(str::to_owned).collect()),
            hatrack_core::catalog::Found::Identity(identity) => Err(WireError::new(
                ErrorCode::NoSuchRole,
                format!(
                    "\"{}\" is an identity and not a role; name a role",
                    inert(&identity.profile)
                ),
            )),
        }
    }

    pub(super) fn export_settings(&self) -> Result<Reply, WireError> {
        let text = Exchange::of(&self.choices.now()).text().map_err(store)?;
        Ok(Reply::Text { text })
    }

    pub(super) fn import_settings(
        &self,
        caller: &CallerContext,
        request: &ImportSettings,
    ) -> Result<Reply, WireError> {
        let text = small_file::read(&caller.working_folder.join(&request.path), small_file::LARGEST)?;
        let sha256 = small_file::seen(&text, request.seen)?;
        let file =
            Exchange::read(&text).map_err(|why| WireError::new(ErrorCode::Invalid, why.to_string()))?;
        if request.dry_run {
            let mut as_if = (*self.choices.now()).clone();
            let changes = file.merge_into(&mut as_if);
            return Ok(Reply::Changes(Changes { sha256, changes }));
        }
        let mut changes = Vec::new();
        self.choose(&[Topic::Catalog, Topic::Sessions], |stored| {
            changes = file.merge_into(stored);
        })?;
        Ok(Reply::Changes(Changes { sha256, changes }))
    }
}

fn apply(said: SetDefaults, defaults: &mut hatrack_core::catalog::Defaults) {
    said.duration.apply(&mut defaults.duration);
    said.region.apply(&mut defaults.region);
    said.session_name.apply(&mut defaults.session_name);
}

/// A name, which shows as what it is: nothing in it steers a terminal or turns the text around it.
pub(super) fn one_line(said: Set<String>) -> Result<Set<String>, WireError> {
    checked(said, LONGEST_NAME, "name", |text| inert(text) == text)
}

fn note(said: Set<String>) -> Result<Set<String>, WireError> {
    checked(said, LONGEST_NOTE, "note", |text| {
        let shows = |c: char| inert(c.encode_utf8(&mut [0; 4])).chars().eq([c]);
        text.chars().all(|c| matches!(c, '\n' | '\t') || shows(c))
    })
}

/// An empty text takes back what was said.
fn checked(
    said: Set<String>,
    longest: usize,
    what: &str,
    shows: impl Fn(&str) -> bool,
) -> Result<Set<String>, WireError> {
    let Set::To(text) = said else { return Ok(said) };
    match text.trim() {
        "" => Ok(Set::Clear),
        text if text.chars().count() > longest || !shows(text) => {
            let message = format!(
                "the {what} is longer than {longest} characters or holds what cannot be shown; type it anew"
            );
            Err(WireError::new(ErrorCode::Invalid, message))
        }
        text => Ok(Set::To(text.to_owned())),
    }
}
