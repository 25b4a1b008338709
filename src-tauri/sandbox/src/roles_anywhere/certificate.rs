//! The certificate of a request: what it says, and whether a trust anchor stands behind it.
//!
//! Source: IAM Roles Anywhere User Guide, "Trust model" (what a certificate must have) and "Signature verification".

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::HeaderMap;
use jiff::Timestamp;
use rustls_pki_types::{CertificateDer, UnixTime};
use webpki::{EndEntityCert, KeyUsage, anchor_from_trusted_cert};
use x509_parser::prelude::{FromDer as _, X509Certificate};
use x509_parser::x509::X509Name;

use super::denied;
use crate::json_reply::JsonRefusal;

/// An end-entity certificate and those that lead from it to the anchor.
#[derive(Debug)]
pub(super) struct Certificate {
    der: Vec<u8>,
    intermediates: Vec<Vec<u8>>,
    serial: String,
    serial_hex: String,
    common_name: Option<String>,
    attributes: Vec<(String, String)>,
    public_key: PublicKey,
}

/// A key that can have signed.
#[derive(Debug, Clone)]
pub(super) enum PublicKey {
    Rsa(Vec<u8>),
    P256(Vec<u8>),
    P384(Vec<u8>),
}

const OID_RSA: &str = "1.2.840.113549.1.1.1";
const OID_EC: &str = "1.2.840.10045.2.1";
const OID_P256: &str = "1.2.840.10045.3.1.7";
const OID_P384: &str = "1.3.132.0.34";

/// What a certificate lacks that Roles Anywhere wants.
fn insufficient() -> JsonRefusal {
    denied("Insufficient certificate")
}

impl Certificate {
    /// The certificate in `x-amz-x509`, with those in `x-amz-x509-chain`.
    pub(super) fn of(headers: &HeaderMap) -> Result<Self, JsonRefusal> {
        let header = |name: &str| headers.get(name).and_then(|v| v.to_str().ok());
        let decoded = |text: &str| STANDARD.decode(text.trim()).map_err(|_| insufficient());
        let der = decoded(header("x-amz-x509").ok_or_else(insufficient)?)?;
        let intermediates = match header("x-amz-x509-chain") {
            None => Vec::new(),
            Some(chain) => chain.split(',').map(decoded).collect::<Result<_, _>>()?,
        };
        Self::read(der, intermediates)
    }

    fn read(der: Vec<u8>, intermediates: Vec<Vec<u8>>) -> Result<Self, JsonRefusal> {
        let (_, read) = X509Certificate::from_der(&der).map_err(|_| insufficient())?;
        let signs = read.key_usage().ok().flatten();
        let is_ca = read.basic_constraints().map_err(|_| insufficient())?;
        if !signs.is_some_and(|usage| usage.value.digital_signature())
            || is_ca.is_none_or(|constraints| constraints.value.ca)
        {
            return Err(insufficient());
        }
        let mut attributes = named("x509Subject", read.subject());
        attributes.extend(named("x509Issuer", read.issuer()));
        let common_name = read.subject().iter_common_name().next();
        let (serial, serial_hex) = (
            read.tbs_certificate.serial.to_string(),
            read.tbs_certificate.serial.to_str_radix(16),
        );
        let common_name = common_name.and_then(|n| n.as_str().ok()).map(str::to_owned);
        let public_key = public_key(&read)?;
        Ok(Self {
            intermediates,
            serial,
            serial_hex,
            common_name,
            attributes,
            public_key,
            der,
        })
    }

    /// The serial number in decimal, which stands in a signature's credential.
    pub(super) fn serial(&self) -> &str {
        &self.serial
    }

    /// The serial number in hexadecimal: the session's name where none is given.
    pub(super) fn serial_hex(&self) -> String {
        self.serial_hex.clone()
    }

    /// The source identity that the session gets.
    pub(super) fn source_identity(&self) -> String {
        format!("CN={}", self.common_name.as_deref().unwrap_or_default())
    }

    /// The session tags: `x509Subject/CN`, `x509Issuer/O`, …
    pub(super) fn attributes(&self) -> Vec<(String, String)> {
        self.attributes.clone()
    }

    pub(super) fn public_key(&self) -> &PublicKey {
        &self.public_key
    }

    /// Whether the certificate is good now and leads to this anchor.
    pub(super) fn chains_to(&self, anchor: &[u8], now: Timestamp) -> Result<(), JsonRefusal> {
        let untrusted = || denied("Untrusted signing certificate");
        let der = CertificateDer::from(self.der.as_slice());
        let anchor = CertificateDer::from(anchor);
        let anchor = anchor_from_trusted_cert(&anchor).map_err(|_| untrusted())?;
        let between: Vec<CertificateDer<'_>> = self
            .intermediates
            .iter()
            .map(|der| CertificateDer::from(der.as_slice()))
            .collect();
        let seconds = u64::try_from(now.as_second()).unwrap_or_default();
        let now = UnixTime::since_unix_epoch(std::time::Duration::from_secs(seconds));
        let own = EndEntityCert::try_from(&der).map_err(|_| insufficient())?;
        own.verify_for_usage(
            webpki::ALL_VERIFICATION_ALGS,
            &[anchor],
            &between,
            now,
            KeyUsage::client_auth(),
            None,
            None,
        )
        .map_err(|why| match why {
            webpki::Error::CertExpired { .. } => denied("Certificate expired"),
            webpki::Error::CertNotValidYet { .. } => denied("Certificate not yet valid"),
            _ => untrusted(),
        })?;
        Ok(())
    }
}

fn public_key(read: &X509Certificate<'_>) -> Result<PublicKey, JsonRefusal> {
    let info = read.public_key();
    let key = info.subject_public_key.data.to_vec();
    let curve = || {
        let parameters = info.algorithm.parameters.as_ref()?;
        parameters.as_oid().ok().map(|oid| oid.to_id_string())
    };
    match info.algorithm.algorithm.to_id_string().as_str() {
        OID_RSA => Ok(PublicKey::Rsa(key)),
        OID_EC => match curve().as_deref() {
            Some(OID_P256) => Ok(PublicKey::P256(key)),
            Some(OID_P384) => Ok(PublicKey::P384(key)),
            _ => Err(insufficient()),
        },
        _ => Err(insufficient()),
    }
}

/// The attributes of a name, each by its short form.
fn named(whose: &str, name: &X509Name<'_>) -> Vec<(String, String)> {
    const SHORT: [(&str, &str); 6] = [
        ("2.5.4.3", "CN"),
        ("2.5.4.6", "C"),
        ("2.5.4.7", "L"),
        ("2.5.4.8", "ST"),
        ("2.5.4.10", "O"),
        ("2.5.4.11", "OU"),
    ];
    name.iter_attributes()
        .filter_map(|attribute| {
            let oid = attribute.attr_type().to_id_string();
            let (_, short) = SHORT.iter().find(|(known, _)| *known == oid)?;
            Some((format!("{whose}/{short}"), attribute.as_str().ok()?.to_owned()))
        })
        .collect()
}
