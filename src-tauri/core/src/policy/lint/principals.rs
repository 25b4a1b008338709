//! `Principal` and `NotPrincipal`.
//!
//! Sources: IAM User Guide, "AWS JSON policy elements: Principal", "IAM identifiers" (prefixes of unique IDs), "Access
//! to AWS accounts owned by third parties".

use super::view::{ConditionView, Statement, Text};
use super::{Check, Found, Known};
use crate::account::AccountId;
use crate::policy::document::Kind;
use crate::policy::principal::Principal;

pub(super) fn look(statement: &Statement, kind: Kind, known: &Known, found: &mut Found) {
    if let (Some(at), true) = (statement.not_principal, statement.allow) {
        let what = "NotPrincipal with Allow would let in everybody else in the world.".to_owned();
        found.error(Check::Public, at, what, "Name whom you let in, in Principal.");
    }
    for (key, principal) in &statement.principals {
        match *key {
            "" => bare(*principal, statement, kind, found),
            "AWS" => aws(*principal, statement, kind, known, found),
            "Service" => service(*principal, found),
            "Federated" => provider(*principal, statement, found),
            "CanonicalUser" => {}
            other => {
                let what = format!(
                    "A principal stands under AWS, Service, Federated or CanonicalUser, not \"{other}\"."
                );
                found.error(Check::Principal, principal.at, what, "");
            }
        }
    }
}

fn bare(principal: Text, statement: &Statement, kind: Kind, found: &mut Found) {
    if principal.text == "*" {
        everyone(principal, statement, kind, found);
        return;
    }
    let what = format!("\"{}\" stands alone; only \"*\" may.", principal.text);
    let advice = format!("Write {{\"AWS\": \"{}\"}}.", principal.text);
    found.error(Check::Principal, principal.at, what, &advice);
}

fn everyone(principal: Text, statement: &Statement, kind: Kind, found: &mut Found) {
    if !statement.allow || statement.not_principal.is_some() {
        return;
    }
    let who = match kind {
        Kind::Trust => "This lets every AWS account in the world take the role",
        _ => "This lets everybody in the world in, signed or not",
    };
    if statement.conditions.is_empty() {
        let advice = "Name the accounts, users or roles that are meant.";
        found.warning(Check::Public, principal.at, format!("{who}."), advice);
    } else {
        let what = format!("{who}, unless its conditions keep them out.");
        found.note(
            Check::Public,
            principal.at,
            what,
            "Check that they do for everybody who is not meant.",
        );
    }
}

/// Prefixes of what has a unique ID; the first two can be principals.
const UNIQUE: [(&str, &str); 4] = [
    ("AIDA", "user"),
    ("AROA", "role"),
    ("AGPA", "group"),
    ("AIPA", "instance profile"),
];

fn unique_id(text: &str) -> Option<&'static str> {
    let shaped = text.len() >= 16 && text.bytes().all(|b| b.is_ascii_alphanumeric());
    let (_, what) = UNIQUE.iter().find(|(prefix, _)| text.starts_with(prefix))?;
    shaped.then_some(what)
}

fn aws(principal: Text, statement: &Statement, kind: Kind, known: &Known, found: &mut Found) {
    let (at, text) = (principal.at, principal.text);
    if text == "*" {
        everyone(principal, statement, kind, found);
        return;
    }
    if let Some(what) = unique_id(text) {
        let advice =
            "Put the ARN of the one that is meant in its place; AWS ties it to whoever has that name now.";
        let says = format!(
            "\"{text}\" is what stays of a {what} that was deleted; one made again under its name is another."
        );
        found.warning(Check::DeletedPrincipal, at, says, advice);
        return;
    }
    match Principal::aws(text) {
        Some(Principal::Account(account)) => {
            if text.ends_with(":root") {
                let what = format!(
                    "\"{text}\" means the whole account {account}, not its root user: its own policies decide who."
                );
                found.note(
                    Check::AccountPrincipal,
                    at,
                    what,
                    "Name one user or role to open no more than that.",
                );
            }
            external_id(at, account, statement, kind, known, found);
        }
        Some(Principal::User(arn) | Principal::Role(arn)) => {
            let account = arn.split(':').nth(4).and_then(AccountId::of_digits);
            if let Some(account) = account {
                external_id(at, account, statement, kind, known, found);
            }
        }
        Some(Principal::RoleSession(_)) if statement.allow => {
            let mut parts = text.splitn(6, ':').skip(4);
            let account = parts.next().unwrap_or_default();
            let role = parts.next().and_then(|r| r.split('/').nth(1)).unwrap_or_default();
            let what = format!("\"{text}\" names one session of a role, by its session name.");
            let advice = format!("For each session of the role name arn:aws:iam::{account}:role/{role}.");
            found.note(Check::SessionOrRole, at, what, &advice);
        }
        Some(_) => {}
        None => not_a_principal(principal, found),
    }
}

