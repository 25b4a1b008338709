//! Certificate authorities and the certificates that they issue.

use hatrack_core::secret::Secret;
use jiff::{SignedDuration, Timestamp};
use rcgen::{
    BasicConstraints, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair,
    KeyUsagePurpose, PKCS_RSA_SHA256, SerialNumber, date_time_ymd,
};

use crate::world::KeyMaker;

/// The key of the RSA certificate. Making one takes seconds, and nothing but a sandbox ever trusts it.
const RSA_KEY: &str = include_str!("rsa_key.pem");

/// A certificate authority.
pub(super) struct Authority {
    name: &'static str,
    issuer: Issuer<'static, KeyPair>,
    /// Its own certificate, in DER.
    pub der: Vec<u8>,
    /// The same in PEM.
    pub pem: String,
}

/// When a certificate is good, in days from now.
pub(super) type Days = std::ops::Range<i64>;

/// A certificate with its key, both in PEM.
pub(super) struct Issued {
    pub certificate: String,
    pub key: Secret,
}

/// A key pair of the kind.
#[derive(Debug, Clone, Copy)]
pub(super) enum KeyKind {
    /// NIST P-256.
    Ec,
    /// RSA of 2,048 bits.
    Rsa,
}

impl Authority {
    /// One that vouches for itself.
    pub(super) fn root(name: &'static str, now: Timestamp) -> Result<Self, rcgen::Error> {
        let key = KeyPair::generate()?;
        let params = authority(name, now)?;
        let certificate = params.self_signed(&key)?;
        Ok(Self {
            name,
            der: certificate.der().to_vec(),
            pem: certificate.pem(),
            issuer: Issuer::new(params, key),
        })
    }

    /// One that this one vouches for.
    pub(super) fn below(&self, name: &'static str, now: Timestamp) -> Result<Self, rcgen::Error> {
        let key = KeyPair::generate()?;
        let params = authority(name, now)?;
        let certificate = params.signed_by(&key, &self.issuer)?;
        Ok(Self {
            name,
            der: certificate.der().to_vec(),
            pem: certificate.pem(),
            issuer: Issuer::new(params, key),
        })
    }

    /// A certificate for a machine.
    pub(super) fn issue(
        &self,
        common_name: &str,
        kind: KeyKind,
        good: Days,
        (now, keys): (Timestamp, &mut KeyMaker),
    ) -> Result<Issued, rcgen::Error> {
        let key = match kind {
            KeyKind::Ec => KeyPair::generate()?,
            KeyKind::Rsa => KeyPair::from_pkcs8_pem_and_sign_algo(RSA_KEY, &PKCS_RSA_SHA256)?,
        };
        let mut params = CertificateParams::new(vec![format!("{common_name}.plant.example")])?;
        params.distinguished_name.push(DnType::CommonName, common_name);
        params
            .distinguished_name
            .push(DnType::OrganizationName, self.name);
        params.is_ca = IsCa::ExplicitNoCa;
        params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
        params.use_authority_key_identifier_extension = true;
        params.serial_number = Some(serial(keys));
        set_validity(&mut params, now, good);
        let certificate = params.signed_by(&key, &self.issuer)?;
        let key = match kind {
            KeyKind::Ec => key.serialize_pem(),
            KeyKind::Rsa => RSA_KEY.to_owned(),
        };
        Ok(Issued {
            certificate: certificate.pem(),
            key: Secret::new(key),
        })
    }
}

fn authority(name: &str, now: Timestamp) -> Result<CertificateParams, rcgen::Error> {
    const YEARS: i64 = 5 * 365;
    let mut params = CertificateParams::new(Vec::new())?;
    params.distinguished_name.push(DnType::CommonName, name);
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    set_validity(&mut params, now, -YEARS..YEARS);
    Ok(params)
}

fn set_validity(params: &mut CertificateParams, now: Timestamp, good: Days) {
    let day = |days: i64| {
        let at = now
            .checked_add(SignedDuration::from_hours(24 * days))
            .unwrap_or(now);
        let date = at.to_zoned(jiff::tz::TimeZone::UTC).date();
        // A civil date has months and days within a byte's reach.
        let part = |n: i8| u8::try_from(n).unwrap_or(1);
        date_time_ymd(i32::from(date.year()), part(date.month()), part(date.day()))
    };
    params.not_before = day(good.start);
    params.not_after = day(good.end);
}

/// RFC 5280, 4.1.2.2: positive, at most 20 octets.
fn serial(keys: &mut KeyMaker) -> SerialNumber {
    let mut bytes = keys.bytes(16);
    if let Some(first) = bytes.first_mut() {
        *first = (*first & 0x3f) | 0x40;
    }
    SerialNumber::from_slice(&bytes)
}
