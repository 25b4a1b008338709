//! Puts an agent together: each part is given what it needs of the others.

use std::path::PathBuf;
use std::sync::{Arc, OnceLock};

use hatrack_core::broker::{Broker, Random, SpentCodes};
use hatrack_core::expiry::{BootTime, Clock};
use hatrack_core::history::HistoryLog;
use hatrack_store::history::SqliteHistory;
use hatrack_store::home::Home;
use hatrack_store::kept::Kept as KeptFiles;
use hatrack_store::rotations::Rotations;
use hatrack_store::settings::SettingsFile;
use hatrack_store::teams::TeamFiles;
use hatrack_store::written_profiles::Journal;
use jiff::Timestamp;
use tokio::sync::{Mutex, Notify, oneshot, watch};

use super::outside::Outside;
use super::vault::{Kept, open_vault};
use super::{Options, RunError};
use crate::catalogs::Catalogs;
use crate::choices::Choices;
use crate::clocks::{AwsClock, Clocks};
use crate::devices::{self, Devices};
use crate::discovery::{Discoveries, Ports};
use crate::endpoint::Endpoints;
use crate::history_keeping::HistoryKeeping;
use crate::identities::{LocalIdentities, Sources};
use crate::keys::{self, Keys};
use crate::machine::{Alarm, Rung, SystemRandom, watch_for_resume};
use crate::places::Places;
use crate::profiles::{self, Profiles};
use crate::proxies::Proxies;
use crate::revocations::Revocations;
use crate::role_facts::RoleBook;
use crate::saml::{self, SamlSignIns};
use crate::service::{About, CatalogRenewals, ConsoleBook, Revoking, Service, VaultNote};
use crate::sessions::{Keeper, LastUses, Mailbox, Scribe, VaultSlot, Wiring};
use crate::sign_in::{self, SignIns};
use crate::teams::Teams;

/// An agent that is ready to serve.
pub struct Started {
    /// Answers requests.
    pub service: Arc<Service>,
    /// Resolves when the keeper has ended by itself.
    pub idle: oneshot::Receiver<()>,
    history: SqliteHistory,
}

impl Started {
    /// Ends the keeper, and returns when everything is on disk.
    pub async fn put_away(self) {
        self.service.endpoints.close_all();
        self.service.settle().await;
        self.service.leave_no_keys().await;
        self.service.mailbox.stop().await;
        self.service.scribe.flush().await;
        self.history.close().await;
    }
}

/// What all parts stand on.
struct Ground<'a> {
    home: &'a Home,
    outside: Outside,
    choices: Arc<Choices>,
    catalogs: Arc<Catalogs>,
    vault: VaultSlot,
    random: Arc<dyn Random>,
    /// AWS's time, for what AWS judges by it.
    aws_clock: Arc<dyn Clock>,
    hat: PathBuf,
}

impl<'a> Ground<'a> {
    fn of(home: &'a Home, outside: Outside) -> Result<Self, RunError> {
        let clock = outside.clock.clone();
        let choices = Arc::new(Choices::load(SettingsFile::of(home), clock.clone())?);
        Ok(Self {
            home,
            catalogs: Arc::new(Catalogs::new(clock.clone(), choices.clone())),
            choices,
            vault: VaultSlot::new(OnceLock::new()),
            random: Arc::new(SystemRandom),
            aws_clock: Arc::new(AwsClock {
                clock,
                http: outside.http.clone(),
            }),
            hat: keys::this_hat(),
            outside,
        })
    }

    fn clock(&self) -> Arc<dyn Clock> {
        self.outside.clock.clone()
    }

    fn sign_ins(&self) -> SignIns {
        SignIns::new(sign_in::Wiring {
            center: self.outside.center.clone(),
            clock: self.clock(),
            random: self.random.clone(),
            catalogs: self.catalogs.clone(),
            choices: self.choices.clone(),
            vault: self.vault.clone(),
            listings: KeptFiles::of(self.home),
        })
    }

