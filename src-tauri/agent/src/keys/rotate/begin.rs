//! The first half of a rotation, from one key to two, both stored; and what is left of one that was cut off.

use hatrack_core::access_key::{KeyStatus, ListedKey, MOST_KEYS, Rotation, Stage, id_ends};
use hatrack_core::secret::Credentials;
use hatrack_core::shared_config::FileKind;
use hatrack_core::sts::AwsFailure;
use hatrack_store::aws_files::Locations;
use hatrack_store::vault::keys::{LongTerm, StoredKey};

use super::{Holding, Rotating, is_denied, waiting};
use crate::keys::KeyFailure;
use crate::keys::files::lines_of;

impl Rotating<'_> {
    /// What a rotation that was cut off left; `None` where it has to be begun again, and nothing of it is left.
    pub(super) async fn resume(&self, mut rotation: Rotation) -> Result<Option<Rotation>, KeyFailure> {
        let holding = self.holding().await?;
        let current = holding
            .current()
            .ok_or_else(|| KeyFailure::Unknown(self.profile.to_owned()))?;
        if let Some(next) = holding.next() {
            rotation.new_id = Some(next.id.clone());
            self.keys.wiring.rotations.put(&rotation)?;
            return Ok(Some(rotation));
        }
        if rotation.new_id.as_ref() == Some(&current.id) {
            return Ok(Some(rotation));
        }
        if current.id == rotation.old_id && rotation.new_id.is_some() {
            return Err(self.gone(&rotation));
        }
        if current.id == rotation.old_id && rotation.before.is_some() {
            self.clear_up(&rotation, current).await?;
        }
        // Else the person has put another key there since: what was begun has no object any more.
        self.keys.wiring.rotations.forget(self.profile)?;
        Ok(None)
    }

    /// Deletes the key that AWS made and whose secret was lost on the way. One that was used is somebody's.
    async fn clear_up(&self, rotation: &Rotation, current: &LongTerm) -> Result<(), KeyFailure> {
        let signer = self.signer(current);
        let iam = self.keys.iam();
        let reach = &self.reaches.iam;
        let listed = iam.list(reach, &signer).await;
        let listed = listed.map_err(|why| self.refused(why))?;
        for orphan in rotation.orphans(&listed).unwrap_or_default() {
            let used = iam.last_used(reach, &signer, &orphan.id).await;
            if used.map_err(|why| self.refused(why))?.is_some() {
                let id = orphan.id.clone();
                return Err(KeyFailure::Strange { id });
            }
            let deleted = iam.delete(reach, &signer, &orphan.id).await;
            deleted.map_err(|why| self.refused(why))?;
        }
        Ok(())
    }

    /// From one key to two, both stored.
    pub(super) async fn begin(&self) -> Result<Rotation, KeyFailure> {
        let holding = self.holding().await?;
        let current = holding
            .current()
            .ok_or_else(|| KeyFailure::Unknown(self.profile.to_owned()))?;
        if let Some(next) = holding.next() {
            // Stored by a rotation whose record is gone: it goes on as that one would have.
            let rotation = Rotation {
                profile: self.profile.to_owned(),
                old_id: current.id.clone(),
                new_id: Some(next.id.clone()),
                before: None,
                started_at: self.keys.now(),
                keep_old: self.keep_old,
            };
            self.keys.wiring.rotations.put(&rotation)?;
            return Ok(rotation);
        }
        self.check_places(&current.id)?;
        let who = self.keys.whose(current, &self.reaches.sts).await?;
        if who.arn.ends_with(":root") {
            return Err(KeyFailure::Root);
        }
        let before = self.listed(current).await?;
        let mut rotation = Rotation {
            profile: self.profile.to_owned(),
            old_id: current.id.clone(),
            new_id: None,
            before,
            started_at: self.keys.now(),
            keep_old: self.keep_old,
        };
        self.keys.wiring.rotations.put(&rotation)?;
        (self.told)(Stage::Making);
        let new = self.make(current).await?;
        self.store(&holding, current, &new).await?;
        rotation.new_id = Some(new.id);
        self.keys.wiring.rotations.put(&rotation)?;
        Ok(rotation)
    }

    /// Fails where the new key could not take the old one's place under each of its names.
    fn check_places(&self, id: &str) -> Result<(), KeyFailure> {
        self.keys.check_whole(id, self.caller)?;
        let mut others = self.keys.holders(id, self.caller)?.into_iter();
        match others.find(|name| name != self.profile && self.keys.is_unfinished(name)) {
            Some(other) => Err(KeyFailure::Unfinished(other)),
            None => Ok(()),
        }
    }

    /// The IDs of the user's keys; `None` where they may not be listed. Two are one too many.
    async fn listed(&self, current: &LongTerm) -> Result<Option<Vec<String>>, KeyFailure> {
        let signer = self.signer(current);
        let listed = match self.keys.iam().list(&self.reaches.iam, &signer).await {
            Ok(listed) => listed,
            Err(why) if is_denied(&why) && (self.session.is_some() || !self.knows_device) => return Ok(None),
            Err(why) => return Err(self.refused(why)),
        };
        if listed.len() < MOST_KEYS {
            return Ok(Some(listed.into_iter().map(|key| key.id).collect()));
        }
        let mut told = Vec::new();
        for key in listed.iter().filter(|key| key.id != current.id) {
            told.push(self.described(key, &signer).await);
        }
        Err(KeyFailure::TwoKeys {
            other: format!("the one beside it {}", told.join("; ")),
        })
    }

    /// What is known of the key that takes the second place.
    async fn described(&self, key: &ListedKey, signer: &Credentials) -> String {
        let day = |at: jiff::Timestamp| at.strftime("%Y-%m-%d").to_string();
        let used = self
            .keys
            .iam()
            .last_used(&self.reaches.iam, signer, &key.id)
            .await;
        let used = match used {
            Ok(Some(at)) => format!("was last used on {}", day(at)),
            Ok(None) => "was never used".to_owned(),
            Err(_) => "may be in use".to_owned(),
        };
        let status = match key.status {
            KeyStatus::Active => "is active",
            KeyStatus::Inactive => "is inactive",
        };
        let made = key.created_at.map(|at| format!(" was made on {},", day(at)));
        format!(
            "(…{}){} {status} and {used}",
            id_ends(&key.id),
            made.unwrap_or_default()
        )
    }

    async fn make(&self, current: &LongTerm) -> Result<LongTerm, KeyFailure> {
        let made = self
            .keys
            .iam()
            .create(&self.reaches.iam, &self.signer(current))
            .await;
        match made {
            Ok(made) => LongTerm::of(&made).ok_or_else(|| KeyFailure::Unknown(self.profile.to_owned())),
            // AWS said no, so there is nothing to look for. It may fail after it has made one.
            Err(why @ AwsFailure::Refused(_)) if !has_failed(&why) => {
                self.keys.wiring.rotations.forget(self.profile)?;
                match &why {
                    AwsFailure::Refused(refusal) if refusal.code == "LimitExceeded" => {
                        let other =
                            "which they are cannot be told, because the user may not list them".to_owned();
                        Err(KeyFailure::TwoKeys { other })
                    }
                    _ => Err(self.refused(why)),
                }
            }
            Err(why @ AwsFailure::Unusable(_)) => {
                self.keys.wiring.rotations.forget(self.profile)?;
                Err(KeyFailure::Refused(Box::new(why)))
            }
            Err(why) => Err(KeyFailure::Unclear(Box::new(why))),
        }
    }

    /// Stores the new key beside the old one. Where that fails, AWS is asked to take it back.
    async fn store(&self, holding: &Holding, current: &LongTerm, new: &LongTerm) -> Result<(), KeyFailure> {
        let stored = match &holding.vault {
            Some(stored) => {
                let with_next = StoredKey {
                    next: Some(new.clone()),
                    ..stored.clone()
                };
                self.keys.put(&with_next).await
            }
            None => self.store_in_file(new, holding).await,
        };
        let Err(why) = stored else { return Ok(()) };
        let signer = self.signer(current);
        let deleted = self.keys.iam().delete(&self.reaches.iam, &signer, &new.id).await;
        let then = match deleted {
            Ok(()) => {
                if let Err(why) = self.unstore(holding).await {
                    tracing::warn!(%why, "a key that AWS has deleted again is still stored as the next one");
                }
                self.keys.wiring.rotations.forget(self.profile)?;
                "AWS has deleted it again; the key in use is as before"
            }
            Err(_) => {
                "It is lost, and `hat keys rotate` again deletes it at AWS; the key in use is as before"
            }
        };
        Err(KeyFailure::NotStored {
            id: new.id.clone(),
            why: Box::new(why),
            then,
        })
    }

    /// What failed to be stored may be there all the same, and is good for nothing now.
    async fn unstore(&self, holding: &Holding) -> Result<(), KeyFailure> {
        match (&holding.vault, self.keys.stored(self.profile).await?) {
            (Some(before), Some(now)) if now.next.is_some() => self.keys.put(before).await,
            _ => self.keys.drop_waiting(self.profile, self.caller).await,
        }
    }

    async fn store_in_file(&self, new: &LongTerm, holding: &Holding) -> Result<(), KeyFailure> {
        let kind = holding
            .file
            .as_ref()
            .map_or(FileKind::Credentials, |file| file.kind);
        let (id, secret) = lines_of(new);
        let name = waiting(self.profile);
        let header = match kind {
            FileKind::Config => format!("profile {name}"),
            FileKind::Credentials => name.clone(),
        };
        let locations = Locations::of_caller(self.caller);
        self.keys
            .edit(&locations, kind, |_, draft| {
                // Not beside one that was left there.
                draft.remove(&name);
                draft.append(&header, &[&id, &secret]);
                Ok(())
            })
            .await
    }
}

fn has_failed(why: &AwsFailure) -> bool {
    matches!(why, AwsFailure::Refused(refusal) if refusal.status >= 500)
}
