//! What deciding one request by 1,000 policies of 50 statements takes.
//!
//! Prints the median in milliseconds as JSON. The statements are of the kinds that people have: most are about other
//! services, some about other resources or with conditions, and the one that allows is among the last.

#![allow(clippy::expect_used)]

use std::time::Instant;

use hatrack_core::policy::{Caller, Kind, Named, Policies, Policy, Request, rule};
use serde_json::{Value, json};

const POLICIES: usize = 1_000;
const STATEMENTS: usize = 50;
const ROUNDS: usize = 50;

fn main() {
    let policies: Vec<Policy> = (0..POLICIES).map(policy).collect();
    let caller = Caller::read("arn:aws:iam::111122223333:user/team/ann").expect("a caller");
    let mut context = caller.context();
    context.set("aws:SourceIp", "203.0.113.9");
    let request = Request {
        caller,
        action: "s3:GetObject".to_owned(),
        resource: "arn:aws:s3:::reports-999/2026/one.csv".to_owned(),
        resource_account: None,
        context,
    };
    let named = |policy| Named { name: "one", policy };
    let mut times: Vec<f64> = (0..ROUNDS)
        .map(|_| {
            let given = Policies {
                identity: policies.iter().map(named).collect(),
                ..Policies::none()
            };
            let began = Instant::now();
            let ruling = rule(&request, &given);
            let took = began.elapsed().as_secs_f64() * 1000.0;
            assert!(ruling.allows(), "not allowed: {:?}", ruling.reason);
            took
        })
        .collect();
    times.sort_by(f64::total_cmp);
    println!(
        "{{\"policies\": {POLICIES}, \"statements\": {STATEMENTS}, \"median_ms\": {:.3}, \"worst_ms\": {:.3}}}",
        times[ROUNDS / 2],
        times[ROUNDS - 1]
    );
}

fn policy(number: usize) -> Policy {
    let statements: Vec<Value> = (0..STATEMENTS).map(|i| statement(number, i)).collect();
    let text = json!({ "Version": "2012-10-17", "Statement": statements }).to_string();
    Policy::parse(Kind::Identity, &text).expect("a policy")
}

fn statement(policy: usize, number: usize) -> Value {
    let sid = format!("Statement{number}");
    let bucket = format!("arn:aws:s3:::reports-{policy}");
    match number % 5 {
        0 => {
            json!({ "Sid": sid, "Effect": "Allow", "Action": ["ec2:Describe*", "ec2:RunInstances"], "Resource": "*" })
        }
        1 => json!({ "Sid": sid, "Effect": "Allow", "Action": ["iam:PassRole", "sts:AssumeRole"],
            "Resource": format!("arn:aws:iam::111122223333:role/team-{policy}-*") }),
        2 => {
            json!({ "Sid": sid, "Effect": "Allow", "Action": ["s3:Get*", "s3:List*"], "Resource": [bucket, format!("{bucket}/*")] })
        }
        3 => {
            json!({ "Sid": sid, "Effect": "Allow", "Action": "dynamodb:*Item", "Resource": "arn:aws:dynamodb:*:*:table/${aws:username}",
            "Condition": { "StringEquals": { "aws:PrincipalTag/team": "red" } } })
        }
        _ => json!({ "Sid": sid, "Effect": "Deny", "Action": "s3:*", "Resource": "*",
            "Condition": { "NotIpAddress": { "aws:SourceIp": ["203.0.113.0/24", "198.51.100.0/24"] } } }),
    }
}
