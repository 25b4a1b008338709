//! A policy's statements with the place of each text, whether or not they make a policy.

use super::{Check, Found};
use crate::policy::actions::nearest;
use crate::policy::condition::{Comparison, Operator, Quantifier};
use crate::policy::document::Kind;
use crate::policy::error::Position;
use crate::policy::json::{Member, Node, Value};

/// A text of the policy and where it stands.
#[derive(Debug, Clone, Copy)]
pub(in crate::policy) struct Text<'a> {
    pub at: Position,
    pub text: &'a str,
}

/// One operator and key of a condition.
#[derive(Debug)]
pub(in crate::policy) struct ConditionView<'a> {
    pub operator: Text<'a>,
    pub key: Text<'a>,
    pub values: Vec<Text<'a>>,
}

impl ConditionView<'_> {
    pub fn is(&self, key: &str) -> bool {
        self.key.text.eq_ignore_ascii_case(key)
    }

    /// Whether only a request that has the key, with one of the values, gets by; and not with any value at all.
    pub fn asks(&self) -> bool {
        let Some(operator) = Operator::read(self.operator.text) else {
            return false;
        };
        let for_none = operator.if_exists || operator.quantifier == Some(Quantifier::ForAllValues);
        let any = self.has_wildcards() && self.values.iter().any(|v| v.text.chars().all(|c| c == '*'));
        !operator.negated && !for_none && operator.comparison != Comparison::Null && !any
    }

    /// Whether `*` and `?` in its values are wildcards.
    pub fn has_wildcards(&self) -> bool {
        Operator::read(self.operator.text)
            .is_some_and(|o| matches!(o.comparison, Comparison::StringLike | Comparison::Arn))
    }
}

/// One statement.
#[derive(Debug)]
pub(in crate::policy) struct Statement<'a> {
    pub sid: Option<Text<'a>>,
    pub allow: bool,
    pub actions: Vec<Text<'a>>,
    pub not_action: bool,
    pub resources: Vec<Text<'a>>,
    pub not_resource: Option<Position>,
    /// The key (`AWS`, `Service`; empty for a bare text) and the entry.
    pub principals: Vec<(&'a str, Text<'a>)>,
    pub not_principal: Option<Position>,
    pub conditions: Vec<ConditionView<'a>>,
}

fn members(node: &Node) -> &[Member] {
    match &node.value {
        Value::Object(members) => members,
        _ => &[],
    }
}

fn member<'a>(node: &'a Node, name: &str) -> Option<&'a Member> {
    members(node).iter().find(|m| m.name == name)
}

fn texts(node: &Node) -> Vec<Text<'_>> {
    let items = match &node.value {
        Value::List(items) => items.as_slice(),
        _ => std::slice::from_ref(node),
    };
    items
        .iter()
        .filter_map(|item| match &item.value {
            Value::Text(text) => Some(Text { at: item.at, text }),
            Value::Bool(yes) => Some(Text {
                at: item.at,
                text: if *yes { "true" } else { "false" },
            }),
            Value::Number(number) => Some(Text {
                at: item.at,
                text: number,
            }),
            _ => None,
        })
        .collect()
}

fn statement_nodes(tree: &Node) -> &[Node] {
    match member(tree, "Statement") {
        Some(Member {
            node: Node {
                value: Value::List(items),
                ..
            },
            ..
        }) => items,
        Some(member) => std::slice::from_ref(&member.node),
        None => &[],
    }
}

pub(in crate::policy) fn statements(tree: &Node) -> impl Iterator<Item = Statement<'_>> {
    statement_nodes(tree).iter().map(statement)
}

fn statement(node: &Node) -> Statement<'_> {
    let get = |name: &str| member(node, name);
    let listed = |plain: &str, not: &str| {
        let found = get(plain).or_else(|| get(not));
        found.map(|m| texts(&m.node)).unwrap_or_default()
    };
    Statement {
        sid: get("Sid").and_then(|m| texts(&m.node).first().copied()),
        allow: get("Effect").is_some_and(|m| m.node.value == Value::Text("Allow".to_owned())),
        actions: listed("Action", "NotAction"),
        not_action: get("Action").is_none() && get("NotAction").is_some(),
        resources: listed("Resource", "NotResource"),
        not_resource: get("NotResource").map(|m| m.at),
        principals: get("Principal")
            .or_else(|| get("NotPrincipal"))
            .map(|m| principals(&m.node))
            .unwrap_or_default(),
        not_principal: get("NotPrincipal").map(|m| m.at),
        conditions: get("Condition").map(|m| conditions(&m.node)).unwrap_or_default(),
    }
}

