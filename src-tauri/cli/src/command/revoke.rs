//! `hat revoke`: denies everything to the sessions of a role that were issued so far.

use std::process::ExitCode;

use clap::Args;
use hatrack_agent::client::Agent;
use hatrack_agent::protocol::{
    RevokeHit, RevokeOutcome, RevokePlan, RevokeRequest, Revoked, RoleChoice, SessionRef,
};
use hatrack_core::revoke::POLICY_NAME;
use hatrack_core::shared_config::inert;
use serde_json::json;

use super::Listing;
use crate::ask::{self, says_yes};
use crate::code::Terminal;
use crate::context::Context;
use crate::failure::Failure;
use crate::options::Given;
use crate::out;
use crate::role;

/// The arguments of `hat revoke`.
#[derive(Debug, Args)]
pub struct Revoke {
    /// A profile, account/role, a session's ID, or any role's ARN; AWS_PROFILE where left out
    role: Option<String>,
    /// Who signs: a session, a role or a profile with keys, of the role's account; chosen where left out
    #[arg(long = "as", value_name = "WHO")]
    signer: Option<String>,
    /// Let the revoked sessions work again, as far as they have not ended
    #[arg(long)]
    undo: bool,
    /// Do not ask, not even for an account that is marked as production
    #[arg(long)]
    yes: bool,
    #[command(flatten)]
    listing: Listing,
    #[command(flatten)]
    given: Given,
}

impl Revoke {
    /// Says whom it hits, asks, and does it.
    pub async fn run(self, context: &Context) -> Result<ExitCode, Failure> {
        let agent = context.agent().await?;
        let mut request = RevokeRequest {
            signer: self.signer.clone().map(SessionRef::Typed),
            undo: self.undo,
            mfa_code: self.given.code()?,
            allow_endpoint: self.given.allow_endpoint,
            ..RevokeRequest::of(role::session(self.role.clone(), &context.caller)?)
        };
        let plan = match ask::revoke(&agent, request.clone(), true).await? {
            RevokeOutcome::Planned { plan } => plan,
            other => return Err(unexpected(&other)),
        };
        if !self.yes {
            self.agreed(&plan)?;
        }
        // Exactly the role that was shown, and by whom it was said.
        request.of = SessionRef::Typed(plan.role_arn.clone());
        request.signer = Some(signer(&plan));
        // A code that was given has bought a session, which signs.
        request.mfa_code = None;
        match ask::revoke(&agent, request, false).await? {
            RevokeOutcome::Revoked { revoked } => self.tell(&agent, &plan, &revoked).await?,
            RevokeOutcome::Undone {
                signed_by,
                still_before,
            } => {
                if self.listing.json {
                    let undone = json!({ "role_arn": plan.role_arn, "signed_by": signed_by, "still_before": still_before });
                    out::json(&undone)?;
                }
                let still = still_before
                    .map(|time| format!("; sessions issued before {time} stay denied, as they were before"));
                out::note(&format!(
                    "the sessions of {} work again, as far as they have not ended{} (signed by {signed_by})",
                    inert(&plan.role_name),
                    still.unwrap_or_default()
                ));
            }
            other => return Err(unexpected(&other)),
        }
        Ok(ExitCode::SUCCESS)
    }

    fn agreed(&self, plan: &RevokePlan) -> Result<(), Failure> {
        let role = format!("{}/{}", inert(&plan.account_name), inert(&plan.role_name));
        let Some(mut terminal) = Terminal::open() else {
            return Err(Failure::needs_input(match self.undo {
                false => format!(
                    "this takes every session of {role} away from whoever has one; add --yes if you mean it, or run it \
                     in a terminal to see whom it hits"
                ),
                true => {
                    format!("this lets the revoked sessions of {role} work again; add --yes if you mean it")
                }
            }));
        };
        let lines = if self.undo { undoing(plan) } else { revoking(plan) };
        lines.iter().for_each(|line| terminal.say(line));
        let no = || Failure::refused("nothing was changed");
        let question = match self.undo {
            false => format!("Revoke the sessions of {role}? [y/N]"),
            true => format!("Let the revoked sessions of {role} work again? [y/N]"),
        };
        if !says_yes(&mut terminal, &question) {
            return Err(no());
        }
        if plan.production {
            let account = inert(&plan.account_name);
            terminal.say(&format!("{account} is marked as production."));
            if !says_yes(&mut terminal, &format!("Do it in {account} all the same? [y/N]")) {
                return Err(no());
            }
        }
        Ok(())
    }

