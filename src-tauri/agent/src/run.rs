//! The agent's life: claim the home, open what it owns, serve, and put everything away.

use std::path::PathBuf;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use hatrack_aws::http::HttpClients;
use hatrack_aws::{AwsConsole, AwsIam, AwsIdentityCenter, AwsOrganizations, AwsSts};
use hatrack_core::access_key::AccessKeys;
use hatrack_core::broker::{Broker, IdentitySource, Random, SpentCodes};
use hatrack_core::expiry::Clock;
use hatrack_core::history::HistoryLog;
use hatrack_core::iam::Iam;
use hatrack_core::identity_center::IdentityCenter;
use hatrack_core::organization::Organizations;
use hatrack_core::sts::Sts;
use hatrack_store::history::{OpenFailure, SqliteHistory};
use hatrack_store::home::Home;
use hatrack_store::kept::Kept as KeptFiles;
use hatrack_store::listings::Listings;
use hatrack_store::rotations::Rotations;
use hatrack_store::saml::SamlListings;
use hatrack_store::settings::{SettingsFailure, SettingsFile};
use hatrack_store::teams::TeamFiles;
use hatrack_store::vault::{Keyring, OsKeyring, Vault, VaultStatus};
use hatrack_store::written_profiles::Journal;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::{Notify, oneshot, watch};

use crate::catalogs::Catalogs;
use crate::choices::Choices;
use crate::clocks::{AwsClock, Clocks};
use crate::devices::{self, Devices};
use crate::discovery::{Discoveries, Ports};
use crate::identities::{LocalIdentities, Sources};
use crate::keys::{self, Keys};
use crate::machine::{Alarm, SystemClock, SystemRandom, harden, watch_for_resume};
use crate::profiles::{self, Profiles};
use crate::protocol::Topic;
use crate::proxies::Proxies;
use crate::role_facts::RoleBook;
use crate::saml::{self, SamlSignIns};
use crate::server::{self, Claim, ClaimError, claim};
use crate::service::{About, CatalogRenewals, ConsoleBook, Service};
use crate::sessions::{Keeper, LastUses, Mailbox, Scribe, VaultSlot, Wiring, read_all};
use crate::sign_in::{self, SignIns};
use crate::teams::Teams;

/// How long the agent waits for a keyring before it serves without: one that asks a person may take its time.
const KEYRING_PATIENCE: Duration = Duration::from_secs(3);

/// How long it is then waited for beside serving, before it counts as locked.
const DIALOG_PATIENCE: Duration = Duration::from_secs(60);

/// How an agent runs.
#[derive(Debug, Clone)]
pub struct Options {
    /// Without a live session, a listener or a request for this long, it ends by itself.
    pub idle_after: Duration,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            idle_after: Duration::from_secs(600),
        }
    }
}

/// How an agent ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ran {
    /// It served, and was told to end or had nothing left to do.
    ToTheEnd,
    /// Another agent serves this home: that one will do.
    AnotherServes,
}

/// The agent could not start.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    /// The home or its socket.
    #[error(transparent)]
    Claim(ClaimError),
    /// The history.
    #[error(transparent)]
    History(#[from] OpenFailure),
    /// The settings.
    #[error(transparent)]
    Settings(#[from] SettingsFailure),
    /// Signals cannot be heard.
    #[error("the agent cannot listen for signals: {0}")]
    Signals(std::io::Error),
}

/// Runs the agent of `home`, until it is told to stop, gets SIGTERM, SIGINT or SIGHUP, or is idle. This is what
/// `hat agent --foreground` does; call it in a tokio runtime with I/O, time and threads.
pub async fn run(home: &Home, options: Options) -> Result<Ran, RunError> {
    leave_the_terminal();
    harden();
    let claimed = match claim(home) {
        Ok(claimed) => claimed,
        Err(ClaimError::Owned) => return Ok(Ran::AnotherServes),
        Err(other) => return Err(RunError::Claim(other)),
    };
    let signals = Signals::listen().map_err(RunError::Signals)?;
    let clock: Arc<dyn Clock> = Arc::new(SystemClock::new());
    let http = Arc::new(HttpClients::by(clock.clone()));
    let outside = Outside {
        sts: Arc::new(AwsSts::new(http.clone())),
        center: Arc::new(AwsIdentityCenter::new(http.clone())),
        iam: Arc::new(AwsIam::new(http.clone())),
        organizations: Arc::new(AwsOrganizations::new(http.clone())),
        http,
        clock,
        keyring: Arc::new(OsKeyring::of(home)),
    };
    let mut started = start(home, options, outside).await?;
    tokio::select! {
        () = server::serve(&claimed.listener, &started.service) => {}
        () = signals.any() => tracing::info!("told to end by a signal"),
        () = told_by_a_client(&started.service.stop) => {}
        () = vanished(&claimed) => tracing::warn!("the socket has gone, so nobody can reach this agent: it ends"),
        _ = &mut started.idle => {}
    }
    started.put_away().await;
    drop(claimed);
    Ok(Ran::ToTheEnd)
}

/// Resolves when clients cannot find the socket any more. What lives is in the vault.
async fn vanished(claimed: &Claim) {
    /// Rare enough to cost nothing.
    const LOOK: Duration = Duration::from_secs(5);
    while claimed.is_in_place() {
        tokio::time::sleep(LOOK).await;
    }
}

/// Resolves a moment after a client has said so: connections are served until then, so that the client is answered.
async fn told_by_a_client(stop: &Notify) {
    stop.notified().await;
    tokio::time::sleep(Duration::from_millis(50)).await;
}

/// An agent that was started by a client outlives the client's terminal. One in somebody's foreground stays there.
fn leave_the_terminal() {
    use std::io::IsTerminal;
    if !std::io::stdin().is_terminal() && !std::io::stderr().is_terminal() {
        // Fails for a process that leads its group already: then it is somebody's foreground after all.
        let _ = rustix::process::setsid();
    }
}

struct Signals([tokio::signal::unix::Signal; 3]);

impl Signals {
    fn listen() -> std::io::Result<Self> {
        Ok(Self([
            signal(SignalKind::terminate())?,
            signal(SignalKind::interrupt())?,
            signal(SignalKind::hangup())?,
        ]))
    }

    async fn any(mut self) {
        let [terminate, interrupt, hangup] = &mut self.0;
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
            _ = hangup.recv() => {}
        }
    }
}

