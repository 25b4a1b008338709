//! Core's ports over the AWS SDK: STS, S3, IAM, Organizations, IAM Identity Center and the credentials of machines.
//!
//! Invariants: nothing here reads this process's environment: where a call goes and through what comes with the call
//! ([`hatrack_core::sts::Reach`]); no SDK value that may hold a secret is ever printed; every answer is bounded in
//! time and, except the bytes of an object, in size.

#![cfg_attr(test, allow(clippy::unwrap_used, clippy::panic))]

mod answer;
mod clients;
pub mod console;
pub mod doctor;
mod failure;
pub mod http;
pub mod iam;
pub mod identities;
pub mod identity_center;
pub mod organizations;
mod pages;
mod patience;
pub mod roles_anywhere;
pub mod s3;
pub mod sts;
pub mod team_file;

pub use console::AwsConsole;
pub use doctor::AwsEyes;
pub use iam::AwsIam;
pub use identity_center::AwsIdentityCenter;
pub use organizations::AwsOrganizations;
pub use sts::AwsSts;
