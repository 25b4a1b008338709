//! Keys in the shared files: found, taken out for a line that asks `hat`, put back, changed.

use std::path::PathBuf;

use hatrack_core::caller::CallerContext;
use hatrack_core::route::ProcessCommand;
use hatrack_core::shared_config::{Draft, FileKind, Section, SharedConfig, process_line};
use hatrack_store::aws_files::{Location, Locations, NamedBy};
use hatrack_store::shared_file::{Edited, SharedFile, SharedFileFailure};
use hatrack_store::vault::keys::{self, LongTerm};

use super::places::{holds, same_in};
use super::{KeyFailure, Keys};
use crate::protocol::{FileChange, FileLine};

/// The lines that are a key.
pub(super) const KEYS: [&str; 2] = ["aws_access_key_id", "aws_secret_access_key"];
const PROCESS: &str = "credential_process";

/// A profile's long-term key in the files.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileKey {
    /// The key.
    pub key: LongTerm,
    /// The file that names it.
    pub kind: FileKind,
}

/// Whether a key of a profile makes it start somewhere.
pub(super) fn is_start(key: &str) -> bool {
    matches!(
        key,
        "aws_access_key_id"
            | "aws_secret_access_key"
            | "aws_session_token"
            | "credential_process"
            | "credential_source"
            | "login_session"
            | "role_arn"
            | "source_profile"
            | "web_identity_token_file"
    ) || key.starts_with("sso_")
}

/// What stands beside the keys and would win over what is put in their place.
fn in_the_way(section: &Section) -> Option<&'static str> {
    let has = |key: &str| section.properties.contains_key(key);
    if has("aws_session_token") || has("aws_security_token") {
        return Some("its keys are temporary (they have a session token), and end by themselves");
    }
    if has("role_arn") || has("source_profile") || has("credential_source") {
        return Some("it has role_arn as well as keys; move the keys to a profile of their own first");
    }
    if has(PROCESS) || has("web_identity_token_file") || has("login_session") {
        return Some(
            "it gets its credentials in another way too, which wins over its keys; remove one of them first",
        );
    }
    let sso = section.properties.keys().any(|key| key.starts_with("sso_"));
    sso.then_some("it has an Identity Center sign-in too, which wins over its keys; remove one of them first")
}

/// The profile's long-term key as the files have it.
pub(super) fn key_of(shared: &SharedConfig, profile: &str, caller: &CallerContext) -> Option<FileKey> {
    let section = shared.profile(profile)?;
    let key = LongTerm::of(&section.keys()?)?;
    let locations = Locations::of_caller(caller);
    let file = &section.place_of(KEYS[0]).file;
    let kind = if *file == locations.credentials.name {
        FileKind::Credentials
    } else {
        FileKind::Config
    };
    Some(FileKey { key, kind })
}

impl Keys {
    /// The profile's long-term key in this caller's files, as they were when they last could be read.
    pub fn in_files(&self, profile: &str, caller: &CallerContext) -> Option<FileKey> {
        key_of(&self.wiring.catalogs.of(caller).shared, profile, caller)
    }

    /// The same, where it can be taken into the vault.
    pub fn importable(&self, profile: &str, caller: &CallerContext) -> Result<FileKey, KeyFailure> {
        let refuse = |why| {
            Err(KeyFailure::NotImportable {
                profile: profile.to_owned(),
                why,
            })
        };
        let loaded = self.wiring.catalogs.of(caller);
        let Some(section) = loaded.shared.profile(profile) else {
            return refuse(
                "there is no such profile in the shared files; `hat keys list` shows what there is",
            );
        };
        if let Some(why) = in_the_way(section) {
            return refuse(why);
        }
        match self.in_files(profile, caller) {
            Some(found) => Ok(found),
            None => refuse("it has no aws_access_key_id and aws_secret_access_key"),
        }
    }

