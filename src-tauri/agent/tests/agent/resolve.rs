//! From files, environment and recorded HTTP to credentials: each folder of `tests/resolve` is a case.
//!
//! `config` and `credentials` are the shared files, `env.json` the caller's variables, `http.json` what is asked of AWS
//! and of the machine's services, in order, and what they answer; `expect.json` names the profile and what comes of it.
//! In all of them `{server}` is where the recorded answers come from, `{folder}` the case's own folder and `{key}` a
//! P-256 key in PEM, as it stands in JSON. Every secret of a case holds the word "canary".

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use hatrack_agent::protocol::{
    HandOut, HandOutOutcome, HandOutRequest, Reply, Request, RoleChoice, SessionRef, WireError,
};
use hatrack_agent::run::{Options, Outside, Started, start};
use hatrack_agent::service::Answered;
use hatrack_aws::http::HttpClients;
use hatrack_core::caller::{CallerContext, Client};
use hatrack_core::session::SwitchOptions;
use hatrack_core::view::{DenialView, NeedView};
use hatrack_store::home::Home;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use crate::directory::{HeldIam, HeldOrganizations};
use crate::http::{Exchange, Playback};
use crate::outside::{HandClock, TestKeyring};
use crate::world::soon;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Expectation {
    /// What the case is about, for people.
    #[allow(dead_code)]
    about: String,
    profile: String,
    #[serde(default)]
    options: SwitchOptions,
    /// The profile's own credentials, without a session.
    #[serde(default)]
    raw: bool,
    /// The person allows what is asked about.
    #[serde(default)]
    consents: bool,
    outcome: Outcome,
    /// What files of the case hold afterwards.
    #[serde(default)]
    files: BTreeMap<String, Vec<String>>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
enum Outcome {
    /// Exactly these.
    Credentials(Value),
    /// Something only the person has, by its kind.
    Needs(String),
    /// AWS's refusal: its code, and what the summary says.
    Denied { code: String, says: String },
    /// An error: its code, and what it says.
    Error { code: String, says: String },
}

/// A case, copied to where it may be changed.
struct Case {
    folder: tempfile::TempDir,
    server: Playback,
    expectation: Expectation,
}

impl Case {
    async fn of(source: &Path) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let exchanges: Vec<Exchange> = read(&source.join("http.json")).unwrap_or_default();
        let server = Playback::start(exchanges).await;
        let key = rcgen::KeyPair::generate().unwrap().serialize_pem();
        let key = json!(key).to_string();
        let filled = |text: &str| {
            text.replace("{server}", &server.url)
                .replace("{folder}", &folder.path().display().to_string())
                .replace("\"{key}\"", &key)
        };
        for file in files_below(source) {
            let to = folder.path().join(file.strip_prefix(source).unwrap());
            fs::create_dir_all(to.parent().unwrap()).unwrap();
            let text = filled(&fs::read_to_string(&file).unwrap());
            fs::write(&to, &text).unwrap();
            if text.starts_with("#!") {
                fs::set_permissions(&to, fs::Permissions::from_mode(0o755)).unwrap();
            }
        }
        Self {
            expectation: read(&folder.path().join("expect.json")).unwrap(),
            folder,
            server,
        }
    }

    fn caller(&self) -> CallerContext {
        let at = |name: &str| self.folder.path().join(name).display().to_string();
        let mut vars: BTreeMap<String, String> = [
            ("AWS_CONFIG_FILE", at("config")),
            ("AWS_SHARED_CREDENTIALS_FILE", at("credentials")),
            ("AWS_ENDPOINT_URL", self.server.url.clone()),
            ("AWS_EC2_METADATA_SERVICE_ENDPOINT", self.server.url.clone()),
            ("HOME", at("home")),
            ("USER", "troy".to_owned()),
        ]
        .into_iter()
        .map(|(name, value)| (name.to_owned(), value))
        .collect();
        let own: BTreeMap<String, String> = read(&self.folder.path().join("env.json")).unwrap_or_default();
        vars.extend(own);
        CallerContext::new(Client::Hat, self.folder.path().to_owned(), vars)
    }

    async fn agent(&self) -> Started {
        let home = Home::at(&self.folder.path().join("hatrack"));
        home.create().unwrap();
        let http = Arc::new(HttpClients::default());
        let outside = Outside {
            iam: Arc::new(HeldIam::default()),
            organizations: Arc::new(HeldOrganizations::default()),
            ..Outside::aws(
                http,
                Arc::new(HandClock::new()),
                Arc::new(TestKeyring(Some(Mutex::default()))),
            )
        };
        start(&home, Options::default(), outside).await.unwrap()
    }

    async fn resolve(&self, agent: &Started) -> Result<HandOutOutcome, WireError> {
        loop {
            let outcome = self.ask(agent, Request::HandOut(self.request())).await?;
            let Reply::HandOut(outcome) = outcome else {
                panic!("{outcome:?}");
            };
            let consent = match &outcome {
                HandOutOutcome::Needs { need } if self.expectation.consents => match need {
                    NeedView::CommandConsent { command, .. } => Request::ConsentCommand {
                        command: command.clone(),
                    },
                    NeedView::EndpointConsent { endpoint } => Request::ConsentEndpoint {
                        endpoint: endpoint.clone(),
                    },
                    _ => return Ok(outcome),
                },
                _ => return Ok(outcome),
            };
            self.ask(agent, consent).await?;
        }
    }

    fn request(&self) -> HandOutRequest {
        let profile = RoleChoice::Exact(self.expectation.profile.clone());
        let mut request = HandOutRequest::of(SessionRef::Role(profile));
        request.options = self.expectation.options.clone();
        request.raw = self.expectation.raw;
        request.allow_endpoint = true;
        request
    }

    async fn ask(&self, agent: &Started, request: Request) -> Result<Reply, WireError> {
        match soon(agent.service.answer(self.caller(), request)).await? {
            Answered::Reply(reply) => Ok(*reply),
            Answered::Listening(_) => panic!("a subscription"),
        }
    }

    fn check(&self, result: Result<HandOutOutcome, WireError>) -> Result<(), String> {
        self.server.was_played()?;
        let told = match (&self.expectation.outcome, result) {
            (Outcome::Credentials(wanted), Ok(HandOutOutcome::Given(given))) => {
                same(&credentials(&given), wanted)?;
                String::new()
            }
            (Outcome::Needs(kind), Ok(HandOutOutcome::Needs { need })) => {
                same(&json!(need)["kind"], &json!(kind))?;
                String::new()
            }
            (Outcome::Denied { code, says }, Ok(HandOutOutcome::Denied { denial })) => {
                let DenialView { summary, .. } = &denial;
                same(&json!(denial.code), &json!(code))?;
                holds(summary, says)?;
                format!("{denial:?}")
            }
            (Outcome::Error { code, says }, Err(error)) => {
                same(&json!(error.code), &json!(code))?;
                holds(&error.message, says)?;
                format!("{error:?}")
            }
            (wanted, got) => return Err(format!("{wanted:?} was expected, not {got:?}")),
        };
        if told.contains("canary") {
            return Err(format!("it shows a secret: {told}"));
        }
        for (file, parts) in &self.expectation.files {
            let text = fs::read_to_string(self.folder.path().join(file)).map_err(|why| why.to_string())?;
            parts.iter().try_for_each(|part| holds(&text, part))?;
        }
        Ok(())
    }
}

