//! The trust policies of each kind of role.
//!
//! Sources: IAM User Guide, "IAM roles" and the pages on each kind; IAM Roles Anywhere User Guide, "Trust model";
//! GitHub and other providers name their claims themselves.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use ts_rs::TS;

use super::documents::document;
use super::{Composed, NotComposed, Place, Proof, placed};
use crate::policy::context::{Caller, Context, Request};
use crate::policy::decision::{Named, Policies, ResourceRule, decide};
use crate::policy::document::{Kind, Policy};
use crate::policy::lint::open_owner;

/// A kind of role, with what its trust policy names.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum RoleTrust {
    /// An AWS service takes it for itself.
    Service {
        /// `lambda.amazonaws.com`.
        service: String,
    },
    /// A service makes it for itself: nobody writes its trust policy.
    ServiceLinked {
        /// `elasticbeanstalk.amazonaws.com`.
        service: String,
    },
    /// Tokens of an OpenID Connect provider.
    WebIdentity {
        /// `arn:aws:iam::111122223333:oidc-provider/token.actions.githubusercontent.com`.
        provider: String,
        /// Whom the token is for: its `aud`.
        audience: String,
        /// Whom the token is about: its `sub`; a `*` in it is a wildcard.
        subject: String,
    },
    /// Assertions of a SAML provider.
    Saml {
        /// `arn:aws:iam::111122223333:saml-provider/Name`.
        provider: String,
    },
    /// Certificates, by IAM Roles Anywhere.
    RolesAnywhere {
        /// `arn:aws:rolesanywhere:eu-west-1:111122223333:trust-anchor/ID`.
        trust_anchor: String,
        /// The certificate's common name; any certificate of the anchor where empty.
        common_name: String,
    },
}

const SAML_AUDIENCE: &str = "https://signin.aws.amazon.com/saml";
const ROLES_ANYWHERE: &str = "rolesanywhere.amazonaws.com";