    /// What taking the profile's key out of the files would change.
    pub async fn removal(
        &self,
        profile: &str,
        caller: &CallerContext,
    ) -> Result<Vec<FileChange>, KeyFailure> {
        let found = self.removable(profile, caller).await?;
        let locations = Locations::of_caller(caller);
        let mut changes = Vec::new();
        for (kind, location) in both(&locations) {
            let source = SharedFile::at(location, kind)
                .read()
                .map_err(SharedFileFailure::from)?;
            same_in(&source, profile, &found.key)?;
            let draft = Draft::of(&source).map_err(SharedFileFailure::from)?;
            let removed = draft.lines_of(profile, &KEYS);
            let Some((last, _)) = removed.last() else { continue };
            let added = if kind == found.kind {
                vec![FileLine {
                    line: *last,
                    text: self.line(profile, &locations)?,
                }]
            } else {
                Vec::new()
            };
            changes.push(FileChange {
                file: location.name.to_string(),
                // The secret is not shown, and neither is the ID whole.
                removed: removed
                    .into_iter()
                    .map(|(line, key)| FileLine {
                        line,
                        text: format!("{key} = ***"),
                    })
                    .collect(),
                added,
            });
        }
        Ok(changes)
    }

    /// Takes the profile's key out of the files and puts a line in its place that asks `hat` for it. Returns where the
    /// files were copied to before.
    pub async fn take_out(&self, profile: &str, caller: &CallerContext) -> Result<Vec<PathBuf>, KeyFailure> {
        let found = self.removable(profile, caller).await?;
        let locations = Locations::of_caller(caller);
        let line = self.line(profile, &locations)?;
        let mut backups = Vec::new();
        // First the file that gets the line: where the other cannot be written, the profile still has its keys.
        let mut files = both(&locations);
        files.sort_by_key(|(kind, _)| *kind != found.kind);
        for (kind, location) in &files {
            let source = SharedFile::at(location, *kind).read();
            same_in(&source.map_err(SharedFileFailure::from)?, profile, &found.key)?;
        }
        for (kind, location) in files {
            let lines: &[&str] = if kind == found.kind { &[&line] } else { &[] };
            SharedFile::at(location, kind)
                .change(|source, locked| -> Result<Edited, KeyFailure> {
                    // Somebody may have put another key there since it was compared.
                    same_in(source, profile, &found.key)?;
                    let mut draft = Draft::of(source).map_err(SharedFileFailure::from)?;
                    if !draft.replace_lines(profile, &KEYS, lines) {
                        return Ok(None);
                    }
                    backups.push(locked.back_up(source, self.now())?);
                    Ok(Some(draft.text()))
                })
                .await?;
        }
        self.wiring.catalogs.settings_changed();
        Ok(backups)
    }

    /// The key in the files, which has to be that of the vault.
    async fn removable(&self, profile: &str, caller: &CallerContext) -> Result<FileKey, KeyFailure> {
        let found = self.importable(profile, caller)?;
        match self.stored(profile).await? {
            Some(stored) if stored.key == found.key => Ok(found),
            Some(_) => Err(KeyFailure::Differ(profile.to_owned())),
            None => Err(KeyFailure::NotInVault(profile.to_owned())),
        }
    }

    /// Puts the profile's key back into its file and forgets it here. Returns the file.
    pub async fn restore(&self, profile: &str, caller: &CallerContext) -> Result<String, KeyFailure> {
        let stored = self.stored(profile).await?;
        let stored = stored.ok_or_else(|| KeyFailure::NotInVault(profile.to_owned()))?;
        if self.is_unfinished(profile) {
            return Err(KeyFailure::Unfinished(profile.to_owned()));
        }
        let locations = Locations::of_caller(caller);
        let file = match self.in_files(profile, caller) {
            // Taken in and kept in the file as well.
            Some(found) if found.key == stored.key => name_of(&locations, found.kind),
            Some(_) => return Err(KeyFailure::Differ(profile.to_owned())),
            None => {
                let kind = stored.of_file.unwrap_or(FileKind::Credentials);
                self.put_back(profile, &stored.key, kind, &locations, caller)
                    .await?
            }
        };
        keys::forget(self.vault()?, profile).await?;
        self.lock_known().remove(profile);
        self.tell_catalogs();
        Ok(file)
    }

