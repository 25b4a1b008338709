//! The second half of a rotation: the new key takes the old one's place, and the old one is retired.

use hatrack_core::access_key::{KeyStatus, Rotation, id_ends};
use hatrack_core::sts::AwsFailure;
use hatrack_store::aws_files::Locations;
use hatrack_store::vault::keys::LongTerm;

use super::{Holding, Rotating, is_denied, waiting};
use crate::keys::files::both;
use crate::keys::{KeyFailure, Keys};

impl Rotating<'_> {
    /// The key that is to take the old one's place, or has. Never the old one: that is about to be deleted.
    pub(super) fn new_key<'h>(
        &self,
        rotation: &Rotation,
        holding: &'h Holding,
    ) -> Result<&'h LongTerm, KeyFailure> {
        let is_it = |key: &&LongTerm| rotation.new_id.as_ref() == Some(&key.id) && key.id != rotation.old_id;
        let mut stored = [holding.next(), holding.current()].into_iter().flatten();
        stored.find(is_it).ok_or_else(|| self.gone(rotation))
    }

    /// The failure where the new key is stored nowhere.
    pub(super) fn gone(&self, rotation: &Rotation) -> KeyFailure {
        KeyFailure::NewKeyGone {
            profile: self.profile.to_owned(),
            ends: id_ends(rotation.new_id.as_deref().unwrap_or_default()),
        }
    }

    /// The new key takes the old one's place, wherever that is: under other names too. Returns those.
    pub(super) async fn swap(&self, rotation: &Rotation) -> Result<(LongTerm, Vec<String>), KeyFailure> {
        let holding = self.holding().await?;
        let new = self.new_key(rotation, &holding)?.clone();
        // Before anything is changed: the files may be others than when the rotation began.
        self.keys.check_whole(&rotation.old_id, self.caller)?;
        if let Some(mut stored) = holding.vault
            && stored.next.as_ref() == Some(&new)
        {
            stored.next = None;
            stored.before = Some(std::mem::replace(&mut stored.key, new.clone()));
            self.keys.put(&stored).await?;
        }
        let old_id = &rotation.old_id;
        let mut also = self.keys.replace_in_files(old_id, &new, self.caller).await?;
        also.extend(self.keys.replace_in_vault(old_id, &new).await?);
        also.retain(|name| name != self.profile);
        also.dedup();
        // Only what can be read again counts as stored.
        let has_old = self.keys.holders(old_id, self.caller)?;
        if self.holding().await?.current() != Some(&new) || !has_old.is_empty() {
            return Err(KeyFailure::NotSwapped {
                ends: id_ends(&new.id),
                profile: has_old.first().map_or(self.profile, String::as_str).to_owned(),
            });
        }
        self.keys.drop_waiting(self.profile, self.caller).await?;
        Ok((new, also))
    }

    /// The old key is made inactive by the new one, or by the session that a code was shown for, and deleted.
    pub(super) async fn retire(&self, rotation: &Rotation, new: &LongTerm) -> Result<(), KeyFailure> {
        let signer = self.signer(new);
        let (iam, reach, old_id) = (self.keys.iam(), &self.reaches.iam, &rotation.old_id);
        let failed = |doing| {
            move |why| {
                // Who comes with a code next time may be allowed to.
                if is_denied(&why) && self.session.is_none() && self.knows_device {
                    return KeyFailure::WantsCode(Box::new(why));
                }
                KeyFailure::NotRetired {
                    id: new.id.clone(),
                    old_id: old_id.clone(),
                    doing,
                    why: Box::new(why),
                }
            }
        };
        let made_inactive = self
            .until_known(|| iam.set_status(reach, &signer, old_id, KeyStatus::Inactive))
            .await;
        match made_inactive {
            // Deleted by somebody meanwhile.
            Err(AwsFailure::Refused(refusal)) if refusal.code == "NoSuchEntity" => {}
            other => other.map_err(failed("made inactive"))?,
        }
        if !rotation.keep_old {
            let deleted = self.until_known(|| iam.delete(reach, &signer, old_id)).await;
            deleted.map_err(failed("deleted"))?;
        }
        if let Some(mut stored) = self.keys.stored(self.profile).await?
            && stored.before.take().is_some()
        {
            self.keys.put(&stored).await?;
        }
        Ok(self.keys.wiring.rotations.forget(self.profile)?)
    }
}

impl Keys {
    /// Takes the section out of the files in which the profile's new key waits.
    pub(super) async fn drop_waiting(
        &self,
        profile: &str,
        caller: &hatrack_core::caller::CallerContext,
    ) -> Result<(), KeyFailure> {
        let (name, locations) = (waiting(profile), Locations::of_caller(caller));
        let shared = crate::keys::places::files_now(caller)?;
        if shared.profile(&name).is_none() {
            return Ok(());
        }
        for (kind, location) in both(&locations) {
            if !location.path.exists() {
                continue;
            }
            self.edit(&locations, kind, |_, draft| {
                draft.remove(&name);
                Ok(())
            })
            .await?;
        }
        Ok(())
    }
}