fn not_a_principal(principal: Text, found: &mut Found) {
    let text = principal.text;
    // A template's or a variable's place: what will stand there is not known.
    if text.contains("${") {
        let what = format!("\"{text}\" has a variable; AWS replaces none in a principal.");
        found.error(Check::Principal, principal.at, what, "Write it out.");
        return;
    }
    let advice = if text.contains(['*', '?']) {
        "AWS takes no wildcards in a principal. Write \"*\" and a condition ArnLike on aws:PrincipalArn."
    } else if text.contains(":group/") {
        "A group cannot be a principal. Name its users, or a role."
    } else if text.contains(":instance-profile/") {
        "An instance profile is no principal. Name the role in it."
    } else if text.contains(":saml-provider/") || text.contains(":oidc-provider/") {
        "An identity provider stands under \"Federated\"."
    } else if text.ends_with(".amazonaws.com") {
        "A service stands under \"Service\"."
    } else {
        "Write an account ID, or the ARN of a user, a role or a session."
    };
    let what = format!("\"{text}\" is no principal that AWS takes.");
    found.error(Check::Principal, principal.at, what, advice);
}

/// Who is let in from another company shows an external ID, so that nobody makes it act for somebody else.
fn external_id(
    at: crate::policy::Position,
    account: AccountId,
    statement: &Statement,
    kind: Kind,
    known: &Known,
    found: &mut Found,
) {
    let asked = statement
        .conditions
        .iter()
        .any(|c| (c.is("sts:ExternalId") || c.is("aws:PrincipalOrgID")) && c.asks());
    if kind != Kind::Trust || !statement.allow || asked || known.own_accounts.contains(&account) {
        return;
    }
    let advice = "Add a condition StringEquals on sts:ExternalId with an ID that they gave you.";
    if known.own_accounts.is_empty() {
        let what = format!("If account {account} belongs to another company, an external ID is missing.");
        found.note(Check::ExternalId, at, what, advice);
    } else {
        let what = format!("Account {account} is none of yours, and no external ID is asked for.");
        found.warning(Check::ExternalId, at, what, advice);
    }
}

fn service(principal: Text, found: &mut Found) {
    let text = principal.text;
    let form = text == "*"
        || text.contains(".amazonaws.com")
        || text.ends_with(".amazon.com")
        || text.ends_with(".aws.internal");
    if !form {
        let what = format!("\"{text}\" is no service principal.");
        let advice = format!(
            "Write it with its domain, such as {}.amazonaws.com.",
            text.to_lowercase()
        );
        found.error(Check::Principal, principal.at, what, &advice);
    }
}

/// A token or assertion is for somebody: without a look at that, any of the provider's will do.
fn provider(principal: Text, statement: &Statement, found: &mut Found) {
    if !statement.allow {
        return;
    }
    let asks = |suffix: &str| {
        let of = |c: &ConditionView| c.key.text.to_lowercase().ends_with(suffix) && c.asks();
        statement.conditions.iter().any(of)
    };
    if principal.text.contains(":saml-provider/") {
        if !asks("saml:aud") {
            let what =
                "Any assertion of the SAML provider opens this role, whatever it was made for.".to_owned();
            let advice = "Add a condition StringEquals on SAML:aud with https://signin.aws.amazon.com/saml.";
            found.warning(Check::ProviderClaims, principal.at, what, advice);
        }
    } else if !asks(":aud") && !asks(":sub") && !asks(":amr") {
        let what = format!(
            "Any token of {} opens this role, whoever it was made for.",
            principal.text
        );
        let advice = "Add conditions on the token's aud and sub.";
        found.warning(Check::ProviderClaims, principal.at, what, advice);
    } else if principal.text.contains(GITHUB) && !asks(":sub") && !asks(":repository_owner_id") {
        let what = "Any repository on GitHub can have such a token.".to_owned();
        let advice = "Add a condition on token.actions.githubusercontent.com:sub with your repository.";
        found.warning(Check::ProviderClaims, principal.at, what, advice);
    } else if principal.text.contains(GITHUB) {
        subjects(statement, found);
    }
}

const GITHUB: &str = "token.actions.githubusercontent.com";

/// A subject names its repository after `repo:`, and that its owner first. One whose owner has a wildcard fits
/// repositories of others: anybody can make an organization with a longer name.
pub(in crate::policy) fn open_owner(subject: &str) -> bool {
    let start = match subject.strip_prefix("repo:") {
        Some(rest) => rest.split('/').next(),
        None => subject.split(':').next(),
    };
    start.is_some_and(|start| start.contains(['*', '?']))
}

fn subjects(statement: &Statement, found: &mut Found) {
    let asking =
        |c: &&ConditionView| c.key.text.to_lowercase().ends_with(":sub") && c.asks() && c.has_wildcards();
    let all = statement.conditions.iter().filter(asking);
    for value in all.flat_map(|c| &c.values).filter(|v| open_owner(v.text)) {
        let what = format!("\"{}\" fits repositories of others on GitHub.", value.text);
        let advice = "Write the owner out: repo:OWNER/REPOSITORY:*.";
        found.warning(Check::ProviderClaims, value.at, what, advice);
    }
}
