//! A certificate with its private key, read from files.
//!
//! Invariant: no error and no `Debug` holds a part of a key.

use std::fmt;
use std::sync::Arc;

use jiff::Timestamp;
use p12_keystore::{KeyStore, Pkcs12ImportPolicy};
use rustls::SignatureScheme;
use rustls::crypto::ring::sign::any_supported_type;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};
use rustls::sign::SigningKey;
use x509_parser::prelude::{FromDer as _, X509Certificate};

/// The files are no certificate with its key. What the files hold is not repeated.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BearerFault {
    /// There is no certificate in the file.
    #[error("there is no certificate in it; a certificate is PEM (BEGIN CERTIFICATE) or PKCS #12")]
    NoCertificate,
    /// There is no private key in the file.
    #[error("there is no private key in it; a key is PEM: PKCS #8, PKCS #1 or SEC 1")]
    NoKey,
    /// The private key is protected by a password.
    #[error(
        "the private key is protected by a password; Hatrack takes an unprotected PEM key, as AWS's own helper does"
    )]
    Protected,
    /// Roles Anywhere takes no signature of this kind, or none that can be made here.
    #[error(
        "its key is of a kind that Hatrack cannot sign with; RSA of 2,048 bits and more and EC on P-256 work"
    )]
    UnsupportedKey,
    /// The private key is another certificate's.
    #[error("the private key is not the one of the certificate")]
    OtherKey,
    /// The file is a PKCS #12 store that the password does not open, or is none.
    #[error("it is no PKCS #12 file, or its password is another one")]
    NotOpened,
}

/// A certificate that can sign.
pub struct Bearer {
    certificate: Vec<u8>,
    chain: Vec<Vec<u8>>,
    key: Arc<dyn SigningKey>,
    scheme: SignatureScheme,
    serial: String,
    subject: String,
    not_before: Timestamp,
    not_after: Timestamp,
}

impl Bearer {
    /// From PEM: the certificate, with any that lead to the anchor after it or in `intermediates`; the key.
    ///
    /// # Errors
    /// See [`BearerFault`].
    pub fn from_pem(certificate: &[u8], key: &[u8], intermediates: &[u8]) -> Result<Self, BearerFault> {
        let certificates = |pem: &[u8]| -> Result<Vec<Vec<u8>>, BearerFault> {
            CertificateDer::pem_slice_iter(pem)
                .map(|found| {
                    found
                        .map(|der| der.to_vec())
                        .map_err(|_| BearerFault::NoCertificate)
                })
                .collect()
        };
        let mut all = certificates(certificate)?;
        if all.is_empty() {
            return Err(BearerFault::NoCertificate);
        }
        let own = all.remove(0);
        all.extend(certificates(intermediates)?);
        let key = PrivateKeyDer::from_pem_slice(key).map_err(|_| {
            let protected = ["ENCRYPTED", "DEK-Info"];
            let text = String::from_utf8_lossy(key);
            if protected.iter().any(|word| text.contains(word)) {
                BearerFault::Protected
            } else {
                BearerFault::NoKey
            }
        })?;
        Self::new(own, all, &key)
    }

    /// From a PKCS #12 store. AWS's helper reads stores whose password is empty.
    ///
    /// # Errors
    /// See [`BearerFault`].
    pub fn from_pkcs12(store: &[u8], password: &str) -> Result<Self, BearerFault> {
        let store = KeyStore::from_pkcs12(store, password, Pkcs12ImportPolicy::Relaxed);
        let store = store.map_err(|_| BearerFault::NotOpened)?;
        let (_, found) = store.private_key_chain().ok_or(BearerFault::NoKey)?;
        let mut certificates = found.certs().iter().map(|c| c.as_der().to_vec());
        let own = certificates.next().ok_or(BearerFault::NoCertificate)?;
        // The anchor itself, which vouches for itself, is not sent.
        let between = certificates.filter(|der| !vouches_for_itself(der)).collect();
        let key = PrivatePkcs8KeyDer::from(found.key().as_der());
        Self::new(own, between, &PrivateKeyDer::Pkcs8(key))
    }

