//! Removing what was written.

use hatrack_core::caller::CallerContext;
use hatrack_core::shared_config::{Draft, FileKind};
use hatrack_store::shared_file::{SharedFile, SharedFileFailure};
use hatrack_store::written_profiles::{Form, WrittenProfile};

use super::order::KeyLine;
use super::write::{files_of, location};
use super::{ProfileFailure, Profiles, edit};

impl Profiles {
    /// Removes the profile of this name, and brings back what stood under `default` where it is that.
    pub async fn remove(&self, name: &str, caller: &CallerContext) -> Result<WrittenProfile, ProfileFailure> {
        let _one = self.one.lock().await;
        let profile = self.named(name, caller)?;
        let there = self.remove_written(&profile).await?;
        match (there, &profile.before) {
            (true, Some(_)) if self.is_aside(&profile)? => Err(ProfileFailure::DefaultNotOurs),
            (true, _) => Ok(profile),
            (false, None) => Err(ProfileFailure::NotOurs(name.to_owned())),
            (false, Some(_)) => Err(ProfileFailure::DefaultNotOurs),
        }
    }

    /// Removes one and forgets it. `false` where it was changed by hand: then it is left, and forgotten.
    pub(super) async fn remove_written(&self, profile: &WrittenProfile) -> Result<bool, ProfileFailure> {
        let there = self.stands(profile)?;
        // A default that was cut off while it was written stands nowhere yet, and goes back all the same.
        if there || !profile.done {
            self.take_out(profile).await?;
        }
        self.wiring.journal.forget(profile)?;
        self.tell_catalogs();
        Ok(there)
    }

    /// Whether what stood under `default` could not go back.
    fn is_aside(&self, profile: &WrittenProfile) -> Result<bool, ProfileFailure> {
        for kind in files_of(profile) {
            let file = SharedFile::at(&location(profile, kind), kind).read();
            if edit::is_aside(&file.map_err(SharedFileFailure::from)?)? {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Whether it stands in its file as it was written.
    pub(super) fn stands(&self, profile: &WrittenProfile) -> Result<bool, ProfileFailure> {
        let file = SharedFile::at(&location(profile, profile.kind), profile.kind).read();
        Ok(edit::is_ours(&file.map_err(SharedFileFailure::from)?, profile)?)
    }

    /// Takes its lines out of the files. The one that gets the lines last loses them first.
    pub(super) async fn take_out(&self, profile: &WrittenProfile) -> Result<(), ProfileFailure> {
        let mut files = files_of(profile);
        files.reverse();
        for kind in files {
            self.take_out_of(profile, kind).await?;
        }
        Ok(())
    }

    async fn take_out_of(&self, profile: &WrittenProfile, kind: FileKind) -> Result<(), ProfileFailure> {
        let file = SharedFile::at(&location(profile, kind), kind);
        // A file that has gone holds nothing, and is not made.
        if !location(profile, kind).path.exists() {
            return Ok(());
        }
        file.change(|source, _| {
            let text = edit::take_out(source, profile)?.text();
            Ok::<_, ProfileFailure>((*text != source.text()).then_some(text))
        })
        .await?;
        Ok(())
    }

    /// Puts lines in the place of those of `keys`.
    pub(super) async fn replace(
        &self,
        profile: &WrittenProfile,
        keys: &[&str],
        lines: &[KeyLine],
    ) -> Result<(), ProfileFailure> {
        let texts: Vec<&str> = lines.iter().map(|(_, line)| line.as_str()).collect();
        SharedFile::at(&location(profile, profile.kind), profile.kind)
            .change(|source, _| {
                let mut draft = Draft::of(source).map_err(SharedFileFailure::from)?;
                draft.replace_lines(&profile.profile, keys, &texts);
                let text = draft.text();
                Ok::<_, ProfileFailure>((*text != source.text()).then_some(text))
            })
            .await?;
        Ok(())
    }

    /// Removes every profile that holds keys: nobody will see to their end. The first failure ends it.
    pub async fn remove_keys(&self) -> Result<(), ProfileFailure> {
        let _one = self.one.lock().await;
        for profile in self.wiring.journal.read()?.profiles {
            if matches!(profile.form, Form::Keys { .. }) {
                self.remove_written(&profile).await?;
            }
        }
        Ok(())
    }
}