/// A trust policy, why it is so, and the request that it lets through, with the same request gone wrong.
struct Written {
    statement: Value,
    why: &'static str,
    asked: &'static str,
    request: Request,
    /// What is taken from the request, key and value, so that it must be denied.
    wrong: Vec<(&'static str, String, String)>,
    notes: Vec<String>,
}

pub(super) fn of_kind(wish: &RoleTrust) -> Result<Composed, NotComposed> {
    let written = match wish {
        RoleTrust::Service { service } => of_service(service)?,
        RoleTrust::ServiceLinked { service } => return Err(NotComposed::ServiceLinked(service.clone())),
        RoleTrust::WebIdentity {
            provider,
            audience,
            subject,
        } => of_tokens(provider, audience, subject)?,
        RoleTrust::Saml { provider } => of_assertions(provider)?,
        RoleTrust::RolesAnywhere {
            trust_anchor,
            common_name,
        } => of_certificates(trust_anchor, common_name)?,
    };
    let text = document(Kind::Trust, vec![written.statement.clone()])?;
    let proofs = prove(&written, &text)?;
    let goes_to = "the trust policy of the role".to_owned();
    Ok(Composed {
        placements: vec![placed(Place::Trust, None, goes_to, written.why, text)?],
        proofs,
        external_id: None,
        notes: written.notes,
    })
}

fn prove(written: &Written, text: &str) -> Result<Vec<Proof>, NotComposed> {
    let trust = Policy::parse(Kind::Trust, text).map_err(|e| NotComposed::NotProven(e.to_string()))?;
    let allowed = |request: &Request| {
        let policies = Policies {
            resource: Some(Named {
                name: "trust",
                policy: &trust,
            }),
            rule: ResourceRule::MustAllow,
            ..Policies::none()
        };
        decide(request, &policies).allowed
    };
    let proof = |asked: &str, allowed| Proof {
        asked: asked.to_owned(),
        allowed,
    };
    if !allowed(&written.request) {
        return Err(NotComposed::NotProven(written.asked.to_owned()));
    }
    let mut proofs = vec![proof(written.asked, true)];
    for (asked, key, value) in &written.wrong {
        let mut request = written.request.clone();
        request.context.set(key, value.as_str());
        if allowed(&request) {
            return Err(NotComposed::NotProven((*asked).to_owned()));
        }
        proofs.push(proof(asked, false));
    }
    Ok(proofs)
}

fn request(caller: Caller, action: &str, keys: &[(&str, &str)]) -> Request {
    let mut context = Context::new();
    for (key, value) in keys {
        context.set(key, *value);
    }
    Request {
        caller,
        action: action.to_owned(),
        resource: "*".to_owned(),
        resource_account: None,
        context,
    }
}

fn form(given: &str, what: &'static str, like: &'static str, fits: bool) -> Result<(), NotComposed> {
    if fits && !given.contains(char::is_whitespace) {
        return Ok(());
    }
    Err(NotComposed::Form {
        given: given.to_owned(),
        what,
        like,
    })
}

fn of_service(service: &str) -> Result<Written, NotComposed> {
    form(
        service,
        "service principal",
        "lambda.amazonaws.com",
        service.contains(".amazonaws.com"),
    )?;
    let caller = Caller::Service {
        name: service.to_owned(),
    };
    Ok(Written {
        statement: json!({ "Effect": "Allow", "Principal": { "Service": service }, "Action": "sts:AssumeRole" }),
        why: "A service role: the service takes it to act in the account. No person can.",
        asked: "The service takes the role",
        request: request(caller, "sts:AssumeRole", &[]),
        wrong: Vec::new(),
        notes: vec![format!(
            "Whoever sets up the service needs iam:PassRole on the role. Where {service} acts for many customers, add a condition on aws:SourceAccount with the account's ID."
        )],
    })
}

fn of_tokens(provider: &str, audience: &str, subject: &str) -> Result<Written, NotComposed> {
    let host = provider
        .split_once(":oidc-provider/")
        .map_or(provider, |(_, host)| host);
    const LIKE: &str = "arn:aws:iam::111122223333:oidc-provider/token.actions.githubusercontent.com";
    let named = provider.contains(":oidc-provider/") || provider.contains('.') && !provider.contains(':');
    form(provider, "identity provider", LIKE, named)?;
    form(audience, "audience", "sts.amazonaws.com", !audience.is_empty())?;
    form(
        subject,
        "subject",
        "repo:example/app:ref:refs/heads/main",
        !subject.is_empty() && subject != "*",
    )?;
    let github = host == "token.actions.githubusercontent.com";
    if github && open_owner(subject) {
        return Err(NotComposed::Subject(subject.to_owned()));
    }
    let (aud, sub) = (format!("{host}:aud"), format!("{host}:sub"));
    let mut conditions = json!({ "StringEquals": {} });
    conditions["StringEquals"][&aud] = json!(audience);
    let operator = if subject.contains('*') {
        "StringLike"
    } else {
        "StringEquals"
    };
    // Only * is a wildcard here, so a question mark is one that is meant.
    conditions[operator][&sub] =
        json!(subject.replace('?', if operator == "StringLike" { "${?}" } else { "?" }));
    let caller = Caller::Federated {
        provider: provider.to_owned(),
    };
    let one = subject.replace('*', "x");
    let mut right = request(caller, "sts:AssumeRoleWithWebIdentity", &[]);
    right.context.set(&aud, audience);
    right.context.set(&sub, one.as_str());
    let mut statement = json!({ "Effect": "Allow", "Principal": { "Federated": provider },
        "Action": "sts:AssumeRoleWithWebIdentity" });
    statement["Condition"] = conditions;
    let mut wrong = vec![
        ("A token for somebody else opens it", aud, "another".to_owned()),
        (
            "A token about somebody else opens it",
            sub.clone(),
            "another".to_owned(),
        ),
    ];
    if let Some((owner, rest)) = one
        .strip_prefix("repo:")
        .and_then(|name| name.split_once('/'))
        .filter(|_| github)
    {
        let longer = format!("repo:{owner}-others/{rest}");
        wrong.push((
            "A token about a repository of another owner opens it",
            sub,
            longer,
        ));
    }
    let mut notes = vec![format!(
        "The provider {host} must be set up in the account, unless it is one that AWS knows (Google, Amazon, Facebook, Cognito)."
    )];
    match subject.split_once('*') {
        Some((start, "")) => notes.push(format!("Every subject that starts with {start} opens the role.")),
        Some(_) => notes.push(format!("Every subject that fits {subject} opens the role.")),
        None => {}
    }
    Ok(Written {
        statement,
        why: "A web identity role: whoever shows a token of the provider, made for this audience and about this subject, takes it.",
        asked: "Who has the right token takes the role",
        request: right,
        wrong,
        notes,
    })
}

fn of_assertions(provider: &str) -> Result<Written, NotComposed> {
    const LIKE: &str = "arn:aws:iam::111122223333:saml-provider/Name";
    form(
        provider,
        "SAML provider",
        LIKE,
        provider.starts_with("arn:") && provider.contains(":saml-provider/"),
    )?;
    let caller = Caller::Federated {
        provider: provider.to_owned(),
    };
    Ok(Written {
        statement: json!({ "Effect": "Allow", "Principal": { "Federated": provider },
            "Action": "sts:AssumeRoleWithSAML", "Condition": { "StringEquals": { "SAML:aud": SAML_AUDIENCE } } }),
        why: "A SAML role: whoever comes with an assertion of the provider that names the role takes it.",
        asked: "Who has an assertion of the provider takes the role",
        request: request(caller, "sts:AssumeRoleWithSAML", &[("SAML:aud", SAML_AUDIENCE)]),
        wrong: vec![(
            "An assertion for another service opens it",
            "SAML:aud".to_owned(),
            "another".to_owned(),
        )],
        notes: vec![
            "The provider's assertion must list the role and the provider in its Role attribute.".to_owned(),
        ],
    })
}

fn of_certificates(anchor: &str, common_name: &str) -> Result<Written, NotComposed> {
    const LIKE: &str = "arn:aws:rolesanywhere:eu-west-1:111122223333:trust-anchor/ID";
    form(
        anchor,
        "trust anchor",
        LIKE,
        anchor.starts_with("arn:") && anchor.contains(":trust-anchor/"),
    )?;
    let caller = Caller::Service {
        name: ROLES_ANYWHERE.to_owned(),
    };
    const NAME: &str = "aws:PrincipalTag/x509Subject/CN";
    let mut statement = json!({ "Effect": "Allow", "Principal": { "Service": ROLES_ANYWHERE },
        "Action": ["sts:AssumeRole", "sts:TagSession", "sts:SetSourceIdentity"],
        "Condition": { "ArnEquals": { "aws:SourceArn": anchor } } });
    let mut right = request(caller, "sts:AssumeRole", &[("aws:SourceArn", anchor)]);
    let mut wrong = vec![(
        "A certificate of another anchor opens it",
        "aws:SourceArn".to_owned(),
        "another".to_owned(),
    )];
    let mut notes = vec!["A profile of Roles Anywhere must list the role.".to_owned()];
    if common_name.is_empty() {
        notes.push(
            "Every certificate of the anchor opens the role; give a common name to let in one.".to_owned(),
        );
    } else {
        statement["Condition"]["StringEquals"] = json!({ NAME: common_name });
        right.context.set(NAME, common_name);
        wrong.push((
            "Another certificate of the anchor opens it",
            NAME.to_owned(),
            "another".to_owned(),
        ));
    }
    Ok(Written {
        statement,
        why: "A Roles Anywhere role: who holds a certificate under the trust anchor, and its key, takes it.",
        asked: "Who has the right certificate takes the role",
        request: right,
        wrong,
        notes,
    })
}
