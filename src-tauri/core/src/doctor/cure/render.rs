//! The same cure as a command and as code.

use super::json::Json;
use super::{CureTarget, CureWay};

/// A cure for the AWS CLI, Terraform and CloudFormation.
pub(in crate::doctor) struct Renderings {
    pub cli: String,
    pub terraform: String,
    pub cloudformation: String,
}

/// Of a document for its place.
///
/// `unseen`: there may be others of its sort there that could not be read.
pub(in crate::doctor) fn renderings(
    target: &CureTarget,
    document: &str,
    way: CureWay,
    unseen: bool,
) -> Renderings {
    Renderings {
        cli: cli(target, document, way, unseen),
        terraform: terraform(target, document, way),
        cloudformation: cloudformation(target, document, way),
    }
}

/// What replaces a policy whole needs what is in it already.
fn caution(target: &CureTarget, way: CureWay, unseen: bool) -> Option<String> {
    if way == CureWay::Add && unseen {
        return by_name(target);
    }
    if way != CureWay::AddStatement {
        return None;
    }
    let read = match target {
        CureTarget::Trust { role } => format!("aws iam get-role --role-name {}", quoted(role)),
        CureTarget::Bucket { name } => format!("aws s3api get-bucket-policy --bucket {}", quoted(name)),
        CureTarget::Key { key } => {
            format!(
                "aws kms get-key-policy --policy-name default --key-id {}",
                quoted(key)
            )
        }
        CureTarget::User { .. } | CureTarget::Role { .. } => return None,
    };
    Some(format!(
        "# This replaces the whole policy. Put the statements that are there beside the new one first; they are in\n\
         #   {read}\n"
    ))
}

/// Writing an embedded policy replaces another of its name.
fn by_name(target: &CureTarget) -> Option<String> {
    let read = match target {
        CureTarget::User { name, policy } => format!(
            "aws iam get-user-policy --user-name {} --policy-name {}",
            quoted(name),
            quoted(policy)
        ),
        CureTarget::Role { name, policy } => format!(
            "aws iam get-role-policy --role-name {} --policy-name {}",
            quoted(name),
            quoted(policy)
        ),
        CureTarget::Trust { .. } | CureTarget::Bucket { .. } | CureTarget::Key { .. } => return None,
    };
    Some(format!(
        "# This replaces a policy of the same name, if there is one. Look first; NoSuchEntity means that there is none:\n\
         #   {read}\n"
    ))
}

fn cli(target: &CureTarget, document: &str, way: CureWay, unseen: bool) -> String {
    let compact = Json::read(document).map_or_else(|| document.to_owned(), |json| json.compact());
    let document = quoted(&compact);
    let command = match target {
        CureTarget::User { name, policy } => format!(
            "aws iam put-user-policy --user-name {} --policy-name {} --policy-document {document}",
            quoted(name),
            quoted(policy)
        ),
        CureTarget::Role { name, policy } => format!(
            "aws iam put-role-policy --role-name {} --policy-name {} --policy-document {document}",
            quoted(name),
            quoted(policy)
        ),
        CureTarget::Trust { role } => format!(
            "aws iam update-assume-role-policy --role-name {} --policy-document {document}",
            quoted(role)
        ),
        CureTarget::Bucket { name } => {
            format!(
                "aws s3api put-bucket-policy --bucket {} --policy {document}",
                quoted(name)
            )
        }
        CureTarget::Key { key } => format!(
            "aws kms put-key-policy --policy-name default --key-id {} --policy {document}",
            quoted(key)
        ),
    };
    caution(target, way, unseen).unwrap_or_default() + &command
}

/// For a POSIX shell.
fn quoted(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./:@%+=,".contains(c);
    if !word.is_empty() && word.chars().all(plain) {
        return word.to_owned();
    }
    format!("'{}'", word.replace('\'', r"'\''"))
}

fn terraform(target: &CureTarget, document: &str, way: CureWay) -> String {
    // In a heredoc `${` and `%{` are Terraform's own.
    let body = document.replace("${", "$${").replace("%{", "%%{");
    let text =
        |word: &str| serde_json::Value::from(word.replace("${", "$${").replace("%{", "%%{")).to_string();
    let block = |kind: &str, lines: &[(&str, &str)], holds: &str| {
        let lines: String = lines
            .iter()
            .map(|(name, value)| format!("  {name} = {}\n", text(value)))
            .collect();
        format!(
            "resource \"{kind}\" \"hatrack\" {{\n{lines}  {holds} = <<-JSON\n{}\n  JSON\n}}\n",
            indented(&body, 4)
        )
    };
    let code = match target {
        CureTarget::User { name, policy } => block(
            "aws_iam_user_policy",
            &[("name", policy), ("user", name)],
            "policy",
        ),
        CureTarget::Role { name, policy } => block(
            "aws_iam_role_policy",
            &[("name", policy), ("role", name)],
            "policy",
        ),
        CureTarget::Trust { role } => block("aws_iam_role", &[("name", role)], "assume_role_policy"),
        CureTarget::Bucket { name } => block("aws_s3_bucket_policy", &[("bucket", name)], "policy"),
        CureTarget::Key { key } => block("aws_kms_key_policy", &[("key_id", key)], "policy"),
    };
    in_code(target, way, "resource") + &code
}

fn cloudformation(target: &CureTarget, document: &str, way: CureWay) -> String {
    let text = |word: &str| serde_json::Value::from(word).to_string();
    let block = |kind: &str, lines: &[(&str, &str)], holds: &str| {
        let lines: String = lines
            .iter()
            .map(|(name, value)| format!("      {name}: {}\n", text(value)))
            .collect();
        format!(
            "Resources:\n  Hatrack:\n    Type: {kind}\n    Properties:\n{lines}      {holds}:\n{}\n",
            indented(document, 8)
        )
    };
    let code = match target {
        CureTarget::User { name, policy } => block(
            "AWS::IAM::UserPolicy",
            &[("UserName", name), ("PolicyName", policy)],
            "PolicyDocument",
        ),
        CureTarget::Role { name, policy } => block(
            "AWS::IAM::RolePolicy",
            &[("RoleName", name), ("PolicyName", policy)],
            "PolicyDocument",
        ),
        CureTarget::Trust { role } => block(
            "AWS::IAM::Role",
            &[("RoleName", role)],
            "AssumeRolePolicyDocument",
        ),
        CureTarget::Bucket { name } => block("AWS::S3::BucketPolicy", &[("Bucket", name)], "PolicyDocument"),
        CureTarget::Key { key } => {
            return format!(
                "# CloudFormation sets a key's policy on the AWS::KMS::Key itself ({key}):\nKeyPolicy:\n{}\n",
                indented(document, 2)
            );
        }
    };
    in_code(target, way, "resource") + &code
}

/// What is managed by code already is changed there, not declared twice.
fn in_code(target: &CureTarget, way: CureWay, what: &str) -> String {
    match (target, way) {
        (CureTarget::User { .. } | CureTarget::Role { .. }, CureWay::Add) => String::new(),
        (_, CureWay::Add) => String::new(),
        (_, CureWay::AddStatement) => {
            format!(
                "# Add the statement to the {what} that has this policy; as it stands it would be the whole of it.\n"
            )
        }
        (_, CureWay::Change | CureWay::Do) => {
            format!("# Change the {what} that has this policy to this document.\n")
        }
    }
}

fn indented(text: &str, by: usize) -> String {
    let lines: Vec<String> = text
        .lines()
        .map(|line| format!("{}{line}", " ".repeat(by)))
        .collect();
    lines.join("\n")
}
