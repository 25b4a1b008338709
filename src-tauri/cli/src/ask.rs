//! Asking the agent until it has an answer: what only the person has is asked at the terminal in between.

use std::process::Stdio;

use hatrack_agent::client::{Agent, AgentError, yubikey_code};
use hatrack_agent::protocol::{
    ConsoleLink, ConsoleOutcome, ConsoleRequest, DiagnoseOutcome, DiagnoseRequest, DiscoverOutcome,
    DiscoverRequest, EndpointOutcome, HandOut, HandOutOutcome, HandOutRequest, OpenEndpoint, OpenedEndpoint,
    ProfileOutcome, RenewRequest, RevokeOutcome, RevokeRequest, RotateKey, RotateOutcome, SwitchRequest,
    WriteProfile, WrittenProfileView,
};
use hatrack_core::discovery_view::DiscoveryView;
use hatrack_core::doctor::DiagnosisView;
use hatrack_core::shared_config::{inert, inert_whole};
use hatrack_core::sts_limits::TokenCode;
use hatrack_core::view::{DenialView, NeedView, SessionView, SwitchOutcome};

use crate::code::Terminal;
use crate::failure::Failure;
use crate::proxy_login::ask_login;
use crate::sign_in::{SignedIn, Way, sign_in};
use crate::{out, saml_response};

/// A session, and what the person should know about it.
#[derive(Debug)]
pub struct Switched {
    /// The session.
    pub session: SessionView,
    /// Such as a duration that was lowered.
    pub notes: Vec<String>,
}

/// An answer of the agent.
enum Answer<T> {
    Done(T),
    Needs(NeedView),
    Denied(DenialView),
}

/// A code that is refused may be a slip of the finger; STS accepts each code once, so a third is asked, not a fourth.
const MOST_CODES: usize = 3;

/// Whether the terminal may be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Person {
    /// Asked, where there is one.
    AtTerminal,
    /// Never asked: for `credential-process`, whose caller owns the terminal.
    NotAsked,
}

/// A session of a role.
pub async fn switch(agent: &Agent, request: SwitchRequest) -> Result<Switched, Failure> {
    let given = request.mfa_code.clone();
    until_done(agent, Person::AtTerminal, given, async |code| {
        let mut request = request.clone();
        request.mfa_code = code;
        agent.switch(request).await.map(switched)
    })
    .await
}

/// The same session again.
pub async fn renew(agent: &Agent, request: RenewRequest) -> Result<Switched, Failure> {
    let given = request.mfa_code.clone();
    until_done(agent, Person::AtTerminal, given, async |code| {
        let mut request = request.clone();
        request.mfa_code = code;
        agent.renew(request).await.map(switched)
    })
    .await
}

/// Credentials.
pub async fn hand_out(agent: &Agent, person: Person, request: HandOutRequest) -> Result<HandOut, Failure> {
    let given = request.mfa_code.clone();
    until_done(agent, person, given, async |code| {
        let mut request = request.clone();
        request.mfa_code = code;
        Ok(match agent.hand_out(request).await? {
            HandOutOutcome::Given(given) => Answer::Done(*given),
            HandOutOutcome::Needs { need } => Answer::Needs(need),
            HandOutOutcome::Denied { denial } => Answer::Denied(denial),
        })
    })
    .await
}

/// A link to the console.
pub async fn console(agent: &Agent, request: ConsoleRequest) -> Result<ConsoleLink, Failure> {
    let given = request.mfa_code.clone();
    until_done(agent, Person::AtTerminal, given, async |code| {
        let mut request = request.clone();
        request.mfa_code = code;
        Ok(match agent.console(request).await? {
            ConsoleOutcome::Ready(link) => Answer::Done(*link),
            ConsoleOutcome::Needs { need } => Answer::Needs(need),
            ConsoleOutcome::Denied { denial } => Answer::Denied(denial),
        })
    })
    .await
}

/// The open endpoint of a session.
pub async fn open_endpoint(agent: &Agent, request: OpenEndpoint) -> Result<OpenedEndpoint, Failure> {
    let given = request.mfa_code.clone();
    until_done(agent, Person::AtTerminal, given, async |code| {
        let mut request = request.clone();
        request.mfa_code = code;
        Ok(match agent.open_endpoint(request).await? {
            EndpointOutcome::Open(opened) => Answer::Done(*opened),
            EndpointOutcome::Needs { need } => Answer::Needs(need),
            EndpointOutcome::Denied { denial } => Answer::Denied(denial),
        })
    })
    .await
}

/// A search for roles that has begun.
pub async fn discover(agent: &Agent, request: DiscoverRequest) -> Result<DiscoveryView, Failure> {
    let given = request.mfa_code.clone();
    until_done(agent, Person::AtTerminal, given, async |code| {
        let mut request = request.clone();
        request.mfa_code = code;
        Ok(match agent.discover(request).await? {
            DiscoverOutcome::Started { discovery } => Answer::Done(discovery),
            DiscoverOutcome::Needs { need } => Answer::Needs(need),
            DiscoverOutcome::Denied { denial } => Answer::Denied(denial),
        })
    })
    .await
}