    async fn tell(&self, agent: &Agent, plan: &RevokePlan, revoked: &Revoked) -> Result<(), Failure> {
        if self.listing.json {
            out::json(revoked)?;
        }
        out::note(&format!(
            "sessions of {} issued before {} are denied everything from now on; AWS may take a while to know it \
             everywhere (signed by {})",
            inert(&plan.role_name),
            revoked.before,
            revoked.signed_by
        ));
        stay_note(&revoked.stay);
        for hit in &revoked.hits {
            out::note(&format!("your session {} works no more", named(hit)));
        }
        if revoked.hits.is_empty() || self.yes || self.listing.json {
            if let Some(hit) = revoked.hits.first() {
                out::note(&format!(
                    "`hat renew {0}` gets it anew, `hat end {0}` drops it",
                    hit.id
                ));
            }
            return Ok(());
        }
        self.offer(agent, &revoked.hits).await
    }

    /// Our own sessions of the role are of no use any more: got anew, or dropped, or left.
    async fn offer(&self, agent: &Agent, hits: &[RevokeHit]) -> Result<(), Failure> {
        let Some(mut terminal) = Terminal::open() else {
            return Ok(());
        };
        for hit in hits {
            if says_yes(&mut terminal, &format!("Get {} anew? [y/N]", named(hit))) {
                let renewed = ask::renew(
                    agent,
                    hatrack_agent::protocol::RenewRequest {
                        session: SessionRef::Id(hit.id.clone()),
                        mfa_code: None,
                        duration: None,
                        allow_endpoint: self.given.allow_endpoint,
                    },
                )
                .await?;
                out::note(&format!(
                    "session {} lasts until {}",
                    renewed.session.id, renewed.session.expires_at
                ));
            } else if says_yes(&mut terminal, &format!("Drop {}? [y/N]", named(hit))) {
                agent.end(SessionRef::Id(hit.id.clone())).await?;
            }
        }
        Ok(())
    }
}

fn signer(plan: &RevokePlan) -> SessionRef {
    match (&plan.signer.session_id, &plan.signer.role_key) {
        (Some(id), _) => SessionRef::Id(id.clone()),
        (None, Some(key)) => SessionRef::Role(RoleChoice::Key(key.clone())),
        (None, None) => SessionRef::Typed(plan.signer.label.clone()),
    }
}

fn named(hit: &RevokeHit) -> String {
    format!(
        "{} of {}/{}",
        hit.id,
        inert(&hit.account_name),
        inert(&hit.role_name)
    )
}

/// What a person reads before it is done.
fn revoking(plan: &RevokePlan) -> Vec<String> {
    let mut lines = vec![
        format!(
            "{}, signed by {}",
            inert(&plan.role_arn),
            inert(&plan.signer.label)
        ),
        format!(
            "Every session of this role that was issued until now is denied everything: all people's and programs', \
             wherever they run, not only yours. It is written as the role's policy {POLICY_NAME}."
        ),
    ];
    match &plan.hits[..] {
        [] => lines.push("None of your sessions is of this role.".to_owned()),
        hits => lines.extend(hits.iter().map(|hit| format!("Yours: {}", named(hit)))),
    }
    if !plan.services.is_empty() {
        let services: Vec<String> = plan.services.iter().map(|name| inert(name)).collect();
        lines.push(format!(
            "These services may use the role; what they run with it fails until they get new credentials: {}.",
            services.join(", ")
        ));
    }
    if let Some(why) = &plan.services_unread {
        lines.push(format!(
            "Whether services use the role is not known: {}",
            inert(why)
        ));
    }
    if let Some(used) = plan.last_used {
        lines.push(format!("AWS last saw it used at {used}."));
    }
    if let Some(before) = plan.revoked_before {
        lines.push(format!("Sessions issued before {before} are denied already."));
    }
    if plan.signer.is_hit {
        lines
            .push("The session that signs is one of them: to undo it, somebody else has to sign.".to_owned());
    }
    lines.push(
        "Sessions of other roles that were got from a session of this one keep working; so do new sessions of it."
            .to_owned(),
    );
    lines.extend(
        plan.stay
            .iter()
            .map(|hit| format!("Such a session of yours: {}", named(hit))),
    );
    lines
}

fn undoing(plan: &RevokePlan) -> Vec<String> {
    vec![
        format!(
            "{}, signed by {}",
            inert(&plan.role_arn),
            inert(&plan.signer.label)
        ),
        format!(
            "Whoever has a revoked session of this role can use it again until it ends. The role's policy {POLICY_NAME} \
             is taken away, or put back as it was before."
        ),
    ]
}

fn stay_note(stay: &[RevokeHit]) {
    for hit in stay {
        out::note(&format!(
            "your session {} was got by way of the role and keeps working",
            named(hit)
        ));
    }
}

/// The agent answers what it was asked; this is for one that does not.
fn unexpected(outcome: &RevokeOutcome) -> Failure {
    let what = match outcome {
        RevokeOutcome::Planned { .. } => "a plan",
        RevokeOutcome::Revoked { .. } => "a revocation",
        RevokeOutcome::Undone { .. } => "an undone revocation",
        RevokeOutcome::Needs { .. } | RevokeOutcome::Denied { .. } => "an answer",
    };
    Failure::refused(format!(
        "the agent answered {what} that was not asked for; stop it with `hat agent --stop` and try again"
    ))
}
