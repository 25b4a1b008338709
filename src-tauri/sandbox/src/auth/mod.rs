//! Signature Version 4 for the services other than S3 (whose signatures `s3s` checks).
//!
//! Source: IAM User Guide, "Create a signed AWS API request".

mod scope;
mod signer;
mod sigv4;

pub use scope::Scope;
pub use signer::{NotSigned, signer};
pub use sigv4::{Refused, SignedRequest, amz_date, canonical_request, check_time};