/// A diagnosis; a code is asked for where the switch itself wants one.
pub async fn diagnose(agent: &Agent, request: DiagnoseRequest) -> Result<DiagnosisView, Failure> {
    let given = request.mfa_code.clone();
    until_done(agent, Person::AtTerminal, given, async |code| {
        let mut request = request.clone();
        request.mfa_code = code;
        Ok(match agent.diagnose(request).await? {
            DiagnoseOutcome::Diagnosed { diagnosis } => Answer::Done(*diagnosis),
            DiagnoseOutcome::Needs { need } => Answer::Needs(need),
        })
    })
    .await
}

/// A key rotated; a code is asked for where a policy wants one.
pub async fn rotate(agent: &Agent, request: RotateKey) -> Result<RotateOutcome, Failure> {
    let given = request.mfa_code.clone();
    until_done(agent, Person::AtTerminal, given, async |code| {
        let mut request = request.clone();
        request.mfa_code = code;
        Ok(match agent.rotate_key(request).await? {
            RotateOutcome::Needs { need } => Answer::Needs(need),
            rotated @ RotateOutcome::Rotated { .. } => Answer::Done(rotated),
        })
    })
    .await
}

/// A profile written, and where files were copied to before; a code is asked for where its keys want one.
pub async fn write_profile(
    agent: &Agent,
    request: WriteProfile,
) -> Result<(WrittenProfileView, Vec<String>), Failure> {
    let given = request.mfa_code.clone();
    until_done(agent, Person::AtTerminal, given, async |code| {
        let mut request = request.clone();
        request.mfa_code = code;
        Ok(match agent.write_profile(request).await? {
            ProfileOutcome::Written { profile, backed_up } => Answer::Done((profile, backed_up)),
            ProfileOutcome::Needs { need } => Answer::Needs(need),
            ProfileOutcome::Denied { denial } => Answer::Denied(denial),
        })
    })
    .await
}

/// What revoking would do, or what came of it.
pub async fn revoke(
    agent: &Agent,
    request: RevokeRequest,
    only_plan: bool,
) -> Result<RevokeOutcome, Failure> {
    let given = request.mfa_code.clone();
    until_done(agent, Person::AtTerminal, given, async |code| {
        let mut request = request.clone();
        request.mfa_code = code;
        let outcome = match only_plan {
            true => agent.plan_revoke(request).await?,
            false => agent.revoke(request).await?,
        };
        Ok(match outcome {
            RevokeOutcome::Needs { need } => Answer::Needs(need),
            RevokeOutcome::Denied { denial } => Answer::Denied(denial),
            done => Answer::Done(done),
        })
    })
    .await
}

fn switched(outcome: SwitchOutcome) -> Answer<Switched> {
    match outcome {
        SwitchOutcome::Switched { session, notes } => Answer::Done(Switched {
            session: *session,
            notes,
        }),
        SwitchOutcome::Needs { need } => Answer::Needs(need),
        SwitchOutcome::Denied { denial } => Answer::Denied(denial),
    }
}

async fn until_done<T>(
    agent: &Agent,
    person: Person,
    mut code: Option<TokenCode>,
    mut ask: impl AsyncFnMut(Option<TokenCode>) -> Result<Answer<T>, AgentError>,
) -> Result<T, Failure> {
    let mut terminal = None;
    let mut asked = 0;
    let mut key_asked = false;
    let mut asked_to_sign_in = false;
    loop {
        let need = match ask(code.take()).await? {
            Answer::Done(done) => return Ok(done),
            Answer::Denied(denial) => return Err(denial.into()),
            Answer::Needs(need) => need,
        };
        if !key_asked && person == Person::AtTerminal {
            code = of_key(agent, &need).await;
            key_asked = code.is_some();
            if key_asked {
                continue;
            }
        }
        if terminal.is_none() && person == Person::AtTerminal {
            terminal = Terminal::open();
        }
        let Some(terminal) = terminal.as_mut().filter(|_| asked < MOST_CODES) else {
            return Err(unanswered(&need));
        };
        match &need {
            NeedView::MfaCode { serial, refused, .. } => {
                code = Some(ask_code(terminal, serial, refused.as_deref()).ok_or_else(|| unanswered(&need))?);
                asked += 1;
            }
            NeedView::EndpointConsent { endpoint } => {
                if !ask_consent(terminal, endpoint) {
                    return Err(unanswered(&need));
                }
                agent.consent_endpoint(endpoint).await?;
            }
            NeedView::ProxyPassword { proxy } => {
                let login = ask_login(terminal, proxy).ok_or_else(|| unanswered(&need))?;
                agent.give_proxy_login(login).await?;
                asked += 1;
            }
            NeedView::CommandConsent { profile, command } => {
                if !ask_command(terminal, profile, command) {
                    return Err(unanswered(&need));
                }
                agent.consent_command(command).await?;
            }
            NeedView::SignIn { portal } => {
                if asked_to_sign_in || !ask_sign_in(terminal, &portal.name, &portal.start_url) {
                    return Err(unanswered(&need));
                }
                // A second time within one request would be the same page for nothing.
                asked_to_sign_in = true;
                sign_in_at(agent, terminal, &portal.name).await?;
            }
        }
    }
}