    fn saml(&self) -> SamlSignIns {
        SamlSignIns::new(saml::Wiring {
            clock: self.aws_clock.clone(),
            random: self.random.clone(),
            catalogs: self.catalogs.clone(),
            choices: self.choices.clone(),
            listings: KeptFiles::of(self.home),
        })
    }

    fn role_book(&self) -> RoleBook {
        let facts = KeptFiles::of(self.home);
        RoleBook::new(
            self.outside.iam.clone(),
            facts,
            self.clock(),
            self.choices.clone(),
        )
    }

    fn discoveries(&self, role_book: &RoleBook) -> Discoveries {
        let ports = Ports {
            sts: self.outside.sts.clone(),
            iam: self.outside.iam.clone(),
            organizations: self.outside.organizations.clone(),
            role_book: role_book.clone(),
        };
        Discoveries::new(
            ports,
            KeptFiles::of(self.home),
            self.clock(),
            self.catalogs.clone(),
        )
    }

    fn keys(&self) -> Arc<Keys> {
        Arc::new(Keys::new(keys::Wiring {
            vault: self.vault.clone(),
            catalogs: self.catalogs.clone(),
            sts: self.outside.sts.clone(),
            iam: self.outside.access_keys.clone(),
            rotations: Rotations::of(self.home),
            clock: self.clock(),
            pause: devices::pause(),
            hat: self.hat.clone(),
        }))
    }

    fn profiles(&self) -> Arc<Profiles> {
        Arc::new(Profiles::new(profiles::Wiring {
            journal: Journal::of(self.home),
            catalogs: self.catalogs.clone(),
            choices: self.choices.clone(),
            clock: self.clock(),
            hat: self.hat.clone(),
            home: self.home.variable().map(|(_, folder)| folder.to_owned()),
        }))
    }

    fn identities(&self, keys: &Arc<Keys>, sign_ins: &SignIns, saml: &SamlSignIns) -> Arc<LocalIdentities> {
        Arc::new(LocalIdentities::new(Sources {
            keys: keys.clone(),
            catalogs: self.catalogs.clone(),
            choices: self.choices.clone(),
            sts: self.outside.sts.clone(),
            clock: self.clock(),
            random: self.random.clone(),
            sign_ins: sign_ins.clone(),
            saml: saml.clone(),
            http: self.outside.http.clone(),
            sandbox: self.home.is_sandbox(),
        }))
    }

    fn revoking(&self, now: Timestamp) -> Revoking {
        Revoking {
            sts: self.outside.sts.clone(),
            iam: self.outside.iam.clone(),
            policies: self.outside.role_policies.clone(),
            clock: self.aws_clock.clone(),
            book: Arc::new(Revocations::new(KeptFiles::of(self.home), now)),
            turn: Mutex::default(),
        }
    }

    fn renewals(&self, proxies: &Arc<Proxies>) -> Arc<CatalogRenewals> {
        Arc::new(CatalogRenewals {
            catalogs: self.catalogs.clone(),
            choices: self.choices.clone(),
            proxies: proxies.clone(),
            sandbox: self.home.is_sandbox(),
        })
    }
}