fn principals(node: &Node) -> Vec<(&str, Text<'_>)> {
    if let Value::Text(text) = &node.value {
        return vec![("", Text { at: node.at, text })];
    }
    members(node)
        .iter()
        .flat_map(|m| texts(&m.node).into_iter().map(|text| (m.name.as_str(), text)))
        .collect()
}

fn conditions(node: &Node) -> Vec<ConditionView<'_>> {
    members(node)
        .iter()
        .flat_map(|operator| {
            members(&operator.node).iter().map(move |key| ConditionView {
                operator: Text {
                    at: operator.at,
                    text: &operator.name,
                },
                key: Text {
                    at: key.at,
                    text: &key.name,
                },
                values: texts(&key.node),
            })
        })
        .collect()
}

/// Told by the elements: only trust and resource policies have principals, and only the latter resources beside them.
pub(in crate::policy) fn kind_of(tree: &Node) -> Kind {
    let all = statement_nodes(tree);
    let any = |names: [&str; 2]| all.iter().any(|s| names.iter().any(|n| member(s, n).is_some()));
    match (
        any(["Principal", "NotPrincipal"]),
        any(["Resource", "NotResource"]),
    ) {
        (true, true) => Kind::Resource,
        (true, false) => Kind::Trust,
        (false, _) => Kind::Identity,
    }
}

/// The version, which decides whether variables are replaced.
pub(super) fn document(tree: &Node, kind: Kind, found: &mut Found) {
    let version = member(tree, "Version").map(|m| (m.at, &m.node.value));
    if matches!(version, Some((_, Value::Text(v))) if v == "2012-10-17") {
        return;
    }
    let at = version.map_or(tree.at, |(at, _)| at);
    let variable = statements(tree)
        .flat_map(|s| {
            let values = s.conditions.into_iter().flat_map(|c| c.values);
            s.resources.into_iter().chain(values).collect::<Vec<_>>()
        })
        .find(|t| t.text.contains("${"));
    let advice = "Put \"Version\": \"2012-10-17\" at the start of the policy.";
    match variable {
        Some(text) => found.warning(
            Check::Version,
            text.at,
            format!(
                "\"{}\" has a policy variable, but in the policy language of 2008 it stays as it is written.",
                text.text
            ),
            advice,
        ),
        None if kind == Kind::Trust || version.is_some() => {}
        None => found.note(
            Check::Version,
            at,
            "Without Version the policy language of 2008 holds, which knows no policy variables.".to_owned(),
            advice,
        ),
    }
}

/// IAM User Guide, "IAM JSON policy elements: Sid": letters and digits, in policies of IAM.
pub(super) fn sid(statement: &Statement, kind: Kind, found: &mut Found) {
    let Some(sid) = statement.sid else { return };
    let fine = sid.text.chars().all(|c| c.is_ascii_alphanumeric());
    if fine || kind == Kind::Resource {
        return;
    }
    found.error(
        Check::Sid,
        sid.at,
        format!(
            "The Sid \"{}\" has characters other than letters and digits.",
            sid.text
        ),
        "Leave them out.",
    );
}

const DOCUMENT: [&str; 3] = ["Version", "Id", "Statement"];
const STATEMENT: [&str; 9] = [
    "Sid",
    "Effect",
    "Principal",
    "NotPrincipal",
    "Action",
    "NotAction",
    "Resource",
    "NotResource",
    "Condition",
];

/// What an unknown element or operator was most likely meant to be, as advice.
pub(super) fn meant(what: &str) -> String {
    let name = what.split('"').nth(1).unwrap_or_default();
    let near = if what.starts_with("element") {
        nearest(name, STATEMENT.into_iter().chain(DOCUMENT)).map(str::to_owned)
    } else if what.starts_with("condition operator") {
        Operator::nearest(name)
    } else {
        None
    };
    near.map_or_else(String::new, |near| format!("Did you mean {near}?"))
}