    async fn put_back(
        &self,
        profile: &str,
        key: &LongTerm,
        usual: FileKind,
        locations: &Locations,
        caller: &CallerContext,
    ) -> Result<String, KeyFailure> {
        let loaded = self.wiring.catalogs.of(caller);
        let section = loaded.shared.profile(profile);
        let line = section.and_then(|section| Some((section, section.get(PROCESS)?)));
        let kind = match line {
            Some((section, line)) if asks_for_itself(line, profile) => {
                match section.place_of(PROCESS).file == locations.credentials.name {
                    true => FileKind::Credentials,
                    false => FileKind::Config,
                }
            }
            Some(_) => return Err(KeyFailure::NotOurs(profile.to_owned())),
            None if section.is_some_and(|s| s.properties.keys().any(|key| is_start(key))) => {
                return Err(KeyFailure::NotOurs(profile.to_owned()));
            }
            None => usual,
        };
        let (id, secret) = lines_of(key);
        let lines: [&str; 2] = [&id, &secret];
        self.edit(locations, kind, |source, draft| {
            // Looked at again: what is there may have been put there since.
            if holds(source, profile, key)?
                || (line.is_some() && draft.replace_lines(profile, &[PROCESS], &lines))
            {
                return Ok(());
            }
            if !draft.insert(profile, &lines) {
                let prefixed = kind == FileKind::Config && profile != "default";
                let header = if prefixed {
                    format!("profile {profile}")
                } else {
                    profile.to_owned()
                };
                draft.append(&header, &lines);
            }
            Ok(())
        })
        .await?;
        Ok(name_of(locations, kind))
    }

    /// The line that stands in the place of the profile's keys. AWS's tools get the keys themselves by it, as they did
    /// before: for an MFA code, or for IAM, a session of them would not do.
    fn line(&self, profile: &str, locations: &Locations) -> Result<String, KeyFailure> {
        let hat = self.wiring.hat.to_string_lossy();
        let mut words: Vec<&str> = vec![&hat];
        let files = [
            ("--config-file", &locations.config),
            ("--credentials-file", &locations.credentials),
        ];
        let paths = files.map(|(option, location)| (option, location, location.path.to_string_lossy()));
        for (option, location, path) in &paths {
            // Who runs the line may have another environment.
            if location.named_by != NamedBy::Default {
                words.extend([*option, path]);
            }
        }
        words.extend(["credential-process", "--raw"]);
        if profile.starts_with('-') {
            words.push("--");
        }
        words.push(profile);
        Ok(format!("{PROCESS} = {}", process_line(words)?))
    }
}

/// The two lines of a key.
pub(super) fn lines_of(key: &LongTerm) -> (zeroize::Zeroizing<String>, zeroize::Zeroizing<String>) {
    (
        format!("{} = {}", KEYS[0], key.id).into(),
        format!("{} = {}", KEYS[1], key.secret.expose()).into(),
    )
}

/// Whether a command is `hat`, asked for the profile that names it.
fn asks_for_itself(line: &str, profile: &str) -> bool {
    let alias = ProcessCommand::new(line).hat_role();
    alias.is_some_and(|alias| alias.role.as_deref() == Some(profile))
}

pub(super) fn both(locations: &Locations) -> [(FileKind, &Location); 2] {
    [
        (FileKind::Config, &locations.config),
        (FileKind::Credentials, &locations.credentials),
    ]
}

pub(super) fn location_of(locations: &Locations, kind: FileKind) -> &Location {
    match kind {
        FileKind::Config => &locations.config,
        FileKind::Credentials => &locations.credentials,
    }
}

fn name_of(locations: &Locations, kind: FileKind) -> String {
    location_of(locations, kind).name.to_string()
}
