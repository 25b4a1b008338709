//! Proof that one has the key which a console sign-in is bound to.
//!
//! Source: RFC 9449 (DPoP), 4.2; RFC 7515 (JWS), 3.1; RFC 7518, 3.4 (ES256).

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::Timestamp;
use rustls::SignatureScheme;
use rustls::crypto::ring::sign::any_ecdsa_type;
use rustls::pki_types::PrivateKeyDer;
use rustls::pki_types::pem::PemObject;
use rustls::sign::Signer;
use serde_json::json;

/// A P-256 key, as the AWS CLI keeps it beside a sign-in.
pub struct ProofKey {
    signer: Box<dyn Signer>,
    /// The public key's coordinates, 32 bytes each.
    x: Vec<u8>,
    y: Vec<u8>,
}

/// The text is no private key on P-256 that holds its public key too. It is not repeated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the key that the sign-in is bound to is not a P-256 key in PEM")]
pub struct NotAKey;

impl ProofKey {
    /// From PEM: SEC 1, which the AWS CLI writes, or PKCS #8.
    pub fn from_pem(pem: &str) -> Result<Self, NotAKey> {
        let der = PrivateKeyDer::from_pem_slice(pem.as_bytes()).map_err(|_| NotAKey)?;
        let key = any_ecdsa_type(&der).map_err(|_| NotAKey)?;
        let signer = key.choose_scheme(&[SignatureScheme::ECDSA_NISTP256_SHA256]);
        let public = key.public_key().ok_or(NotAKey)?;
        // A public key on P-256 ends with its point, uncompressed: a 4 and both coordinates (RFC 5480, 2.2).
        match public.as_ref().last_chunk::<65>() {
            Some([4, point @ ..]) => Ok(Self {
                signer: signer.ok_or(NotAKey)?,
                x: point[..32].to_vec(),
                y: point[32..].to_vec(),
            }),
            _ => Err(NotAKey),
        }
    }

    /// The `DPoP` header of a `POST` to `url` at `now`. `id` makes it one of a kind.
    pub fn of_post(&self, url: &str, now: Timestamp, id: [u8; 16]) -> Result<String, NotAKey> {
        let encoded = |bytes: &[u8]| URL_SAFE_NO_PAD.encode(bytes);
        let key = json!({"kty": "EC", "crv": "P-256", "x": encoded(&self.x), "y": encoded(&self.y)});
        let head = json!({"typ": "dpop+jwt", "alg": "ES256", "jwk": key});
        let claims = json!({"jti": hex_of(id), "htm": "POST", "htu": url, "iat": now.as_second()});
        let message = format!(
            "{}.{}",
            encoded(head.to_string().as_bytes()),
            encoded(claims.to_string().as_bytes())
        );
        let signed = self.signer.sign(message.as_bytes()).map_err(|_| NotAKey)?;
        let signature = joined(&signed).ok_or(NotAKey)?;
        Ok(format!("{message}.{}", encoded(&signature)))
    }
}

impl fmt::Debug for ProofKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ProofKey(***)")
    }
}

fn hex_of(id: [u8; 16]) -> String {
    id.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// ES256's form of a signature, both numbers in 32 bytes each, from ASN.1's: SEQUENCE { INTEGER r, INTEGER s }.
fn joined(signed: &[u8]) -> Option<[u8; 64]> {
    let [0x30, length, numbers @ ..] = signed else {
        return None;
    };
    if usize::from(*length) != numbers.len() {
        return None;
    }
    let (r, rest) = number(numbers)?;
    let (s, rest) = number(rest)?;
    let mut joined = [0; 64];
    joined[32 - r.len()..32].copy_from_slice(r);
    joined[64 - s.len()..].copy_from_slice(s);
    rest.is_empty().then_some(joined)
}

/// The first INTEGER, without the zero that marks it positive, and what follows it.
fn number(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let [0x02, length, rest @ ..] = bytes else {
        return None;
    };
    let (number, rest) = rest.split_at_checked(usize::from(*length))?;
    let number = number.strip_prefix(&[0]).unwrap_or(number);
    (number.len() <= 32).then_some((number, rest))
}
