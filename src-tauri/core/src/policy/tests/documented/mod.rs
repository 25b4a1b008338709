//! What AWS's own pages say comes out of their examples, one row each, with the page's title.

mod accounts;
mod conditions;
mod resources;

use super::*;

/// Condition keys with their values.
type Keys = &'static [(&'static str, &'static [&'static str])];

/// One example.
struct Row {
    /// The page of the documentation.
    page: &'static str,
    /// Who asks, for what, and of what.
    ask: (&'static str, &'static str, &'static str),
    /// The account that owns the resource.
    owner: &'static str,
    keys: Keys,
    policies: Given,
    allowed: bool,
}

/// The policies of a row, by their statements.
#[derive(Default)]
struct Given {
    identity: Option<Value>,
    boundary: Option<Value>,
    session: Option<Value>,
    resource: Option<Value>,
    trust: Option<Value>,
    scp: Vec<Value>,
    rcp: Vec<Value>,
}

const HOME: &str = "111122223333";
const AWAY: &str = "444455556666";
const CARLOS: &str = "arn:aws:iam::111122223333:user/carlossalazar";

impl Row {
    fn decide(&self) -> Decision {
        let read = |kind, statements: &Option<Value>| {
            statements.as_ref().map(|s| policy(kind, &document(s.clone())))
        };
        let given = &self.policies;
        let identity = read(Kind::Identity, &given.identity);
        let boundary = read(Kind::Boundary, &given.boundary);
        let session = read(Kind::Session, &given.session);
        let resource = read(Kind::Trust, &given.trust).or_else(|| read(Kind::Resource, &given.resource));
        let levels = |kind, levels: &[Value]| -> Vec<Policy> {
            levels
                .iter()
                .map(|s| policy(kind, &document(s.clone())))
                .collect()
        };
        let (scp, rcp) = (
            levels(Kind::Identity, &given.scp),
            levels(Kind::Resource, &given.rcp),
        );
        fn named(policy: &Policy) -> Named<'_> {
            Named { name: "p", policy }
        }
        let (who, action, of) = self.ask;
        let caller = Caller::read(who).unwrap_or_else(|| panic!("{who}"));
        let mut context = caller.context();
        for (key, values) in self.keys {
            context.set_all(key, values.iter().map(|v| (*v).to_owned()));
        }
        let request = Request {
            caller,
            action: action.to_owned(),
            resource: of.to_owned(),
            resource_account: self.owner.parse().ok(),
            context,
        };
        decide(
            &request,
            &Policies {
                identity: identity.iter().map(named).collect(),
                boundary: boundary.as_ref().map(named),
                session: session.iter().map(named).collect(),
                resource: resource.as_ref().map(named),
                rule: if given.trust.is_some() {
                    ResourceRule::MustAllow
                } else {
                    ResourceRule::EitherSuffices
                },
                service_control: scp.iter().map(|p| vec![named(p)]).collect(),
                resource_control: rcp.iter().map(|p| vec![named(p)]).collect(),
            },
        )
    }
}

fn row(
    page: &'static str,
    ask: (&'static str, &'static str, &'static str),
    allowed: bool,
    keys: Keys,
    policies: Given,
) -> Row {
    Row {
        page,
        ask,
        owner: HOME,
        keys,
        policies,
        allowed,
    }
}

fn may(actions: Value, resources: Value) -> Value {
    json!({ "Effect": "Allow", "Action": actions, "Resource": resources })
}

fn identity(statements: Value) -> Given {
    Given {
        identity: Some(statements),
        ..Given::default()
    }
}

#[track_caller]
fn check(rows: Vec<Row>) {
    for row in rows {
        let decision = row.decide();
        assert_eq!(
            decision.allowed, row.allowed,
            "{}: {:?} {:?}: {decision:#?}",
            row.page, row.ask, row.keys
        );
    }
}

const ROLE_SESSION: &str = "arn:aws:sts::111122223333:assumed-role/examplerole/examplerolesession";
const OBJECT: &str = "arn:aws:s3:::amzn-s3-demo-bucket/a";
