//! From JSON to a policy.
//!
//! Source: IAM User Guide, "Grammar of the IAM JSON policy language".

use super::condition::{Condition, Operator};
use super::document::{Effect, Kind, Matches, Policy, Statement, Unknown, Version};
use super::error::{Fault, PolicyError, Position};
use super::json::{self, Member, Node, Value};
use super::pattern::{BadVariable, Pattern, Syntax};
use super::principal::{Principal, Principals};
use super::services::Services;

type Parsed<T> = Result<T, PolicyError>;

fn fault<T>(at: Position, fault: Fault) -> Parsed<T> {
    Err(PolicyError { at, fault })
}

fn wrong_type<T>(at: Position, element: &str, expected: &'static str) -> Parsed<T> {
    fault(
        at,
        Fault::WrongType {
            element: element.to_owned(),
            expected,
        },
    )
}

fn object<'a>(node: &'a Node, element: &str) -> Parsed<&'a [Member]> {
    match &node.value {
        Value::Object(members) => Ok(members),
        _ => wrong_type(node.at, element, "an object in braces"),
    }
}

fn text<'a>(node: &'a Node, element: &str) -> Parsed<&'a str> {
    match &node.value {
        Value::Text(text) => Ok(text),
        _ => wrong_type(node.at, element, "a text in quotes"),
    }
}

/// A list, or one value that stands for a list of one.
fn one_or_many(node: &Node) -> &[Node] {
    match &node.value {
        Value::List(items) => items,
        _ => std::slice::from_ref(node),
    }
}

fn texts<'a>(node: &'a Node, element: &str) -> Parsed<Vec<(Position, &'a str)>> {
    one_or_many(node)
        .iter()
        .map(|item| match &item.value {
            Value::Text(text) => Ok((item.at, text.as_str())),
            _ => wrong_type(item.at, element, "a text or a list of texts"),
        })
        .collect()
}

pub(super) fn policy(kind: Kind, source: &str) -> Parsed<Policy> {
    let root = json::read(source)?;
    let members = object(&root, "the policy")?;
    let mut version = Version::V2008;
    let (mut id, mut statements, mut unknown) = (None, None, Vec::new());
    for member in members {
        match member.name.as_str() {
            "Version" => version = read_version(&member.node)?,
            "Id" => id = Some(text(&member.node, "Id")?.to_owned()),
            "Statement" => statements = Some(&member.node),
            other => unknown.push(Unknown {
                at: member.at,
                what: format!("element \"{other}\""),
            }),
        }
    }
    let Some(statements) = statements else {
        return fault(root.at, Fault::Missing("Statement"));
    };
    let statements = one_or_many(statements)
        .iter()
        .map(|node| {
            Reader {
                kind,
                version,
                unknown: Vec::new(),
            }
            .statement(node)
        })
        .collect::<Parsed<Vec<_>>>()?;
    if statements.is_empty() {
        return fault(root.at, Fault::Empty("Statement"));
    }
    for (i, statement) in statements.iter().enumerate() {
        let Some(sid) = statement.sid.as_ref().filter(|sid| !sid.is_empty()) else {
            continue;
        };
        if statements[..i]
            .iter()
            .any(|earlier| earlier.sid.as_ref() == Some(sid))
        {
            return fault(statement.at, Fault::DuplicateSid(sid.clone()));
        }
    }
    Ok(Policy {
        kind,
        version,
        id,
        services: Services::of(&statements),
        statements,
        unknown,
    })
}

fn read_version(node: &Node) -> Parsed<Version> {
    match text(node, "Version")? {
        "2012-10-17" => Ok(Version::V2012),
        "2008-10-17" => Ok(Version::V2008),
        other => fault(node.at, Fault::UnknownVersion(other.to_owned())),
    }
}

struct Reader {
    kind: Kind,
    version: Version,
    unknown: Vec<Unknown>,
}

/// The members of a statement by name; `unknown` keeps the rest.
#[derive(Default)]
struct Elements<'a> {
    sid: Option<&'a Node>,
    effect: Option<&'a Node>,
    principal: Option<&'a Member>,
    not_principal: Option<&'a Member>,
    action: Option<&'a Node>,
    not_action: Option<&'a Node>,
    resource: Option<&'a Member>,
    not_resource: Option<&'a Member>,
    condition: Option<&'a Node>,
}