/// What the agent has from outside: tests give others.
#[derive(Clone)]
pub struct Outside {
    /// STS.
    pub sts: Arc<dyn Sts>,
    /// IAM Identity Center.
    pub center: Arc<dyn IdentityCenter>,
    /// IAM.
    pub iam: Arc<dyn Iam>,
    /// AWS Organizations.
    pub organizations: Arc<dyn Organizations>,
    /// What they and all other calls to AWS go through.
    pub http: Arc<HttpClients>,
    /// Time.
    pub clock: Arc<dyn Clock>,
    /// Where the vault's key is.
    pub keyring: Arc<dyn Keyring>,
}

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
        self.service.leave_no_keys().await;
        self.service.mailbox.stop().await;
        self.service.scribe.flush().await;
        self.history.close().await;
    }
}

/// Opens what the agent of `home` owns, and starts its keeper.
pub async fn start(home: &Home, options: Options, outside: Outside) -> Result<Started, RunError> {
    let Outside {
        sts,
        center,
        iam,
        organizations,
        http,
        clock,
        keyring,
    } = outside;
    let started_at = clock.now().wall;
    let console_http = http.clone();
    let history = SqliteHistory::open(&home.history(), started_at).await?.history;
    let choices = Arc::new(Choices::load(SettingsFile::of(home), clock.clone())?);
    let catalogs = Arc::new(Catalogs::new(clock.clone(), choices.clone()));
    let sandbox = home.is_sandbox();
    let random: Arc<dyn Random> = Arc::new(SystemRandom);
    let vault = VaultSlot::new(OnceLock::new());
    let sign_ins = SignIns::new(sign_in::Wiring {
        center,
        clock: clock.clone(),
        random: random.clone(),
        catalogs: catalogs.clone(),
        choices: choices.clone(),
        vault: vault.clone(),
        listings: Listings::of(home),
    });
    let aws_clock: Arc<dyn Clock> = Arc::new(AwsClock {
        clock: clock.clone(),
        http: http.clone(),
    });
    let saml = SamlSignIns::new(saml::Wiring {
        clock: aws_clock.clone(),
        random: random.clone(),
        catalogs: catalogs.clone(),
        choices: choices.clone(),
        listings: SamlListings::of(home),
    });
    let role_book = RoleBook::new(iam.clone(), KeptFiles::of(home), clock.clone(), choices.clone());
    let ports = Ports {
        sts: sts.clone(),
        iam,
        organizations,
        role_book: role_book.clone(),
    };
    let discoveries = Discoveries::new(ports, KeptFiles::of(home), clock.clone(), catalogs.clone());
    let teams = Teams::start(TeamFiles::of(home), clock.clone(), catalogs.clone());
    let access_keys: Arc<dyn AccessKeys> = Arc::new(AwsIam::new(http.clone()));
    let keys = Arc::new(Keys::new(keys::Wiring {
        vault: vault.clone(),
        catalogs: catalogs.clone(),
        sts: sts.clone(),
        iam: access_keys,
        rotations: Rotations::of(home),
        clock: clock.clone(),
        pause: devices::pause(),
        hat: keys::this_hat(),
    }));
    let profiles = Arc::new(Profiles::new(profiles::Wiring {
        journal: Journal::of(home),
        catalogs: catalogs.clone(),
        choices: choices.clone(),
        clock: clock.clone(),
        hat: keys::this_hat(),
        home: home.variable().map(|(_, folder)| folder.to_owned()),
    }));
    let identities: Arc<dyn IdentitySource> = Arc::new(LocalIdentities::new(Sources {
        keys: keys.clone(),
        catalogs: catalogs.clone(),
        choices: choices.clone(),
        sts: sts.clone(),
        clock: clock.clone(),
        random: random.clone(),
        sign_ins: sign_ins.clone(),
        saml: saml.clone(),
        http: http.clone(),
        sandbox,
    }));
    let spent = SpentCodes::default();
    let proxies = Arc::new(Proxies::new(choices.clone(), vault.clone()));
    let devices = Arc::new(Devices::new(
        vault.clone(),
        aws_clock,
        spent.clone(),
        devices::pause(),
    ));
    let (alarm, moments) = watch::channel(None);
    let wiring = Wiring {
        broker: Broker {
            sts,
            identities: identities.clone(),
            clock: clock.clone(),
            random,
            codes: devices.clone(),
            spent,
        },
        choices: choices.clone(),
        catalogs: catalogs.clone(),
        renewals: Arc::new(CatalogRenewals {
            catalogs: catalogs.clone(),
            choices: choices.clone(),
            proxies: proxies.clone(),
            sandbox,
        }),
        alarm,
        followers: vec![profiles.clone()],
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
    ring(moments, clock.clone(), mailbox.clone());
    let kept = Kept {
        devices: devices.clone(),
        keys: keys.clone(),
        mailbox: mailbox.clone(),
    };
    open_vault(home.vault(), keyring, vault.clone(), kept).await;
    match LastUses::read(&*log).await {
        Ok(uses) => mailbox.remember(uses),
        Err(why) => tracing::warn!(%why, "when roles were last used is not known"),
    }
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
        console: Arc::new(AwsConsole::new(console_http)),
        console_book: ConsoleBook::default(),
        identities,
        choices,
        history: log,
        scribe,
        vault,
        clock,
        clocks: Clocks::new(http),
        proxies,
        about: About {
            home: display(home.history().parent().map(PathBuf::from)),
            sandbox,
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
fn ring(
    moments: watch::Receiver<Option<hatrack_core::expiry::BootTime>>,
    clock: Arc<dyn Clock>,
    mailbox: Mailbox,
) {
    let resumed = mailbox.clone();
    tokio::spawn(async move {
        Alarm::new(moments)
            .run(&*clock, |rung| match rung {
                crate::machine::Rung::Moment => mailbox.wake(),
                crate::machine::Rung::ClockSet => mailbox.clocks_moved(),
            })
            .await;
    });
    tokio::spawn(watch_for_resume(move || resumed.clocks_moved()));
}

/// Opens the vault and hands its sessions to the keeper; waits for it only so long. A keyring that is unlocked later
/// is used from then on.
async fn open_vault(folder: PathBuf, keyring: Arc<dyn Keyring>, slot: VaultSlot, kept: Kept) {
    let opened = tokio::spawn(async move {
        let vault = Vault::with_keyring(folder, keyring, DIALOG_PATIENCE).await;
        let status = vault.status();
        let vault = slot.get_or_init(|| vault);
        match status {
            VaultStatus::Sealed => kept.restore(vault).await,
            VaultStatus::MemoryOnly { why } => {
                tracing::warn!(%why, "there is no keyring: sessions live in memory only");
            }
            VaultStatus::Locked { why } => {
                tracing::warn!(%why, "the keyring is locked: sessions live in memory until it is unlocked");
                tokio::spawn(wait_for_key(vault.clone(), kept));
            }
        }
    });
    // The task goes on by itself.
    let _ = tokio::time::timeout(KEYRING_PATIENCE, opened).await;
}

/// Who takes back what the vault kept.
struct Kept {
    devices: Arc<Devices>,
    keys: Arc<Keys>,
    mailbox: Mailbox,
}

impl Kept {
    async fn restore(&self, vault: &Vault) {
        // First the devices: whether a session renews itself may depend on them.
        self.devices.learn().await;
        self.keys.learn().await;
        self.mailbox.changed(&[Topic::Catalog, Topic::Settings]);
        match read_all(vault).await {
            Ok(sessions) => self.mailbox.restore(sessions),
            Err(why) => tracing::warn!(%why, "the sessions of before could not be read"),
        }
    }
}

/// Asks a locked keyring again now and then.
async fn wait_for_key(vault: Vault, kept: Kept) {
    const PAUSE: Duration = Duration::from_secs(30);
    loop {
        tokio::time::sleep(PAUSE).await;
        match vault.try_again().await {
            VaultStatus::Locked { .. } => {}
            VaultStatus::MemoryOnly { .. } => return,
            VaultStatus::Sealed => {
                kept.restore(&vault).await;
                kept.mailbox.vault_opened();
                return;
            }
        }
    }
}
