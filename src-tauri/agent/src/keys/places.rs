//! Every place that has one key: a user's key may stand under several names.

use std::slice;

use hatrack_core::access_key::WAITING;
use hatrack_core::caller::CallerContext;
use hatrack_core::shared_config::{Draft, FileKind, SharedConfig, SourceFile};
use hatrack_store::aws_files::{Locations, read};
use hatrack_store::shared_file::{Edited, SharedFile, SharedFileFailure};
use hatrack_store::vault::keys::LongTerm;

use super::files::{KEYS, both, location_of};
use super::{KeyFailure, Keys};

/// What the caller's files say at this moment. The catalog answers from the last good reading; a rotation must not.
pub(super) fn files_now(caller: &CallerContext) -> Result<SharedConfig, KeyFailure> {
    Ok(read(&Locations::of_caller(caller)).map_err(SharedFileFailure::from)?)
}

/// The profiles that have the key with this ID.
fn named(shared: &SharedConfig, id: &str) -> Vec<String> {
    let profiles = shared.profiles().iter();
    let has =
        profiles.filter(|section| section.get(KEYS[0]) == Some(id) && !section.name.starts_with(WAITING));
    has.map(|section| section.name.clone()).collect()
}

fn parsed(source: &SourceFile) -> Result<SharedConfig, KeyFailure> {
    Ok(SharedConfig::parse(slice::from_ref(source)).map_err(SharedFileFailure::from)?)
}

/// Whether the profile has exactly this ID and secret here. Where `half` will do, one of them may be missing.
fn is_there(shared: &SharedConfig, profile: &str, key: &LongTerm, half: bool) -> bool {
    let section = shared.profile(profile);
    let id = section.and_then(|section| section.get(KEYS[0]));
    let secret = section.and_then(|section| section.secret(KEYS[1]));
    id.map_or(half, |id| id == key.id) && secret.map_or(half, |secret| *secret == key.secret)
}

/// Fails where a file has another key of the profile than this one, or half of another.
pub(super) fn same_in(source: &SourceFile, profile: &str, key: &LongTerm) -> Result<(), KeyFailure> {
    match is_there(&parsed(source)?, profile, key, true) {
        true => Ok(()),
        false => Err(KeyFailure::Differ(profile.to_owned())),
    }
}

/// Whether the file has exactly this key of the profile; fails where it has another.
pub(super) fn holds(source: &SourceFile, profile: &str, key: &LongTerm) -> Result<bool, KeyFailure> {
    let shared = parsed(source)?;
    let section = shared.profile(profile);
    if section.is_none_or(|section| KEYS.iter().all(|key| !section.properties.contains_key(*key))) {
        return Ok(false);
    }
    match is_there(&shared, profile, key, false) {
        true => Ok(true),
        false => Err(KeyFailure::NotOurs(profile.to_owned())),
    }
}

impl Keys {
    /// The names under which the key with this ID is known, in the files and in the vault.
    pub(super) fn holders(&self, id: &str, caller: &CallerContext) -> Result<Vec<String>, KeyFailure> {
        let mut names = named(&files_now(caller)?, id);
        for (name, known) in self.known() {
            if known.key.access_key_id == id && !names.contains(&name) {
                names.push(name);
            }
        }
        Ok(names)
    }

    /// Fails where a profile has this ID in one file and its secret in another, as AWS's tools would put them together:
    /// then no change of one file changes the key.
    pub(super) fn check_whole(&self, id: &str, caller: &CallerContext) -> Result<(), KeyFailure> {
        let apart = |profile: &str| Err(KeyFailure::Apart(profile.to_owned()));
        let shared = files_now(caller)?;
        for section in named(&shared, id).iter().filter_map(|name| shared.profile(name)) {
            if section.place_of(KEYS[0]).file != section.place_of(KEYS[1]).file {
                return apart(&section.name);
            }
        }
        let locations = Locations::of_caller(caller);
        for (kind, location) in both(&locations) {
            let source = SharedFile::at(location, kind).read();
            let own = parsed(&source.map_err(SharedFileFailure::from)?)?;
            for name in named(&own, id) {
                if own
                    .profile(&name)
                    .is_none_or(|section| section.secret(KEYS[1]).is_none())
                {
                    return apart(&name);
                }
            }
        }
        Ok(())
    }

    /// Gives every profile of the files that has the key `old_id` the new one. Returns which those were.
    pub(super) async fn replace_in_files(
        &self,
        old_id: &str,
        new: &LongTerm,
        caller: &CallerContext,
    ) -> Result<Vec<String>, KeyFailure> {
        let locations = Locations::of_caller(caller);
        let mut changed = Vec::new();
        for (kind, location) in both(&locations) {
            let file = SharedFile::at(location, kind);
            let now = parsed(&file.read().map_err(SharedFileFailure::from)?)?;
            // A file that is left alone needs no lock beside it.
            if named(&now, old_id).is_empty() {
                continue;
            }
            file.change(|source, _| -> Result<Edited, KeyFailure> {
                let names = named(&parsed(source)?, old_id);
                if names.is_empty() {
                    return Ok(None);
                }
                let text = with_key(source, &names, new)?;
                changed.extend(names);
                Ok(Some(text))
            })
            .await?;
        }
        self.wiring.catalogs.settings_changed();
        changed.sort();
        changed.dedup();
        Ok(changed)
    }

    /// The same in the vault.
    pub(super) async fn replace_in_vault(
        &self,
        old_id: &str,
        new: &LongTerm,
    ) -> Result<Vec<String>, KeyFailure> {
        let mut changed = Vec::new();
        for (name, known) in self.known() {
            if known.key.access_key_id != old_id {
                continue;
            }
            if let Some(mut stored) = self.stored(&name).await?
                && stored.key.id == old_id
            {
                stored.key = new.clone();
                self.put(&stored).await?;
                changed.push(name);
            }
        }
        Ok(changed)
    }

    /// Changes one of the files, under its lock and in one step. `change` may be called several times.
    pub(super) async fn edit(
        &self,
        locations: &Locations,
        kind: FileKind,
        mut change: impl FnMut(&SourceFile, &mut Draft<'_>) -> Result<(), KeyFailure>,
    ) -> Result<(), KeyFailure> {
        let file = SharedFile::at(location_of(locations, kind), kind);
        file.change(|source, _| -> Result<Edited, KeyFailure> {
            let mut draft = Draft::of(source).map_err(SharedFileFailure::from)?;
            change(source, &mut draft)?;
            let text = draft.text();
            Ok((*text != source.text()).then_some(text))
        })
        .await?;
        self.wiring.catalogs.settings_changed();
        Ok(())
    }
}

/// The file with the key in the place of those that the profiles have; read again, to be sure of it.
fn with_key(
    source: &SourceFile,
    profiles: &[String],
    key: &LongTerm,
) -> Result<zeroize::Zeroizing<String>, KeyFailure> {
    let apart = |profile: &String| Err(KeyFailure::Apart(profile.clone()));
    let mut draft = Draft::of(source).map_err(SharedFileFailure::from)?;
    for profile in profiles {
        let id = draft.set(profile, KEYS[0], &key.id);
        let secret = draft.set(profile, KEYS[1], key.secret.expose());
        if !(id && secret) {
            return apart(profile);
        }
    }
    let text = draft.text();
    let after = parsed(&SourceFile::from_text(source.kind, &source.name, text.as_str()))?;
    match profiles
        .iter()
        .find(|profile| !is_there(&after, profile, key, false))
    {
        Some(profile) => apart(profile),
        None => Ok(text),
    }
}
