//! Made-up policies and requests, the same ones in each run.

use serde_json::{Value, json};

/// A small generator of numbers (SplitMix64); its seed is the case's number.
pub struct Dice(u64);

impl Dice {
    pub fn of(seed: u64) -> Self {
        Self(seed)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    pub fn below(&mut self, n: usize) -> usize {
        (self.next() % n as u64) as usize
    }

    fn one<T: Clone>(&mut self, of: &[T]) -> T {
        of[self.below(of.len())].clone()
    }

    /// True once in `n` times.
    fn rarely(&mut self, n: usize) -> bool {
        self.below(n) == 0
    }

    /// One or two of them, as AWS writes lists.
    fn some(&mut self, of: &[&str]) -> Value {
        match self.below(3) {
            0 => json!([self.one(of), self.one(of)]),
            1 => json!([self.one(of)]),
            _ => json!(self.one(of)),
        }
    }
}

/// A policy and a request, for an identity of one's own account.
#[derive(Debug, Clone)]
pub struct Case {
    pub policy: Value,
    pub action: &'static str,
    pub resource: &'static str,
    /// Keys with one value, as text.
    pub keys: Vec<(&'static str, &'static str)>,
    /// `aws:TagKeys`.
    pub tags: Option<Vec<&'static str>>,
}

/// Who asks in each of them.
pub const USER: &str = "arn:aws:iam::111122223333:user/carol";

const ACTIONS: [&str; 7] = [
    "s3:GetObject",
    "s3:PutObject",
    "s3:ListBucket",
    "iam:PassRole",
    "sts:AssumeRole",
    "S3:getobject",
    "ec2:RunInstances",
];
const ACTION_PATTERNS: [&str; 11] = [
    "*",
    "s3:*",
    "s3:Get*",
    "s3:*Object",
    "S3:getobject",
    "iam:PassRole",
    "sts:Assume*",
    "ec2:*",
    "s3:?etObject",
    "s3:Put*",
    "s3:ListBucket",
];
const RESOURCES: [&str; 6] = [
    "arn:aws:s3:::alpha/one",
    "arn:aws:s3:::alpha/in/two",
    "arn:aws:s3:::beta/one",
    "arn:aws:s3:::alpha",
    "arn:aws:iam::111122223333:role/Reader",
    "arn:aws:s3:::alpha/carol/x",
];
const RESOURCE_PATTERNS: [&str; 12] = [
    "*",
    "arn:aws:s3:::alpha/*",
    "arn:aws:s3:::alpha",
    "arn:aws:s3:::*",
    "arn:aws:s3:::alpha/${aws:username}/*",
    "arn:aws:s3:::?lpha/one",
    "arn:aws:iam::*:role/*",
    "arn:aws:s3:::beta/*",
    "arn:aws:iam::111122223333:role/Reader",
    "arn:aws:s3:::alpha/${aws:username, 'carol'}/*",
    "arn:aws:s3:::alpha/in/*",
    "arn:aws:s3:::alpha*",
];
const USERS: [&str; 3] = ["carol", "in", "*"];
const TAGS: [&str; 3] = ["team", "cost", "Team"];
const ARNS: [&str; 3] = [
    "arn:aws:iam::111122223333:role/Reader",
    "arn:aws:iam::444455556666:role/Reader",
    "arn:aws:iam::111122223333:user/a/b",
];

fn condition(dice: &mut Dice) -> (String, &'static str, Value) {
    let if_exists = |dice: &mut Dice, name: &str| match dice.rarely(3) {
        true => format!("{name}IfExists"),
        false => name.to_owned(),
    };
    match dice.below(8) {
        0 => {
            let name = dice.one(&[
                "StringEquals",
                "StringNotEquals",
                "StringEqualsIgnoreCase",
                "StringLike",
                "StringNotLike",
            ]);
            (
                if_exists(dice, name),
                "aws:PrincipalTag/team",
                dice.some(&["red", "RED", "r*", "blue", "?ed", "${aws:username}"]),
            )
        }
        1 => {
            let name = dice.one(&[
                "NumericEquals",
                "NumericNotEquals",
                "NumericLessThan",
                "NumericLessThanEquals",
                "NumericGreaterThan",
                "NumericGreaterThanEquals",
            ]);
            (
                if_exists(dice, name),
                "s3:max-keys",
                dice.some(&["5", "10", "10.5", "-1"]),
            )
        }
        2 => (
            if_exists(dice, "Bool"),
            "aws:SecureTransport",
            json!(dice.one(&["true", "false"])),
        ),
        3 => {
            let name = dice.one(&["IpAddress", "NotIpAddress"]);
            (
                if_exists(dice, name),
                "aws:SourceIp",
                dice.some(&["203.0.113.0/24", "198.51.100.7/32", "2001:db8::/32", "0.0.0.0/0"]),
            )
        }
        4 => {
            let name = dice.one(&["ArnLike", "ArnNotLike", "ArnEquals", "ArnNotEquals"]);
            let patterns = [
                "arn:aws:iam::111122223333:role/*",
                "arn:aws:iam::*:role/Reader",
                "arn:aws:iam::111122223333:role/Reader",
                "arn:*:user/*",
            ];
            (if_exists(dice, name), "aws:PrincipalArn", dice.some(&patterns))
        }
        5 => (
            "Null".to_owned(),
            "aws:PrincipalTag/team",
            json!(dice.one(&["true", "false"])),
        ),
        6 => {
            let name = dice.one(&[
                "ForAllValues:StringEquals",
                "ForAnyValue:StringEquals",
                "ForAllValues:StringLike",
                "ForAnyValue:StringLike",
                "ForAllValues:StringNotEquals",
                "ForAnyValue:StringNotEquals",
            ]);
            (
                name.to_owned(),
                "aws:TagKeys",
                dice.some(&["team", "cost", "te*", "Team"]),
            )
        }
        _ => {
            let name = dice.one(&["StringEquals", "StringLike"]);
            (
                if_exists(dice, name),
                "aws:username",
                dice.some(&["carol", "in", "c*", "*"]),
            )
        }
    }
}

fn statement(dice: &mut Dice) -> Value {
    let mut statement = json!({ "Effect": if dice.below(3) == 0 { "Deny" } else { "Allow" } });
    let action = if dice.rarely(5) { "NotAction" } else { "Action" };
    statement[action] = dice.some(&ACTION_PATTERNS);
    let resource = if dice.rarely(6) { "NotResource" } else { "Resource" };
    statement[resource] = dice.some(&RESOURCE_PATTERNS);
    for _ in 0..dice.below(3) {
        let (operator, key, value) = condition(dice);
        statement["Condition"][operator][key] = value;
    }
    statement
}

/// The case of this number.
pub fn case(number: u64) -> Case {
    let mut dice = Dice::of(number);
    let statements: Vec<Value> = (0..=dice.below(3)).map(|_| statement(&mut dice)).collect();
    let version = if dice.rarely(12) {
        "2008-10-17"
    } else {
        "2012-10-17"
    };
    let mut keys = Vec::new();
    let mut give = |dice: &mut Dice, key, values: &[&'static str]| {
        if !dice.rarely(3) {
            keys.push((key, dice.one(values)));
        }
    };
    give(&mut dice, "aws:username", &USERS);
    give(
        &mut dice,
        "aws:PrincipalTag/team",
        &["red", "RED", "blue", "carol"],
    );
    give(&mut dice, "s3:max-keys", &["5", "10", "10.5", "11"]);
    give(&mut dice, "aws:SecureTransport", &["true", "false"]);
    give(
        &mut dice,
        "aws:SourceIp",
        &["203.0.113.9", "198.51.100.7", "2001:db8::1"],
    );
    give(&mut dice, "aws:PrincipalArn", &ARNS);
    let tags = (!dice.rarely(3)).then(|| (0..=dice.below(2)).map(|_| dice.one(&TAGS)).collect());
    Case {
        policy: json!({ "Version": version, "Statement": statements }),
        action: dice.one(&ACTIONS),
        resource: dice.one(&RESOURCES),
        keys,
        tags,
    }
}
