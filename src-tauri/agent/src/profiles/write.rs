//! Writing a profile, and showing before what that changes.

use std::path::PathBuf;

use hatrack_core::access_key::FileChange;
use hatrack_core::catalog::Catalog;
use hatrack_core::route::{Identity, Route};
use hatrack_core::shared_config::{FileKind, SharedConfig, SourceFile};
use hatrack_core::written_profile::{BEFORE_DEFAULT, DEFAULT, ProfilePlan, WrittenProfileView, in_the_way};
use hatrack_store::aws_files::Location;
use hatrack_store::shared_file::{SharedFile, SharedFileFailure};
use hatrack_store::written_profiles::{Form, SetAside, WrittenFile, WrittenProfile};

use super::order::KeyLine;
use super::{ProfileFailure, ProfileOrder, Profiles, edit, view};
use crate::protocol::ProfileName;

/// What is to be written, checked against the files as they are.
struct Prepared {
    profile: WrittenProfile,
    lines: Vec<KeyLine>,
    /// The one of the same name that we wrote before.
    existing: Option<WrittenProfile>,
}

impl Prepared {
    /// The files that it touches. What stood under `default` is set aside once.
    fn files(&self) -> Vec<FileKind> {
        match self.existing {
            Some(_) => vec![self.profile.kind],
            None => files_of(&self.profile),
        }
    }
}

impl Profiles {
    /// What writing this would change.
    pub async fn plan(&self, order: &ProfileOrder) -> Result<ProfilePlan, ProfileFailure> {
        let _one = self.one.lock().await;
        let prepared = self.prepare(order)?;
        let mut profile = prepared.profile.clone();
        let mut changes: Vec<FileChange> = Vec::new();
        for kind in prepared.files() {
            let file = read(&profile, kind)?;
            let draft = edit::put(&file, &mut profile, &prepared.lines)?;
            changes.extend(edit::shown(&file, &draft));
        }
        Ok(ProfilePlan {
            name: profile.profile,
            changes,
            ours: prepared.existing.is_some(),
        })
    }

    /// Writes it. Says where files were copied to before their first change.
    pub async fn write(
        &self,
        order: &ProfileOrder,
    ) -> Result<(WrittenProfileView, Vec<String>), ProfileFailure> {
        let _one = self.one.lock().await;
        let prepared = self.prepare(order)?;
        if let Some(other) = prepared
            .existing
            .as_ref()
            .filter(|known| known.kind != order.kind())
        {
            // It moves to the other file: what was set aside stays so.
            let keeps_default = WrittenProfile {
                before: None,
                ..other.clone()
            };
            self.take_out(&keeps_default).await?;
        }
        let files = prepared.files();
        let mut profile = prepared.profile;
        self.wiring.journal.put(&profile)?;
        let mut backups = Vec::new();
        for kind in files {
            self.write_file(&mut profile, kind, &prepared.lines, &mut backups)
                .await?;
        }
        profile.done = true;
        // From now on only the new keys are ours.
        if let Form::Keys { .. } = profile.form {
            profile.form = order.form();
        }
        self.wiring.journal.put(&profile)?;
        self.tell_catalogs();
        self.bell.notify_one();
        let backups = backups.iter().map(|path| path.display().to_string()).collect();
        Ok((view(&profile), backups))
    }

    async fn write_file(
        &self,
        profile: &mut WrittenProfile,
        kind: FileKind,
        lines: &[KeyLine],
        backups: &mut Vec<PathBuf>,
    ) -> Result<(), ProfileFailure> {
        let location = location(profile, kind);
        if profile.kind == kind && matches!(profile.form, Form::Keys { .. }) {
            refuse_readable(&location)?;
        }
        let journal = &self.wiring.journal;
        let now = self.wiring.clock.now().wall;
        let known = journal.read()?;
        let mut kept = known.backed_up.contains(&location.path);
        SharedFile::at(&location, kind)
            .change(|file, locked| {
                let mut changed = profile.clone();
                let draft = edit::put(file, &mut changed, lines)?;
                let text = draft.text();
                if *text == file.text() {
                    return Ok(None);
                }
                if !kept && !file.text().is_empty() {
                    backups.push(locked.back_up(file, now)?);
                    journal.backed_up(&location.path)?;
                    kept = true;
                }
                journal.put(&changed)?;
                *profile = changed;
                Ok::<_, ProfileFailure>(Some(text))
            })
            .await?;
        Ok(())
    }

