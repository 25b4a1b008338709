//! Giving up a rotation that cannot be finished: the key in use stays, and what is left at AWS is named.

use hatrack_core::access_key::{LeftKey, Rotation, RotationGivenUp, id_ends};
use hatrack_core::caller::CallerContext;
use hatrack_core::sts::AwsFailure;
use hatrack_store::vault::keys::LongTerm;

use super::{Holding, Reaches, Rotating, is_not_known_yet};
use crate::keys::{KeyFailure, Keys};

impl Keys {
    /// Gives up the rotation of the profile's key. Nothing is deleted at AWS.
    ///
    /// # Errors
    /// Where nothing was begun, and where the new key is the only one that AWS takes.
    pub async fn give_up(
        &self,
        profile: &str,
        caller: &CallerContext,
        reaches: &Reaches,
    ) -> Result<RotationGivenUp, KeyFailure> {
        let _one = self.begin_running(profile)?;
        let rotating = Rotating {
            keys: self,
            profile,
            caller,
            reaches,
            session: None,
            knows_device: false,
            keep_old: true,
            told: &|_| {},
        };
        rotating.give_up().await
    }
}

impl Rotating<'_> {
    async fn give_up(&self) -> Result<RotationGivenUp, KeyFailure> {
        self.keys.vault_answers()?;
        // Not refused where the file has got another key: then there is no other way out.
        let holding = self.stored().await?;
        let current = holding
            .current()
            .ok_or_else(|| KeyFailure::Unknown(self.profile.to_owned()))?
            .clone();
        // A record that cannot be read is given up as well.
        let record = self.keys.wiring.rotations.get(self.profile).ok().flatten();
        let has_before = holding
            .vault
            .as_ref()
            .is_some_and(|stored| stored.before.is_some());
        if !self.keys.is_unfinished(self.profile) && holding.next().is_none() && !has_before {
            return Err(KeyFailure::NothingBegun(self.profile.to_owned()));
        }
        self.check_in_use(&current, holding.next()).await?;
        let left = self.left(record.as_ref(), &holding, &current).await?;
        if let Some(mut stored) = holding.vault
            && (stored.next.take().is_some() | stored.before.take().is_some())
        {
            self.keys.put(&stored).await?;
        }
        self.keys.drop_waiting(self.profile, self.caller).await?;
        self.keys.wiring.rotations.forget(self.profile)?;
        Ok(RotationGivenUp {
            in_use_ends: id_ends(&current.id),
            left,
        })
    }

    /// The secret of the new key is thrown away, and AWS never tells it again: not where it is the one that works.
    async fn check_in_use(&self, current: &LongTerm, next: Option<&LongTerm>) -> Result<(), KeyFailure> {
        let Some(next) = next else { return Ok(()) };
        let works = async |key: &LongTerm| {
            let sts = &self.keys.wiring.sts;
            match sts
                .get_caller_identity(&self.reaches.sts, &key.credentials())
                .await
            {
                Ok(_) => Ok(true),
                Err(AwsFailure::Refused(refusal)) if is_not_known_yet(&refusal.code) => Ok(false),
                Err(why) => Err(KeyFailure::NotAsked(Box::new(why))),
            }
        };
        if !works(current).await? && works(next).await? {
            return Err(KeyFailure::FinishInstead(self.profile.to_owned()));
        }
        Ok(())
    }

    /// The keys of this rotation that are left at AWS. Where the user's keys may be listed, only those that are there.
    async fn left(
        &self,
        record: Option<&Rotation>,
        holding: &Holding,
        current: &LongTerm,
    ) -> Result<Vec<LeftKey>, KeyFailure> {
        let of_record = record
            .into_iter()
            .flat_map(|r| [Some(&r.old_id), r.new_id.as_ref()]);
        let mut ids: Vec<&String> = of_record.flatten().collect();
        ids.extend(holding.next().map(|key| &key.id));
        ids.sort();
        ids.dedup();
        let listed = self
            .keys
            .iam()
            .list(&self.reaches.iam, &current.credentials())
            .await;
        let mut ids: Vec<String> = ids.into_iter().cloned().collect();
        if let Ok(listed) = listed {
            // AWS may have made one whose ID nobody knows.
            let before = record
                .filter(|r| r.new_id.is_none())
                .and_then(|r| r.before.as_ref());
            let is_left = |id: &String| ids.contains(id) || before.is_some_and(|before| !before.contains(id));
            ids = listed.into_iter().map(|key| key.id).filter(is_left).collect();
        }
        ids.retain(|id| *id != current.id);
        let left = |id: String| {
            Ok(LeftKey {
                id_ends: id_ends(&id),
                profiles: self.keys.holders(&id, self.caller)?,
            })
        };
        ids.into_iter().map(left).collect()
    }
}
