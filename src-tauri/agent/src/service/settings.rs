//! What the person chooses and adds.

use hatrack_core::broker::{Endpoint, plan};
use hatrack_core::caller::CallerContext;
use hatrack_core::catalog::{AddedRole, Found};
use hatrack_core::route::ProcessCommand;
use hatrack_core::session::SwitchOptions;
use hatrack_core::shared_config::inert;
use hatrack_store::settings::Settings as Stored;
use hatrack_store::vault::proxies::ProxyLogin;

use super::catalog::find;
use super::said::one_line;
use super::switch::order;
use super::{Service, store};
use crate::protocol::{
    ErrorCode, GiveProxyLogin, Reply, Request, RoleChoice, Set, SetAccount, SetFlag, Settings, Topic,
    WireError,
};
use crate::proxies::ProxyFailure;

impl From<ProxyFailure> for WireError {
    fn from(why: ProxyFailure) -> Self {
        let code = match why {
            ProxyFailure::Vault(_) => ErrorCode::Store,
            ProxyFailure::NoProxy(_) | ProxyFailure::NoLogin | ProxyFailure::OwnLogin(_) => {
                ErrorCode::Invalid
            }
        };
        Self::new(code, why.to_string())
    }
}

impl Service {
    /// The settings as clients have them.
    pub(super) fn settings(&self) -> Settings {
        let stored = self.choices.now();
        Settings {
            quit_choice: stored.quit,
            codes: stored.codes,
            yubikeys: stored.yubikeys.clone(),
            theme: stored.theme,
            proxy: stored.proxy,
            sign_ins: stored.sign_ins,
            no_keys_in_profiles: stored.no_keys_in_profiles,
            download_folder: stored.download_folder.clone(),
            console: stored.console.clone(),
            terminal: stored.terminal.clone(),
            said: stored.said.iter().cloned().collect(),
            keep_history: stored.keep_history,
        }
    }

    /// Requests that change a choice.
    pub(super) async fn change(&self, caller: &CallerContext, request: Request) -> Result<Reply, WireError> {
        match request {
            Request::SetFavourite(flag) => self.set_favourite(caller, flag),
            Request::SetAutoRenew(flag) => self.set_auto_renew(caller, flag).await,
            Request::SetAccount(said) => self.set_account(said),
            Request::AddRole(role) => self.add_role(caller, role),
            Request::RemoveRole { role_key } => self.remove_role(caller, &role_key),
            Request::DescribeAccount(said) => self.describe_account(said),
            Request::DescribeRole(said) => self.describe_role(caller, said),
            Request::ExportSettings => self.export_settings(),
            Request::ImportSettings(import) => self.import_settings(caller, &import),
            Request::Teams => Ok(Reply::Teams(self.teams.views())),
            Request::LookAtTeam { location } => self.look_at_team(caller, &location).await,
            Request::AddTeam(team) => self.add_team(caller, team).await,
            Request::RefreshTeam { name, accept } => self.refresh_team(caller, &name, accept).await,
            Request::RemoveTeam { name } => self.remove_team(&name),
            Request::ImportRoles(import) => self.import_roles(caller, &import),
            Request::ConsentEndpoint { endpoint } => self.consent(&endpoint),
            Request::ConsentCommand { command } => self.consent_command(command),
            Request::GiveProxyLogin(login) => self.give_proxy_login(caller, login).await,
            Request::ForgetProxyLogins => self.forget_proxy_logins().await,
            Request::SetSettings(change) => {
                let topics = [Topic::Status, Topic::Sessions];
                let done = self.choose(&topics, |stored| change.apply(stored))?;
                // Keys in profiles may have been switched off.
                self.profiles.reconcile().await;
                self.history_keeping.look();
                Ok(done)
            }
            _ => Err(WireError::new(
                ErrorCode::Protocol,
                "this version does not know that request",
            )),
        }
    }

    /// Writes a change, and tells who listens.
    pub(super) fn choose(
        &self,
        topics: &[Topic],
        change: impl FnOnce(&mut Stored),
    ) -> Result<Reply, WireError> {
        self.choices.update(change).map_err(store)?;
        self.catalogs.settings_changed();
        self.mailbox.changed(&[topics, &[Topic::Settings]].concat());
        Ok(Reply::Done)
    }

    /// The login that a proxy asked for.
    async fn give_proxy_login(
        &self,
        caller: &CallerContext,
        login: GiveProxyLogin,
    ) -> Result<Reply, WireError> {
        let GiveProxyLogin {
            proxy,
            name,
            password,
        } = login;
        let login = ProxyLogin {
            proxy,
            name,
            password,
        };
        self.proxies.give(caller, login).await?;
        Ok(Reply::Done)
    }