fn credentials(given: &HandOut) -> Value {
    let credentials = &given.credentials;
    json!({
        "access_key_id": credentials.access_key_id,
        "secret_access_key": credentials.secret_access_key.expose(),
        "session_token": credentials.session_token.as_ref().map(|token| token.expose()),
        "expires_at": credentials.expires_at,
    })
}

fn same(found: &Value, wanted: &Value) -> Result<(), String> {
    if found == wanted {
        return Ok(());
    }
    Err(format!("{wanted} was expected, not {found}"))
}

fn holds(text: &str, part: &str) -> Result<(), String> {
    if text.contains(part) {
        return Ok(());
    }
    Err(format!("\"{part}\" was expected in: {text}"))
}

/// `None` where there is no such file.
fn read<T: DeserializeOwned>(path: &Path) -> Option<T> {
    let text = fs::read_to_string(path).ok()?;
    Some(serde_json::from_str(&text).unwrap_or_else(|why| panic!("{}: {why}", path.display())))
}

fn files_below(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files.extend(files_below(&path));
        } else {
            files.push(path);
        }
    }
    files
}

#[tokio::test]
async fn every_case_resolves_as_it_is_written() {
    let cases = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/resolve");
    let mut folders: Vec<PathBuf> = fs::read_dir(cases)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    folders.sort();
    assert!(folders.len() >= 20, "the cases are missing");
    let mut faults = Vec::new();
    for source in folders {
        let case = Case::of(&source).await;
        let agent = case.agent().await;
        let result = case.resolve(&agent).await;
        agent.put_away().await;
        if let Err(fault) = case.check(result) {
            faults.push(format!("{}: {fault}", source.display()));
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}
