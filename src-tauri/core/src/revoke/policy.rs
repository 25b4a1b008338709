//! The policy that revokes, and reading one that stands.

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

/// The name that the IAM console gives it.
pub const POLICY_NAME: &str = "AWSRevokeOlderSessions";

/// Sessions issued before this are denied everything. In whole seconds, by AWS's clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct RevokesBefore(Timestamp);

/// What stands on the role under [`POLICY_NAME`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Standing {
    /// Nothing.
    Nothing,
    /// A policy of AWS's own form.
    Revokes(RevokesBefore),
    /// Something else, which is not ours to change.
    Other,
}

impl RevokesBefore {
    /// What catches every session issued until AWS answered with this `Date`.
    ///
    /// A `Date` leaves out the fraction of its second, so that AWS's clock is up to a second ahead of it; and a session of
    /// that very second has to be older than the time that is written.
    pub fn of_date(date: Timestamp) -> Self {
        let second = Timestamp::from_second(date.as_second()).unwrap_or(date);
        let until = second.checked_add(SignedDuration::from_secs(2));
        Self(until.unwrap_or(second))
    }

    /// The time as it was kept.
    pub fn at(time: Timestamp) -> Self {
        Self(time)
    }

    /// The time.
    pub fn time(self) -> Timestamp {
        self.0
    }

    /// Whether a session issued at `issued` is denied by it.
    pub fn covers(self, issued: Timestamp) -> bool {
        issued < self.0
    }

    /// The policy document, in the form that the IAM console writes, without white space.
    pub fn document(self) -> String {
        json!({
            "Version": "2012-10-17",
            "Statement": [{
                "Effect": "Deny",
                "Action": ["*"],
                "Resource": ["*"],
                "Condition": { "DateLessThan": { "aws:TokenIssueTime": self.0.to_string() } },
            }],
        })
        .to_string()
    }
}

impl Standing {
    /// What a policy document says, if there is one. Of AWS's form is what denies everything to tokens issued before one
    /// time, and does nothing else; whether values stand in a list of one does not matter.
    pub fn of(document: Option<&str>) -> Self {
        let Some(document) = document else {
            return Self::Nothing;
        };
        let read = serde_json::from_str::<Value>(document).ok();
        read.as_ref()
            .and_then(revokes_before)
            .map_or(Self::Other, Self::Revokes)
    }
}

fn revokes_before(document: &Value) -> Option<RevokesBefore> {
    let [version, statement] = fields(document, ["Version", "Statement"])?;
    // The console gives no Sid; one would change nothing, and is taken.
    let mut statement = only(statement)?.as_object()?.clone();
    statement.remove("Sid");
    let statement = Value::Object(statement);
    let [effect, action, resource, condition] =
        fields(&statement, ["Effect", "Action", "Resource", "Condition"])?;
    let [before] = fields(condition, ["DateLessThan"])?;
    let [time] = fields(before, ["aws:TokenIssueTime"])?;
    let is = |value: &Value, text: &str| only(value).and_then(Value::as_str) == Some(text);
    let denies_all = is(version, "2012-10-17") && is(effect, "Deny") && is(action, "*") && is(resource, "*");
    let time = only(time)?.as_str()?.parse().ok()?;
    denies_all.then_some(RevokesBefore(time))
}

/// The values of an object that has these fields and no others.
fn fields<'a, const N: usize>(of: &'a Value, names: [&str; N]) -> Option<[&'a Value; N]> {
    let object = of.as_object().filter(|object| object.len() == N)?;
    let values: Vec<&Value> = names.iter().filter_map(|name| object.get(*name)).collect();
    values.try_into().ok()
}

/// The value, or that of a list of one.
fn only(value: &Value) -> Option<&Value> {
    match value.as_array().map(Vec::as_slice) {
        None => Some(value),
        Some([one]) => Some(one),
        Some(_) => None,
    }
}