    fn new(certificate: Vec<u8>, chain: Vec<Vec<u8>>, key: &PrivateKeyDer<'_>) -> Result<Self, BearerFault> {
        // AWS signs by SHA-256 whatever the curve, and ring does so on P-256 only.
        const SCHEMES: [SignatureScheme; 2] = [
            SignatureScheme::RSA_PKCS1_SHA256,
            SignatureScheme::ECDSA_NISTP256_SHA256,
        ];
        let key = any_supported_type(key).map_err(|_| BearerFault::UnsupportedKey)?;
        let signer = key.choose_scheme(&SCHEMES).ok_or(BearerFault::UnsupportedKey)?;
        let scheme = signer.scheme();
        let (_, read) = X509Certificate::from_der(&certificate).map_err(|_| BearerFault::NoCertificate)?;
        let public = key.public_key().ok_or(BearerFault::UnsupportedKey)?;
        if public.as_ref() != read.public_key().raw {
            return Err(BearerFault::OtherKey);
        }
        let time = |at: i64| Timestamp::from_second(at).unwrap_or(Timestamp::MAX);
        let validity = read.validity();
        let (not_before, not_after) = (
            time(validity.not_before.timestamp()),
            time(validity.not_after.timestamp()),
        );
        let (serial, subject) = (
            read.tbs_certificate.serial.to_string(),
            read.subject().to_string(),
        );
        Ok(Self {
            certificate,
            chain,
            key,
            scheme,
            serial,
            subject,
            not_before,
            not_after,
        })
    }

    /// From when it is good.
    pub fn not_before(&self) -> Timestamp {
        self.not_before
    }

    /// Until when it is good.
    pub fn not_after(&self) -> Timestamp {
        self.not_after
    }

    /// Whose it is, as X.509 names it.
    pub fn subject(&self) -> &str {
        &self.subject
    }

    /// The serial number, in decimal.
    pub(super) fn serial(&self) -> &str {
        &self.serial
    }

    /// The certificate, in DER.
    pub(super) fn der(&self) -> &[u8] {
        &self.certificate
    }

    /// Those that lead from it to the anchor, in DER.
    pub(super) fn chain(&self) -> &[Vec<u8>] {
        &self.chain
    }

    /// AWS's name for how it signs.
    pub(super) fn algorithm(&self) -> &'static str {
        match self.scheme {
            SignatureScheme::RSA_PKCS1_SHA256 => "AWS4-X509-RSA-SHA256",
            _ => "AWS4-X509-ECDSA-SHA256",
        }
    }

    pub(super) fn sign(&self, text: &str) -> Result<Vec<u8>, BearerFault> {
        let signer = self.key.choose_scheme(&[self.scheme]);
        let signer = signer.ok_or(BearerFault::UnsupportedKey)?;
        signer
            .sign(text.as_bytes())
            .map_err(|_| BearerFault::UnsupportedKey)
    }
}

/// Until when the first certificate of a PEM file is good; `None` where there is none in it. A PKCS #12 store is not
/// opened for this.
pub fn certificate_until(pem: &[u8]) -> Option<Timestamp> {
    let der = CertificateDer::from_pem_slice(pem).ok()?;
    let (_, read) = X509Certificate::from_der(&der).ok()?;
    Timestamp::from_second(read.validity().not_after.timestamp()).ok()
}

fn vouches_for_itself(der: &[u8]) -> bool {
    X509Certificate::from_der(der).is_ok_and(|(_, read)| read.subject().as_raw() == read.issuer().as_raw())
}

impl fmt::Debug for Bearer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Bearer")
            .field("subject", &self.subject)
            .field("not_after", &self.not_after)
            .finish_non_exhaustive()
    }
}