impl Reader {
    fn statement(mut self, node: &Node) -> Parsed<Statement> {
        let found = self.elements(object(node, "Statement")?);
        let Some(effect) = found.effect else {
            return fault(node.at, Fault::Missing("Effect"));
        };
        let effect = match text(effect, "Effect")? {
            "Allow" => Effect::Allow,
            "Deny" => Effect::Deny,
            other => return fault(effect.at, Fault::UnknownEffect(other.to_owned())),
        };
        let principals = self.principals(node.at, effect, &found)?;
        let actions = match (found.action, found.not_action) {
            (Some(yes), None) => Matches::AnyOf(self.actions(yes)?),
            (None, Some(not)) => Matches::NoneOf(self.actions(not)?),
            (Some(_), Some(not)) => return fault(not.at, Fault::Both("Action", "NotAction")),
            (None, None) => return fault(node.at, Fault::Missing("Action")),
        };
        let resources = self.resources(node.at, &found)?;
        let conditions = found
            .condition
            .map_or(Ok(Vec::new()), |node| self.conditions(node))?;
        let sid = found
            .sid
            .map(|node| text(node, "Sid").map(str::to_owned))
            .transpose()?;
        let Self { unknown, .. } = self;
        Ok(Statement {
            at: node.at,
            sid,
            effect,
            principals,
            actions,
            resources,
            conditions,
            unknown,
        })
    }