/// Opens what the agent of `home` owns, and starts its keeper.
pub async fn start(home: &Home, options: Options, outside: Outside) -> Result<Started, RunError> {
    let started_at = outside.clock.now().wall;
    let history = SqliteHistory::open(&home.history(), started_at).await?.history;
    let ground = Ground::of(home, outside)?;
    let (clock, vault) = (ground.clock(), ground.vault.clone());
    let (sign_ins, saml, keys) = (ground.sign_ins(), ground.saml(), ground.keys());
    let role_book = ground.role_book();
    let discoveries = ground.discoveries(&role_book);
    let teams = Teams::start(TeamFiles::of(home), clock.clone(), ground.catalogs.clone());
    let profiles = ground.profiles();
    let endpoints = Arc::new(Endpoints::new(clock.clone()));
    let identities = ground.identities(&keys, &sign_ins, &saml);
    let proxies = Arc::new(Proxies::new(ground.choices.clone(), vault.clone()));
    let spent = SpentCodes::default();
    let aws_clock = ground.aws_clock.clone();
    let devices = Arc::new(Devices::new(
        vault.clone(),
        aws_clock,
        spent.clone(),
        devices::pause(),
    ));
    let revoking = ground.revoking(started_at);
    let (alarm, moments) = watch::channel(None);
    let wiring = Wiring {
        broker: Broker {
            sts: ground.outside.sts.clone(),
            identities: identities.clone(),
            clock: clock.clone(),
            random: ground.random.clone(),
            codes: devices.clone(),
            spent,
        },
        choices: ground.choices.clone(),
        catalogs: ground.catalogs.clone(),
        renewals: ground.renewals(&proxies),
        alarm,
        revocations: revoking.book.clone(),
        followers: vec![profiles.clone(), endpoints.clone()],
        idle_after: options.idle_after,
    };
    let log: Arc<dyn HistoryLog> = Arc::new(history.clone());
    let (done, idle) = oneshot::channel();
    let desk =
        |mailbox: &Mailbox| Scribe::start(log.clone(), vault.clone(), clock.boot_id(), mailbox.clone());
    let (mailbox, scribe) = Keeper::start(wiring, desk, done);
    sign_ins.tell(mailbox.clone());
    saml.tell(mailbox.clone());
    teams.tell(mailbox.clone());
    discoveries.tell(mailbox.clone());
    role_book.tell(mailbox.clone());
    profiles.tell(mailbox.clone());
    endpoints.tell(mailbox.clone());
    ring(moments, clock.clone(), mailbox.clone());
    let kept = Kept {
        devices: devices.clone(),
        keys: keys.clone(),
        mailbox: mailbox.clone(),
    };
    let Ground {
        outside,
        choices,
        catalogs,
        ..
    } = ground;
    open_vault(home.vault(), outside.keyring, vault.clone(), kept).await;
    match LastUses::read(&*log).await {
        Ok(uses) => mailbox.remember(uses),
        Err(why) => tracing::warn!(%why, "when roles were last used is not known"),
    }
    let history_keeping = HistoryKeeping::start(log.clone(), choices.clone(), clock.clone(), mailbox.clone());
    let service = Service {
        mailbox,
        catalogs,
        teams,
        discoveries,
        role_book,
        sign_ins,
        saml,
        devices,
        keys,
        profiles,
        endpoints,
        console: outside.console,
        console_book: ConsoleBook::new(KeptFiles::of(home), started_at),
        places: Places::new(KeptFiles::of(home), started_at),
        revoking,
        eyes: outside.eyes,
        identities,
        choices,
        history_keeping,
        history: log,
        scribe,
        vault,
        vault_note: VaultNote::default(),
        clock,
        clocks: Clocks::new(outside.http),
        proxies,
        about: About {
            home: display(home.history().parent().map(PathBuf::from)),
            sandbox: home.is_sandbox(),
            started_at,
        },
        stop: Arc::new(Notify::new()),
    };
    Ok(Started {
        service: Arc::new(service),
        idle,
        history,
    })
}

fn display(path: Option<PathBuf>) -> String {
    path.map(|path| path.display().to_string()).unwrap_or_default()
}

/// Wakes the keeper when something is due, when a clock is set, and when the computer resumes.
fn ring(moments: watch::Receiver<Option<BootTime>>, clock: Arc<dyn Clock>, mailbox: Mailbox) {
    let resumed = mailbox.clone();
    tokio::spawn(async move {
        Alarm::new(moments)
            .run(&*clock, |rung| match rung {
                Rung::Moment => mailbox.wake(),
                Rung::ClockSet => mailbox.clocks_moved(),
            })
            .await;
    });
    tokio::spawn(watch_for_resume(move || resumed.clocks_moved()));
}
