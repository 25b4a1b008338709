//! The list of keys, with what AWS tells of their age.

use std::time::Duration;

use futures::StreamExt;
use hatrack_core::access_key::{AccessKeyView, KeyStanding, WAITING, id_ends};
use hatrack_core::caller::CallerContext;
use hatrack_core::sts::AwsFailure;
use hatrack_store::vault::keys::LongTerm;

use crate::service::Service;
use crate::service::catalog::place_view;

/// How long AWS may take to tell of one key.
const PATIENCE: Duration = Duration::from_secs(10);
/// So many keys are asked for at a time.
const AT_ONCE: usize = 4;

impl Service {
    /// Every long-term key that is known, those of the files first, in their order. A profile whose key in the vault is
    /// another than that in its file has both.
    pub(super) async fn access_keys(&self, caller: &CallerContext, ask_aws: bool) -> Vec<AccessKeyView> {
        let mut views = self.keys_in_files(caller);
        let in_both = |view: &&AccessKeyView| view.standing == KeyStanding::Both;
        let in_both: Vec<String> = views.iter().filter(in_both).map(|v| v.profile.clone()).collect();
        for (profile, known) in self.keys.known() {
            if in_both.contains(&profile) {
                continue;
            }
            views.push(AccessKeyView {
                standing: KeyStanding::Vault,
                id_ends: id_ends(&known.key.access_key_id),
                defined_at: self.place_of(&profile, caller),
                ..self.bare(profile)
            });
        }
        if !ask_aws {
            return views;
        }
        let asked = views.into_iter().map(|view| self.aged(view, caller));
        futures::stream::iter(asked).buffered(AT_ONCE).collect().await
    }

    fn keys_in_files(&self, caller: &CallerContext) -> Vec<AccessKeyView> {
        let loaded = self.catalogs.of(caller);
        let known = self.keys.known();
        let long_term = loaded.shared.profiles().iter().filter_map(|section| {
            let keys = section.keys().filter(|keys| !keys.is_temporary())?;
            (!section.name.starts_with(WAITING)).then_some((section, keys))
        });
        let view = |(section, keys): (&hatrack_core::shared_config::Section, _)| {
            let keys: hatrack_core::secret::Credentials = keys;
            let in_vault = known.get(&section.name);
            let same = in_vault.is_some_and(|known| known.key.access_key_id == keys.access_key_id);
            let bare = self.bare(section.name.clone());
            AccessKeyView {
                standing: if same {
                    KeyStanding::Both
                } else {
                    KeyStanding::File
                },
                id_ends: id_ends(&keys.access_key_id),
                defined_at: Some(place_view(section.place_of("aws_access_key_id"))),
                // What the vault knows is of its own key.
                account_id: bare.account_id.filter(|_| same),
                user: bare.user.filter(|_| same),
                ..bare
            }
        };
        long_term.map(view).collect()
    }

    fn bare(&self, profile: String) -> AccessKeyView {
        let known = self.keys.known();
        let about = known.get(&profile);
        let arn = about.and_then(|known| known.user_arn.as_deref());
        AccessKeyView {
            standing: KeyStanding::File,
            id_ends: String::new(),
            account_id: about.and_then(|known| known.key.account),
            user: arn.and_then(|arn| arn.rsplit('/').next()).map(str::to_owned),
            created_at: None,
            age_days: None,
            old: false,
            last_used: None,
            age_unknown: None,
            defined_at: None,
            unfinished: self.keys.is_unfinished(&profile),
            rotating: self.keys.stage(&profile),
            profile,
        }
    }

    fn place_of(&self, profile: &str, caller: &CallerContext) -> Option<hatrack_core::view::PlaceView> {
        let loaded = self.catalogs.of(caller);
        Some(place_view(&loaded.shared.profile(profile)?.at))
    }

    /// With its age, where AWS lets the user know.
    async fn aged(&self, mut view: AccessKeyView, caller: &CallerContext) -> AccessKeyView {
        match tokio::time::timeout(PATIENCE, self.ask_age(&mut view, caller)).await {
            Ok(Ok(())) => {}
            Ok(Err(why)) => view.age_unknown = Some(why),
            Err(_) => view.age_unknown = Some("AWS did not answer in time".to_owned()),
        }
        view
    }

    async fn ask_age(&self, view: &mut AccessKeyView, caller: &CallerContext) -> Result<(), String> {
        let in_files = self.keys.in_files(&view.profile, caller);
        let key = match in_files.filter(|_| view.standing != KeyStanding::Vault) {
            Some(found) => found.key,
            None => {
                let stored = self.keys.credentials(&view.profile).await;
                LongTerm::of(&stored.map_err(|why| why.to_string())?).ok_or_else(String::new)?
            }
        };
        let reaches = self
            .allowed_reaches(&view.profile, caller)
            .map_err(|why| why.message)?;
        if view.account_id.is_none()
            && let Ok(who) = self.keys.whose(&key, &reaches.sts).await
        {
            view.account_id = Some(who.account);
            view.user = who.arn.rsplit('/').next().map(str::to_owned);
        }
        let signer = key.credentials();
        let iam = self.keys.iam();
        let listed = iam
            .list(&reaches.iam, &signer)
            .await
            .map_err(|why| shortly(&why))?;
        let own = listed.into_iter().find(|listed| listed.id == key.id);
        view.aged(own.and_then(|own| own.created_at), self.clock.now().wall);
        // The age is known; when it was last used is one more permission.
        view.last_used = iam.last_used(&reaches.iam, &signer, &key.id).await.ok().flatten();
        Ok(())
    }
}

fn shortly(why: &AwsFailure) -> String {
    match why {
        AwsFailure::Refused(refusal) if refusal.code == "AccessDenied" => {
            "the user may not list its keys (iam:ListAccessKeys)".to_owned()
        }
        other => other.to_string(),
    }
}