    fn prepare(&self, order: &ProfileOrder) -> Result<Prepared, ProfileFailure> {
        if order.kind() == FileKind::Credentials && self.wiring.choices.now().no_keys_in_profiles {
            return Err(ProfileFailure::SwitchedOff);
        }
        let name = self.name_of(order)?;
        let of_files = |known: &WrittenProfile| known.config.path == order.locations.config.path;
        let written = self.wiring.journal.read()?.profiles;
        let mut existing = written
            .into_iter()
            .find(|known| known.profile == name && of_files(known));
        let files = [
            read_at(&order.locations.config, FileKind::Config)?,
            read_at(&order.locations.credentials, FileKind::Credentials)?,
        ];
        let shared = SharedConfig::parse(&files).map_err(SharedFileFailure::from)?;
        if let Some(known) = &existing {
            let file = &files[usize::from(known.kind == FileKind::Credentials)];
            // Somebody took it out by hand, or put another in its place: then it is looked at as any other.
            if !edit::is_ours(file, known)? && known.before.is_none() {
                self.wiring.journal.forget(known)?;
                existing = None;
            }
        }
        if order.name == ProfileName::Default {
            check_default(order, &shared, existing.is_some())?;
        } else if existing.is_none()
            && let Some(key) = shared.profile(&name).and_then(in_the_way)
        {
            return Err(ProfileFailure::InTheWay {
                profile: name,
                key: key.to_owned(),
            });
        }
        let own = order.profile.as_deref().and_then(|own| shared.profile(own));
        let lines = order.lines(&self.wiring.hat, self.wiring.home.as_deref(), own)?;
        let same = existing.as_ref().filter(|known| known.kind == order.kind());
        Ok(Prepared {
            profile: WrittenProfile {
                profile: name,
                config: WrittenFile::of(&order.locations.config),
                credentials: WrittenFile::of(&order.locations.credentials),
                kind: order.kind(),
                keys: same.map(|known| known.keys.clone()).unwrap_or_default(),
                put: same.and_then(|known| known.put),
                role_key: order.role_key.clone(),
                role_name: order.role_name.clone(),
                account_id: order.account_id,
                session_id: order.session_id.clone(),
                form: with_keys_of(order.form(), same),
                before: match (&existing, &order.name) {
                    (Some(known), _) => known.before.clone(),
                    (None, ProfileName::Default) => Some(SetAside::default()),
                    (None, _) => None,
                },
                done: false,
                leaves_with: None,
                written_at: self.wiring.clock.now().wall,
            },
            lines,
            existing,
        })
    }

    /// Its name. One of our own making that is another role's already gets a number.
    fn name_of(&self, order: &ProfileOrder) -> Result<String, ProfileFailure> {
        let name = order.profile()?;
        if order.name != ProfileName::Own {
            return Ok(name);
        }
        let written = self.wiring.journal.read()?.profiles;
        let is_anothers = |name: &str| {
            let mut named = written.iter().filter(|known| known.profile == name);
            named.any(|known| known.role_key != order.role_key)
        };
        let numbered = (2..u32::MAX).map(|n| format!("{name}-{n}"));
        let mut names = std::iter::once(name.clone()).chain(numbered);
        Ok(names.find(|name| !is_anothers(name)).unwrap_or(name))
    }
}

/// While one key takes the place of another, either may stand there.
fn with_keys_of(form: Form, same: Option<&WrittenProfile>) -> Form {
    let before = match same.map(|known| &known.form) {
        Some(Form::Keys { access_key_ids, .. }) => access_key_ids.clone(),
        _ => Vec::new(),
    };
    match form {
        Form::Process => Form::Process,
        Form::Keys {
            session_id,
            access_key_ids,
            expires_at,
        } => Form::Keys {
            session_id,
            access_key_ids: before.into_iter().chain(access_key_ids).collect(),
            expires_at,
        },
    }
}

/// The profile `default` may be no role's start, since it is to be another role.
fn check_default(order: &ProfileOrder, shared: &SharedConfig, ours: bool) -> Result<(), ProfileFailure> {
    if ours {
        return Ok(());
    }
    if shared.profile(BEFORE_DEFAULT).is_some() {
        return Err(ProfileFailure::AsideTaken);
    }
    if order.role_key == DEFAULT {
        return Err(ProfileFailure::StartsFromDefault(order.role_key.clone()));
    }
    let starts = shared
        .profiles()
        .iter()
        .find(|section| section.get("source_profile") == Some(DEFAULT) && section.name != DEFAULT);
    match starts {
        Some(section) => Err(ProfileFailure::StartsFromDefault(section.name.clone())),
        None => Ok(()),
    }
}

/// Whether a role of the catalog that no profile is starts from `default`.
pub(super) fn starts_from_default(catalog: &Catalog) -> Option<String> {
    let from_default = |route: &Route| {
        let identity = matches!(&route.identity, Identity::Keys { profile, .. } if profile == DEFAULT);
        identity || route.identity_profile == DEFAULT
    };
    let mut roles = catalog.roles.iter();
    let role = roles.find(|role| role.key != DEFAULT && from_default(&role.route))?;
    Some(role.key.clone())
}

/// The files that writing it touches: what keeps the old default working longest comes last.
pub(super) fn files_of(profile: &WrittenProfile) -> Vec<FileKind> {
    let other = match profile.kind {
        FileKind::Config => FileKind::Credentials,
        FileKind::Credentials => FileKind::Config,
    };
    match profile.before {
        Some(_) => vec![other, profile.kind],
        None => vec![profile.kind],
    }
}

pub(super) fn location(profile: &WrittenProfile, kind: FileKind) -> Location {
    match kind {
        FileKind::Config => profile.config.location(),
        FileKind::Credentials => profile.credentials.location(),
    }
}

fn read(profile: &WrittenProfile, kind: FileKind) -> Result<SourceFile, ProfileFailure> {
    read_at(&location(profile, kind), kind)
}

fn read_at(location: &Location, kind: FileKind) -> Result<SourceFile, ProfileFailure> {
    let read = SharedFile::at(location, kind).read();
    Ok(read.map_err(SharedFileFailure::from)?)
}

/// A secret goes into no file that others can read.
#[cfg(unix)]
fn refuse_readable(location: &Location) -> Result<(), ProfileFailure> {
    use std::os::unix::fs::PermissionsExt;
    match std::fs::metadata(&location.path) {
        Ok(about) if about.permissions().mode() & 0o077 != 0 => {
            Err(ProfileFailure::Readable(location.name.to_string()))
        }
        _ => Ok(()),
    }
}

#[cfg(not(unix))]
fn refuse_readable(_: &Location) -> Result<(), ProfileFailure> {
    Ok(())
}
