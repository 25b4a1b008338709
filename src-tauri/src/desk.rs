//! What a command has before it: the agent, the clipboard, the transfers and the desktop.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use hatrack_agent::client::Agent;
use hatrack_core::caller::Client;
use hatrack_store::home::Home;
use hatrack_store::transfer_plans::TransferPlans;

use crate::chosen_files::ChosenFiles;
use crate::clipboard::Clipboard;
use crate::environment::Environment;
use crate::front::{Front, Push};
use crate::last_import::LastImport;
use crate::link::Link;
use crate::object_acts::ObjectActs;
use crate::preview::Previews;
use crate::s3_access::S3Access;
use crate::sign_in_pages::SignInPages;
use crate::syncs::Syncs;
use crate::terminal::Terminals;
use crate::transfers::Transfers;
use crate::transfers::picked::Picked;
use crate::walks::Walks;
use crate::wire::{CommandError, Topic};
use crate::yubikey_runs::YubikeyRuns;

/// Shared by every command, the tray and the reminders.
#[derive(Clone)]
pub struct Desk(Arc<Inner>);

struct Inner {
    environment: Environment,
    home: Home,
    sandbox: bool,
    short_lived: bool,
    link: Arc<Link>,
    asked: AtomicBool,
    clipboard: Clipboard,
    transfers: Transfers,
    picked: Picked,
    s3: S3Access,
    object_acts: ObjectActs,
    previews: Previews,
    walks: Walks,
    syncs: Syncs,
    sign_in_pages: SignInPages,
    chosen_files: ChosenFiles,
    last_import: LastImport,
    yubikey_runs: YubikeyRuns,
    terminals: Terminals,
    front: Arc<dyn Front>,
}

impl Desk {
    /// Of one home, which ends with the window where it is `short_lived`.
    pub fn new(
        home: &Home,
        environment: Environment,
        link: Arc<Link>,
        clipboard: Clipboard,
        front: Arc<dyn Front>,
        short_lived: bool,
    ) -> Self {
        Self(Arc::new(Inner {
            home: home.clone(),
            sandbox: home.is_sandbox(),
            short_lived,
            link,
            asked: AtomicBool::new(false),
            environment,
            clipboard,
            transfers: Transfers::new(
                front.clone(),
                Some(TransferPlans::of(home)).filter(|_| !short_lived),
            ),
            picked: Picked::default(),
            s3: S3Access::default(),
            object_acts: ObjectActs::default(),
            previews: Previews::default(),
            walks: Walks::default(),
            syncs: Syncs::default(),
            sign_in_pages: SignInPages::default(),
            chosen_files: ChosenFiles::default(),
            last_import: LastImport::default(),
            yubikey_runs: YubikeyRuns::default(),
            terminals: Terminals::default(),
            front,
        }))
    }

    /// The agent, on behalf of the page.
    pub async fn agent(&self) -> Result<Agent, CommandError> {
        self.0.asked.store(true, Ordering::Relaxed);
        self.agent_for(Client::Window).await
    }

    /// The agent, on behalf of one of our faces.
    pub async fn agent_for(&self, client: Client) -> Result<Agent, CommandError> {
        self.0.link.agent(client).await
    }

    /// Whether the page has asked the agent for anything yet: before that, no change concerns it.
    pub fn page_has_asked(&self) -> bool {
        self.0.asked.load(Ordering::Relaxed)
    }

    /// The variables that this window goes by.
    pub fn environment(&self) -> &Environment {
        &self.0.environment
    }

    /// Hatrack's own files.
    pub fn home(&self) -> &Home {
        &self.0.home
    }

    /// The terminals that were opened.
    pub fn terminals(&self) -> &Terminals {
        &self.0.terminals
    }

    /// Whether this window works on the miniature AWS.
    pub fn is_sandbox(&self) -> bool {
        self.0.sandbox
    }

    /// Whether the home, and every session in it, ends with the window.
    pub fn is_short_lived(&self) -> bool {
        self.0.short_lived
    }

    /// The clipboard.
    pub fn clipboard(&self) -> &Clipboard {
        &self.0.clipboard
    }

    /// S3 as each session sees it.
    pub fn s3(&self) -> &S3Access {
        &self.0.s3
    }

    /// What the page shows of an object.
    pub fn previews(&self) -> &Previews {
        &self.0.previews
    }

    /// Comparisons and their plans.
    pub fn syncs(&self) -> &Syncs {
        &self.0.syncs
    }

    /// Walks below a prefix.
    pub fn walks(&self) -> &Walks {
        &self.0.walks
    }

    /// Acts on objects that run, and what undoes them.
    pub fn object_acts(&self) -> &ObjectActs {
        &self.0.object_acts
    }

    /// The pages of sign-ins under way.
    pub fn sign_in_pages(&self) -> &SignInPages {
        &self.0.sign_in_pages
    }

    /// The files that the person has chosen.
    pub fn chosen_files(&self) -> &ChosenFiles {
        &self.0.chosen_files
    }

    /// What the last import added.
    pub fn last_import(&self) -> &LastImport {
        &self.0.last_import
    }

    /// The questions to a YubiKey under way.
    pub fn yubikey_runs(&self) -> &YubikeyRuns {
        &self.0.yubikey_runs
    }

    /// The transfers.
    pub fn transfers(&self) -> &Transfers {
        &self.0.transfers
    }

    /// What the person has chosen or dropped to be uploaded.
    pub fn picked(&self) -> &Picked {
        &self.0.picked
    }

    /// The desktop.
    pub fn front(&self) -> &dyn Front {
        &*self.0.front
    }

    /// Has the page fetch again.
    pub fn changed(&self, topics: &[Topic]) {
        self.front().push(Push::Changed(topics.to_vec()));
    }
}