    async fn forget_proxy_logins(&self) -> Result<Reply, WireError> {
        let count = self.proxies.forget().await?;
        let count = count.try_into().unwrap_or(u32::MAX);
        Ok(Reply::ProxyLoginsForgotten { count })
    }

    fn set_favourite(&self, caller: &CallerContext, flag: SetFlag) -> Result<Reply, WireError> {
        let SetFlag { role_key, on } = flag;
        // A row that became another's may have been starred under its own key.
        let keys = self.row_keys(caller, &role_key).unwrap_or_default();
        self.choose(&[Topic::Catalog], |stored| {
            if !on {
                stored.favourites.retain(|key| !keys.contains(key));
            }
            set(&mut stored.favourites, role_key, on);
        })
    }

    async fn set_auto_renew(&self, caller: &CallerContext, flag: SetFlag) -> Result<Reply, WireError> {
        let SetFlag { role_key, on } = flag;
        if on {
            let loaded = self.catalogs.of(caller);
            let found = find(&loaded, caller, &RoleChoice::Key(role_key.clone()))?;
            let route = match found {
                Found::Role(role) => &role.route,
                Found::Identity(identity) => &identity.route,
            };
            if let Some(serial) = route.mfa_serial()
                && self.asks_for_code(found, caller).await?
            {
                let message =
                    format!("{role_key} asks for a code of {serial}, so it cannot be renewed without you");
                return Err(WireError::new(ErrorCode::Invalid, message));
            }
        }
        let topics = [Topic::Catalog, Topic::Sessions];
        self.choose(&topics, |stored| set(&mut stored.auto_renew, role_key, on))
    }

    /// Whether a switch to `found` would ask the person for a code now.
    async fn asks_for_code(&self, found: Found<'_>, caller: &CallerContext) -> Result<bool, WireError> {
        match plan(order(&self.choices, found, caller, SwitchOptions::default())) {
            Ok(plan) => Ok(self.mailbox.asks_for_code(plan.into()).await?),
            Err(_) => Ok(true),
        }
    }

    fn set_account(&self, said: SetAccount) -> Result<Reply, WireError> {
        let name = one_line(said.name.map_or(Set::Clear, Set::To))?;
        self.choose(&[Topic::Catalog, Topic::Sessions], |stored| {
            let about = stored.accounts.entry(said.account_id).or_default();
            name.apply(&mut about.name);
            about.colour = said.colour;
        })
    }

    fn remove_role(&self, caller: &CallerContext, role_key: &str) -> Result<Reply, WireError> {
        // An added role may have become one with the row of a profile that leads the same way.
        let mut keys = self.row_keys(caller, role_key).unwrap_or_default();
        keys.push(role_key.to_owned());
        let is_meant = |role: &AddedRole| keys.contains(&role.key());
        if !self.choices.now().added_roles.iter().any(is_meant) {
            let role_key = inert(role_key);
            let message = format!("{role_key} was not added in Hatrack; remove it where it is written");
            return Err(WireError::new(ErrorCode::NoSuchRole, message));
        }
        self.choose(&[Topic::Catalog], |stored| {
            let gone: Vec<String> = stored
                .added_roles
                .iter()
                .filter(|role| is_meant(role))
                .map(AddedRole::key)
                .collect();
            stored.added_roles.retain(|role| !is_meant(role));
            for key in gone {
                stored.favourites.remove(&key);
                stored.auto_renew.remove(&key);
                stored.roles.remove(&key);
            }
        })
    }

    fn consent(&self, endpoint: &str) -> Result<Reply, WireError> {
        let Some(endpoint) = Endpoint::parse(endpoint) else {
            let shown = Endpoint::shown(endpoint);
            let message = format!("\"{shown}\" is no endpoint; one looks like https://host:port");
            return Err(WireError::new(ErrorCode::Invalid, message));
        };
        self.choose(&[], |stored| {
            stored.consented_endpoints.insert(endpoint.origin().to_owned());
        })
    }

    fn consent_command(&self, command: String) -> Result<Reply, WireError> {
        let fingerprint = ProcessCommand::new(command).fingerprint();
        self.choose(&[], |stored| {
            stored.consented_commands.insert(fingerprint);
        })
    }
}

fn set(among: &mut std::collections::BTreeSet<String>, key: String, on: bool) {
    if on {
        among.insert(key);
    } else {
        among.remove(&key);
    }
}