    fn elements<'a>(&mut self, members: &'a [Member]) -> Elements<'a> {
        let mut found = Elements::default();
        for member in members {
            match member.name.as_str() {
                "Sid" => found.sid = Some(&member.node),
                "Effect" => found.effect = Some(&member.node),
                "Principal" => found.principal = Some(member),
                "NotPrincipal" => found.not_principal = Some(member),
                "Action" => found.action = Some(&member.node),
                "NotAction" => found.not_action = Some(&member.node),
                "Resource" => found.resource = Some(member),
                "NotResource" => found.not_resource = Some(member),
                "Condition" => found.condition = Some(&member.node),
                other => self.unknown(member.at, format!("element \"{other}\"")),
            }
        }
        found
    }

    fn unknown(&mut self, at: Position, what: String) {
        self.unknown.push(Unknown { at, what });
    }

    /// A piece that is not known matches nothing; that it fails closed is seen to by `unknown`.
    fn known(&mut self, at: Position, text: &str, read: Result<Pattern, BadVariable>) -> Option<Pattern> {
        if read.is_err() {
            self.unknown(at, format!("policy variable in \"{text}\""));
        }
        read.ok()
    }

    fn actions(&mut self, node: &Node) -> Parsed<Vec<Pattern>> {
        let syntax = Syntax {
            wildcards: true,
            variables: false,
        };
        let listed = texts(node, "Action")?;
        if listed.is_empty() {
            return fault(node.at, Fault::Empty("Action"));
        }
        let mut out = Vec::new();
        for (at, text) in listed {
            let whole = text == "*"
                || text
                    .split_once(':')
                    .is_some_and(|(s, a)| !s.is_empty() && !a.is_empty());
            if !whole || text.contains(char::is_whitespace) {
                self.unknown(at, format!("action \"{text}\""));
                continue;
            }
            out.extend(self.known(at, text, Pattern::read_lower(text, syntax)));
        }
        Ok(out)
    }

    fn resources(&mut self, at: Position, found: &Elements) -> Parsed<Option<Matches>> {
        let first = found.resource.or(found.not_resource);
        if self.kind == Kind::Trust {
            return match first {
                None => Ok(None),
                Some(member) => fault(
                    member.at,
                    Fault::NotHere {
                        element: "Resource",
                        kind: self.kind.described(),
                    },
                ),
            };
        }
        let syntax = Syntax {
            wildcards: true,
            variables: self.version == Version::V2012,
        };
        let mut read = |member: &Member| -> Parsed<Vec<Pattern>> {
            let listed = texts(&member.node, "Resource")?;
            if listed.is_empty() {
                return fault(member.at, Fault::Empty("Resource"));
            }
            Ok(listed
                .into_iter()
                .filter_map(|(at, text)| self.resource(at, text, syntax))
                .collect())
        };
        match (found.resource, found.not_resource) {
            (Some(yes), None) => Ok(Some(Matches::AnyOf(read(yes)?))),
            (None, Some(not)) => Ok(Some(Matches::NoneOf(read(not)?))),
            (Some(_), Some(not)) => fault(not.at, Fault::Both("Resource", "NotResource")),
            (None, None) => fault(at, Fault::Missing("Resource")),
        }
    }

    fn resource(&mut self, at: Position, text: &str, syntax: Syntax) -> Option<Pattern> {
        // A `*` that ends its segment may stand for several parts at once: `*`, `arn:*`, `arn:aws:sns:*:topic`.
        let missing = match ARN_PARTS.saturating_sub(arn_parts(text, syntax)) {
            _ if text.ends_with('*') || text.contains("*:") => 0,
            missing => missing,
        };
        let completed = matches!(self.kind, Kind::Identity | Kind::Boundary);
        let whole = text.starts_with("arn:") && (missing == 0 || completed);
        if !whole && !text.starts_with('*') {
            self.unknown(at, format!("resource \"{text}\""));
            return None;
        }
        let meant = format!("{text}{}", ":*".repeat(if whole { missing } else { 0 }));
        self.known(at, text, Pattern::read_resource(text, &meant, syntax))
    }

    fn conditions(&mut self, node: &Node) -> Parsed<Vec<Condition>> {
        let mut out = Vec::new();
        for member in object(node, "Condition")? {
            let Some(operator) = Operator::read(&member.name) else {
                self.unknown(member.at, format!("condition operator \"{}\"", member.name));
                continue;
            };
            for key in object(&member.node, &member.name)? {
                let values = condition_values(key)?;
                let variables = self.version == Version::V2012;
                match Condition::read(operator, &member.name, &key.name, values, variables) {
                    Ok(condition) => out.push(condition),
                    Err(bad) => self.unknown(key.at, format!("value \"{}\" for {operator}", bad.0)),
                }
            }
        }
        Ok(out)
    }

    fn principals(&mut self, at: Position, effect: Effect, found: &Elements) -> Parsed<Option<Principals>> {
        let first = found.principal.or(found.not_principal);
        match (self.kind.has_principal(), first) {
            (false, None) => return Ok(None),
            (false, Some(member)) => {
                return fault(
                    member.at,
                    Fault::NotHere {
                        element: "Principal",
                        kind: self.kind.described(),
                    },
                );
            }
            (true, None) => return fault(at, Fault::Missing("Principal")),
            (true, Some(_)) => {}
        }
        match (found.principal, found.not_principal) {
            (Some(_), Some(not)) => fault(not.at, Fault::Both("Principal", "NotPrincipal")),
            (Some(yes), None) => Ok(Some(Principals::Are(self.principal_list(&yes.node)?))),
            (None, Some(not)) => {
                if effect == Effect::Allow {
                    // It would allow everyone else in the world; AWS takes NotPrincipal with Deny only.
                    self.unknown(not.at, "\"NotPrincipal\" with \"Allow\"".to_owned());
                }
                Ok(Some(Principals::AreNot(self.principal_list(&not.node)?)))
            }
            (None, None) => Ok(None),
        }
    }

    fn principal_list(&mut self, node: &Node) -> Parsed<Vec<Principal>> {
        if let Value::Text(all) = &node.value {
            return Ok(match all.as_str() {
                "*" => vec![Principal::Everyone],
                other => {
                    self.unknown(node.at, format!("principal \"{other}\""));
                    Vec::new()
                }
            });
        }
        let members = object(node, "Principal")?;
        if members.is_empty() {
            return fault(node.at, Fault::Empty("Principal"));
        }
        let mut out = Vec::new();
        for member in members {
            for (at, text) in texts(&member.node, "Principal")? {
                let one = match member.name.as_str() {
                    "AWS" => Principal::aws(text),
                    "Service" => Some(Principal::Service(text.to_owned())),
                    "Federated" => Some(Principal::Federated(text.to_owned())),
                    "CanonicalUser" => Some(Principal::CanonicalUser(text.to_owned())),
                    _ => None,
                };
                match one {
                    Some(principal) => out.push(principal),
                    None => self.unknown(at, format!("principal {{\"{}\": \"{text}\"}}", member.name)),
                }
            }
        }
        Ok(out)
    }
}

/// `arn:partition:service:region:account:resource`. AWS puts a `*` for each part that an identity policy leaves out at
/// the end; a session policy with such an ARN it refuses.
///
/// Source: IAM User Guide, "IAM ARNs".
const ARN_PARTS: usize = 6;

/// How many parts a text has, the colons inside of its variables left out.
fn arn_parts(text: &str, syntax: Syntax) -> usize {
    let mut inside = false;
    let colons = text.char_indices().filter(|(i, c)| {
        inside |= syntax.variables && text[*i..].starts_with("${");
        inside &= *c != '}';
        *c == ':' && !inside
    });
    colons.count() + 1
}

fn condition_values(key: &Member) -> Parsed<Vec<String>> {
    one_or_many(&key.node)
        .iter()
        .map(|item| match &item.value {
            Value::Text(text) => Ok(text.clone()),
            Value::Number(number) => Ok(number.clone()),
            Value::Bool(yes) => Ok(yes.to_string()),
            _ => wrong_type(item.at, &key.name, "a text, number or boolean, or a list of them"),
        })
        .collect()
}