/// The code of a device that is a YubiKey. Where the key gives none, that is said and the code is typed.
async fn of_key(agent: &Agent, need: &NeedView) -> Option<TokenCode> {
    let NeedView::MfaCode {
        serial,
        refused: None,
        ..
    } = need
    else {
        return None;
    };
    let keys = agent.settings().await.ok()?.yubikeys;
    let account = keys.get(&serial.parse().ok()?)?;
    // What ykman says of the key goes where the person looks.
    match yubikey_code(account, Stdio::inherit()).await {
        Ok(code) => Some(code),
        Err(why) => {
            out::note(&why);
            None
        }
    }
}

fn ask_code(terminal: &mut Terminal, serial: &str, refused: Option<&str>) -> Option<TokenCode> {
    if let Some(refused) = refused {
        terminal.say(&inert(refused));
    }
    loop {
        let typed = terminal.ask(&format!("MFA code for {}:", inert(serial)))?;
        match typed.parse() {
            Ok(code) => return Some(code),
            Err(_) => terminal.say("A code has six digits."),
        }
    }
}

fn ask_consent(terminal: &mut Terminal, endpoint: &str) -> bool {
    terminal.say(&format!(
        "{} is not an endpoint of AWS and was never used before.",
        inert(endpoint)
    ));
    says_yes(terminal, "Sign requests for it, now and from now on? [y/N]")
}

fn ask_command(terminal: &mut Terminal, profile: &str, command: &str) -> bool {
    terminal.say(&format!(
        "The profile \"{}\" gets its credentials from this command:\n    {}",
        inert(profile),
        inert_whole(command)
    ));
    says_yes(terminal, "Run exactly this command, now and from now on? [y/N]")
}

fn ask_sign_in(terminal: &mut Terminal, portal: &str, address: &str) -> bool {
    let question = format!("Sign in to {} ({}) now? [y/N]", inert(portal), inert(address));
    says_yes(terminal, &question)
}

async fn sign_in_at(agent: &Agent, terminal: &mut Terminal, portal: &str) -> Result<(), Failure> {
    let way = Way::of_this_machine(|variable| std::env::var_os(variable));
    let mut logins = 0;
    loop {
        match sign_in(agent, portal, way, false).await? {
            SignedIn::Done => return Ok(()),
            SignedIn::ByResponse(waiting) => return saml_response::ask(agent, &waiting, way).await,
            SignedIn::Needs(NeedView::EndpointConsent { endpoint }) if ask_consent(terminal, &endpoint) => {
                agent.consent_endpoint(&endpoint).await?;
            }
            SignedIn::Needs(NeedView::ProxyPassword { proxy }) if logins < MOST_CODES => {
                let need = NeedView::ProxyPassword { proxy: proxy.clone() };
                let login = ask_login(terminal, &proxy).ok_or_else(|| unanswered(&need))?;
                agent.give_proxy_login(login).await?;
                logins += 1;
            }
            SignedIn::Needs(need) => return Err(unanswered(&need)),
        }
    }
}

pub fn says_yes(terminal: &mut Terminal, question: &str) -> bool {
    let answer = terminal.ask(question);
    answer.is_some_and(|answer| matches!(answer.to_ascii_lowercase().as_str(), "y" | "yes"))
}

/// The failure when nobody could give what is needed. A code that was given and refused is a refusal.
pub fn unanswered(need: &NeedView) -> Failure {
    match need {
        NeedView::MfaCode {
            refused: Some(refused),
            ..
        } => Failure::refused(refused),
        NeedView::MfaCode { serial, .. } => Failure::needs_input(format!(
            "an MFA code of {} is needed; give it with --mfa-code, or run `hat switch` in a terminal first",
            inert(serial)
        )),
        NeedView::SignIn { portal } => Failure::needs_input(format!(
            "a sign-in at {} is needed; run `hat login {}` first",
            inert(&portal.start_url),
            inert(&portal.name)
        )),
        NeedView::ProxyPassword { proxy } => Failure::needs_input(format!(
            "the proxy {} asks for a name and a password; put them into HTTPS_PROXY as http://name:password@host:port, or \
             run `hat switch` in a terminal first",
            inert(proxy)
        )),
        // The command is shown to a person only: it may hold secrets, and this text ends up in the log of an SDK.
        NeedView::CommandConsent { profile, .. } => Failure::needs_input(format!(
            "profile \"{0}\" gets its credentials from a command that you have not allowed yet; run `hat switch {0}` in \
             a terminal first",
            inert(profile)
        )),
        NeedView::EndpointConsent { endpoint } => Failure::needs_input(format!(
            "{} is not an endpoint of AWS and was never used before; add --allow-endpoint if you trust it",
            inert(endpoint)
        )),
    }
}
