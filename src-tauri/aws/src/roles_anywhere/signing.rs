//! Signature Version 4 with a certificate's key, as far as CreateSession needs it.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;
use sha2::{Digest, Sha256};

use super::bearer::{Bearer, BearerFault};

/// What is signed.
pub(super) struct Unsigned<'a> {
    /// `host` as it is sent.
    pub host: &'a str,
    /// The query, encoded and in the order of its names.
    pub query: &'a str,
    /// The whole body.
    pub body: &'a str,
    /// The region.
    pub region: &'a str,
    /// When.
    pub now: Timestamp,
}

/// The path of CreateSession.
pub(super) const PATH: &str = "/sessions";

impl Unsigned<'_> {
    /// The headers to send, the signature among them.
    pub(super) fn signed(&self, bearer: &Bearer) -> Result<Vec<(&'static str, String)>, BearerFault> {
        let at = self.now.strftime("%Y%m%dT%H%M%SZ").to_string();
        let mut headers = vec![
            ("content-type", "application/json".to_owned()),
            ("host", self.host.to_owned()),
            ("x-amz-date", at.clone()),
            ("x-amz-x509", STANDARD.encode(bearer.der())),
        ];
        if !bearer.chain().is_empty() {
            let chain: Vec<String> = bearer.chain().iter().map(|der| STANDARD.encode(der)).collect();
            headers.push(("x-amz-x509-chain", chain.join(",")));
        }
        let names: Vec<&str> = headers.iter().map(|(name, _)| *name).collect();
        let names = names.join(";");
        let lines: String = headers
            .iter()
            .map(|(name, value)| format!("{name}:{value}\n"))
            .collect();
        let canonical = format!(
            "POST\n{PATH}\n{}\n{lines}\n{names}\n{}",
            self.query,
            hex::encode(Sha256::digest(self.body))
        );
        let scope = format!("{}/{}/rolesanywhere/aws4_request", &at[..8], self.region);
        let algorithm = bearer.algorithm();
        let to_sign = format!(
            "{algorithm}\n{at}\n{scope}\n{}",
            hex::encode(Sha256::digest(canonical))
        );
        let signature = hex::encode(bearer.sign(&to_sign)?);
        let authorization = format!(
            "{algorithm} Credential={}/{scope}, SignedHeaders={names}, Signature={signature}",
            bearer.serial()
        );
        headers.push(("authorization", authorization));
        Ok(headers)
    }
}
