//! What a signature claims before it is checked.

use http::HeaderMap;

/// The credential scope of a request: `KEY/20260102/REGION/SERVICE/aws4_request`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scope {
    /// The access key ID.
    pub access_key_id: String,
    /// `YYYYMMDD`.
    pub date: String,
    /// The region signed for.
    pub region: String,
    /// The service signed for.
    pub service: String,
}

impl Scope {
    /// The scope in the `Authorization` header, or in the query of a presigned URL.
    pub fn of(headers: &HeaderMap, query: Option<&str>) -> Option<Self> {
        let header = headers
            .get(http::header::AUTHORIZATION)
            .and_then(|v| v.to_str().ok());
        if let Some(credential) = header.and_then(|h| field(h, "Credential")) {
            return Self::read(credential);
        }
        let pairs = url::form_urlencoded::parse(query?.as_bytes());
        pairs
            .into_iter()
            .find(|(name, _)| name == "X-Amz-Credential")
            .and_then(|(_, value)| Self::read(&value))
    }

    fn read(credential: &str) -> Option<Self> {
        let parts: Vec<&str> = credential.split('/').collect();
        let [key, date, region, service, "aws4_request"] = parts[..] else {
            return None;
        };
        Some(Self {
            access_key_id: key.to_owned(),
            date: date.to_owned(),
            region: region.to_owned(),
            service: service.to_owned(),
        })
    }
}

/// A field of an `AWS4-HMAC-SHA256` authorization header.
pub(super) fn field<'a>(header: &'a str, name: &str) -> Option<&'a str> {
    let fields = header.strip_prefix("AWS4-HMAC-SHA256")?;
    fields
        .split(',')
        .find_map(|f| f.trim().strip_prefix(name)?.strip_prefix('='))
}
